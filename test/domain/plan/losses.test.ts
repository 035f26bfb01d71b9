import t from "tap";
import type { ComponentId } from "#src/domain/component/component";
import { type AllowDestructive, LOSS_CLASSES, type Loss, lossReasons, mayLose } from "#src/domain/plan/losses";
import { fc } from "../../support/seeded.ts";

const IDS: readonly ComponentId[] = ["stack-resource:shop/Orders", "stack-resource:jobs/Orders", "lambda-url:pay"];
const loss = (id: ComponentId, lossClass: Loss["class"] = "data"): Loss => ({
  id,
  class: lossClass,
  type: "AWS::DynamoDB::Table",
  detail: `${id} is deleted.`,
});
const planned = fc.array(
  fc
    .record({ id: fc.constantFrom(...IDS), class: fc.constantFrom(...LOSS_CLASSES) })
    .map((one) => loss(one.id, one.class)),
);

t.test("consent to all holds for what the plan names, and for nothing that the run meets later", async () => {
  fc.assert(
    fc.property(planned, fc.constantFrom(...IDS), (losses, id) => {
      return mayLose(true, losses)(id) === losses.some((named) => named.id === id);
    }),
  );
});

t.test("consent by name holds wherever the name is met, as the id or as the logical id in it", async (t) => {
  const allows = (allowed: AllowDestructive, id: ComponentId) => mayLose(allowed, [])(id);
  t.ok(allows(["stack-resource:shop/Orders"], "stack-resource:shop/Orders"));
  t.ok(allows(["Orders"], "stack-resource:shop/Orders"));
  t.ok(allows(["lambda-url:pay"], "lambda-url:pay"));
  t.notOk(allows(["stack-resource:shop/Orders"], "stack-resource:jobs/Orders"), "another stack's resource");
  t.notOk(allows(["stack:shop"], "stack-resource:shop/Orders"), "a stack's name is not the names of all that is in it");
  t.notOk(allows(["pay"], "lambda-url:pay"), "only resources have logical ids");
  t.notOk(allows([], "lambda-url:pay"));
});

t.test("what is told needs no consent, and is no reason to refuse", async (t) => {
  const told = loss("stack-resource:shop/Orders", "told");
  t.ok(mayLose(false, [told])(told.id));
  t.same(lossReasons([told, loss("lambda-url:pay", "address")]), [
    { code: "LOSS_TOLD", detail: "stack-resource:shop/Orders is deleted." },
    { code: "DESTRUCTIVE", detail: "lambda-url:pay is deleted." },
  ]);
});
