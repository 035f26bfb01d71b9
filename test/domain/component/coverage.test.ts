import t from "tap";
import { type CapturedComponent, type ComponentId, captured } from "#src/domain/component/component";
import { uncoveredIn } from "#src/domain/component/coverage";
import type { JsonObject } from "#src/domain/json";

const of = (id: ComponentId, settings: JsonObject, evidence: JsonObject = {}, incomplete: string | null = null) =>
  captured(id, { settings, evidence, artifacts: [] }, { parent: null, physicalId: null, incomplete });
const uncovered = (...list: CapturedComponent[]) => uncoveredIn(new Map(list.map((one) => [one.id, one])));

t.test("a backup that holds its whole scope lists nothing", async (t) => {
  t.same(
    uncovered(
      of("lambda-code:pay", {}, { versions: [] }),
      of("lambda-config:pay", { CapacityProviderConfig: null }),
      of("stack-resource:shop/Pay", { definition: { Type: "AWS::Lambda::Function" } }),
    ),
    [],
  );
});

t.test("what is not held is listed once for each reason, with its components and its count", async (t) => {
  const versions = ["1", "2", "3", "4", "5", "6", "7"];
  const list = uncovered(
    of("lambda-code:pay", {}, { versions }),
    of("lambda-code:cart", {}, { versions }),
    of(
      "lambda-config:pay",
      { CapacityProviderConfig: { Arn: "arn" } },
      { layers: [{ arn: "arn:l:1", notArchived: "denied" }] },
    ),
    of("lambda-runtime:pay", {}, { unavailable: { RecursiveLoop: "not in this region" } }),
    of("lambda-alias:pay:live", {}, { versions: { 1: { notRead: "Environment: no key" } } }),
    of("lambda-tags:pay", {}, {}, "denied"),
    of("stack-resource:shop/Queue", { definition: { Type: "AWS::SQS::Queue" } }),
  );
  t.match(
    list.map(({ what, components, count }) => [what, components.length, count]),
    [
      ["AWS::SQS::Queue", 1, null],
      ["FunctionScalingConfig", 1, null],
      ["RecursiveLoop", 1, null],
      ["bytes of the layer arn:l:1", 1, null],
      ["policies of older versions", 2, 4],
      ["runtime management of versions", 2, 14],
      ["settings of a version", 1, null],
      ["settings of lambda-tags", 1, null],
    ],
  );
});
