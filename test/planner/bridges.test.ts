import t from "tap";
import { type CapturedComponent, captured } from "#src/domain/component/component";
import type { JsonObject } from "#src/domain/json";
import { bridgeGoals } from "#src/planner/stack-order/bridges";

function stack(template: object, parameters: JsonObject, evidence: JsonObject): CapturedComponent {
  const settings = { template: JSON.stringify(template), parameters, tags: { team: "shop" } };
  return captured("stack:shop", { settings, evidence, artifacts: [] }, { parent: null, physicalId: "id" });
}

const NAMED = { Parameters: { Name: { Type: "String" } } };
const output = (Value: unknown, name: string) => ({ Value, Export: { Name: name } });
const goal = stack({ Outputs: { Old: output("o", "old") } }, {}, { capabilities: ["CAPABILITY_IAM"] });
const live = stack(
  { ...NAMED, Outputs: { New: output({ Ref: "Name" }, "new") } },
  { Name: "n", Unused: "u" },
  { capabilities: ["CAPABILITY_NAMED_IAM"], exportNames: { New: "new" } },
);

t.test("a bridge is the goal plus the kept exports, their parameters and the capabilities of both sides", (t) => {
  const bridged = bridgeGoals(() => ({ live, goal }))("shop", ["new"]);
  if (typeof bridged === "string") throw new Error(bridged);
  const { template, ...rest } = bridged.settings;
  t.same(JSON.parse(String(template)), {
    ...NAMED,
    Outputs: { Old: output("o", "old"), New: output({ Ref: "Name" }, "new") },
  });
  t.same(rest, { parameters: { Name: "n" }, tags: { team: "shop" } });
  t.same(bridged.evidence, { capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"] });
  t.end();
});

t.test("each set of exports has one bridge, and a stack that is created or deleted has none", (t) => {
  const bridges = bridgeGoals((name) => (name === "shop" ? { live, goal } : { live: null, goal }));
  t.equal(bridges("shop", ["new"]), bridges("shop", ["new"]));
  t.match(bridges("shop", ["new", "lost"]), "no output in its template has the export lost");
  t.equal(bridges("other", ["new"]), "a stack that is created or deleted has no bridge");
  t.end();
});
