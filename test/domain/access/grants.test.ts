import t from "tap";
import { coveredBy, EVERYWHERE, isWithin, outsideError, outsideOf, type Reach } from "#src/domain/access/grants";
import { matchesPattern, patternContains } from "#src/domain/name-pattern";
import { fc } from "../../support/seeded.ts";

const SHOP: Reach = { ...EVERYWHERE, applications: ["shop"], stacks: ["shop-*"], functions: ["shop-prod-*"] };
const LOCK = { stacks: ["shop-api"], functions: ["shop-prod-*"], within: [] };
const PLACE = { application: "shop", stage: "prod", target: "default", lock: LOCK };

t.test("a place lies inside a grant with all of its names, what contains it included", async (t) => {
  t.same(outsideOf(SHOP, PLACE), []);
  t.same(outsideOf(SHOP, { application: "shop", stage: "prod" }), [], "what is not asked for");
  t.same(outsideOf({ ...SHOP, targets: ["eu"] }, PLACE), ["the target default"]);
  t.same(outsideOf(SHOP, { ...PLACE, application: "shop2" }), ["the application shop2"]);
  t.same(outsideOf(SHOP, { ...PLACE, lock: { ...LOCK, within: ["billing", "shop-jobs"] } }), ["the stack billing"]);
  t.same(outsideOf(SHOP, { ...PLACE, lock: { ...LOCK, functions: ["shop-*", "shop-prod-a"] } }), [
    "the function shop-*",
  ]);
});

t.test("parts under one grant and parts under another do not add up", async (t) => {
  const stacks: Reach = { ...SHOP, functions: ["none"] };
  const functions: Reach = { ...SHOP, stacks: ["none"] };
  t.notOk(coveredBy([stacks, functions], PLACE));
  t.ok(coveredBy([stacks, functions, SHOP], PLACE));
  t.notOk(coveredBy([], PLACE));
});

t.test("an error names everything that lies outside the nearest grant, all at once", async (t) => {
  t.equal(outsideError([SHOP], PLACE), null);
  const far = { ...EVERYWHERE, applications: ["crm"], stages: ["dev"], stacks: ["crm"] };
  const near = outsideError([far, SHOP], { ...PLACE, lock: { ...LOCK, stacks: ["a", "b"] } });
  t.match(near, { code: "OUTSIDE_GRANT", faults: [{ detail: /stack a/ }, { detail: /stack b/ }] });
  t.match(outsideError([], PLACE), { code: "OUTSIDE_GRANT", message: /the application shop/ });
});

t.test("nobody gives what they do not have", async (t) => {
  t.ok(isWithin({ ...EVERYWHERE }, EVERYWHERE));
  t.ok(isWithin({ ...SHOP, stacks: ["shop-a*", "shop-b"] }, SHOP));
  t.notOk(isWithin(EVERYWHERE, SHOP));
  t.notOk(isWithin({ ...SHOP, stacks: ["shop-a", "sho*"] }, SHOP));
});

const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 7 });
const name = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 7 });

t.test("a pattern that contains another matches every name that the other matches", async () => {
  fc.assert(
    fc.property(pattern, pattern, name, (outer, inner, one) => {
      fc.pre(patternContains(outer, inner));
      return !matchesPattern(inner, one) || matchesPattern(outer, one);
    }),
  );
});

t.test("of names without an asterisk, it contains those that it matches", async () => {
  fc.assert(fc.property(pattern, name, (outer, one) => patternContains(outer, one) === matchesPattern(outer, one)));
});
