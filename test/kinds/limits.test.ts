import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import type { JsonObject } from "#src/domain/json";
import { MAX_POLICY_BYTES, orderWrites, policyBytes } from "#src/kinds/lambda/policy-order";
import { fc } from "../support/seeded.ts";
import {
  createFunction,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

const scope = { functions: ["shop-*"] };
const FunctionName = "shop-pay";
const ARN = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;

/** Runs `deploy` inside a deployment and rolls all of it back. */
async function rolledBack(w: TestAccount, deploy: () => Promise<unknown>, more: object = {}) {
  const deployment = await openDeployment(w, scope);
  await deploy();
  await finishDeployment(w, deployment.id);
  w.sandbox.calls.clear();
  return rollBack(w, deployment.id, "all", more);
}

const performed = (w: TestAccount) => w.sandbox.calls.mutations().map(({ operation }) => operation);

const tags = (prefix: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "v"]));

t.test("forty tags that were replaced by forty others come back, although fifty are the limit", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1", { Tags: { ...tags("old", 40), both: "before" } });
  const rollback = await rolledBack(w, async () => {
    await w.aws("lambda", "UntagResource", { Resource: ARN, TagKeys: Object.keys(tags("old", 40)) });
    await w.aws("lambda", "TagResource", { Resource: ARN, Tags: { ...tags("new", 40), both: "after" } });
  });
  t.match(rollback, { status: "Completed", result: { restored: 1 } });
  t.same(performed(w), ["UntagResource", "TagResource"]);
  t.same((await w.aws("lambda", "ListTags", { Resource: ARN })).Tags, { ...tags("old", 40), both: "before" });
});

t.test("tags that somebody added since make too many with those of the backup: refused with the number", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1", { Tags: tags("old", 45) });
  const deployment = await openDeployment(w, scope);
  await w.aws("lambda", "UntagResource", { Resource: ARN, TagKeys: Object.keys(tags("old", 45)) });
  await finishDeployment(w, deployment.id);
  await w.aws("lambda", "TagResource", { Resource: ARN, Tags: tags("mine", 10) });
  const refused = await rollBack(w, deployment.id, "all", { onConflict: "keep-live" });
  t.match(refused, {
    status: "Exception",
    error: { code: "PLAN_REFUSED", errors: [{ code: "LIMIT_EXCEEDED", detail: /55 tags.*50: remove 5 / }] },
  });
  await w.aws("lambda", "UntagResource", { Resource: ARN, TagKeys: ["mine0", "mine1", "mine2", "mine3", "mine4"] });
  t.match(await rollBack(w, deployment.id, "all", { onConflict: "keep-live" }), { status: "Completed" }, "as advised");
});

const statement = (Sid: string, topic: string): Shape => ({
  ...{ StatementId: Sid, Action: "lambda:InvokeFunction", Principal: "sns.amazonaws.com" },
  SourceArn: `arn:aws:sns:us-east-1:000000000000:${topic}`,
});

t.test("a policy of 15 KB whose statements all have other ids comes back within 20,480 bytes", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1");
  const names = Array.from({ length: 30 }, (_, index) => `${index}-${"t".repeat(150)}`);
  const add = (prefix: string) => async (topic: string, index: number) =>
    w.aws("lambda", "AddPermission", { FunctionName, ...statement(`${prefix}-${index}-${"s".repeat(80)}`, topic) });
  for (const [index, name] of names.entries()) await add("old")(name, index);
  const rollback = await rolledBack(w, async () => {
    for (const index of names.keys())
      await w.aws("lambda", "RemovePermission", { FunctionName, StatementId: `old-${index}-${"s".repeat(80)}` });
    for (const [index, name] of names.entries()) await add("new")(name, index);
  });
  t.match(rollback, { status: "Completed", result: { restored: 1 } });
  const { Policy } = await w.aws("lambda", "GetPolicy", { FunctionName });
  t.same(
    (JSON.parse(Policy).Statement as { Sid: string }[]).map(({ Sid }) => Sid.split("-")[0]),
    names.map(() => "old"),
  );
});

/** Statements by Sid whose sizes make a policy of about its limit. */
const statements = fc
  .array(fc.record({ id: fc.integer({ min: 0, max: 24 }), size: fc.integer({ min: 100, max: 4000 }) }), {
    maxLength: 14,
  })
  .map((drawn) => {
    const all: JsonObject = {};
    for (const { id, size } of drawn) {
      const next = { ...all, [`s${id}`]: { Effect: "Allow", Principal: "x".repeat(size) } };
      if (policyBytes(next, ARN) <= MAX_POLICY_BYTES) Object.assign(all, next);
    }
    return all;
  });

t.test("no write of a policy exceeds the limit on the way, and nothing is written twice", async (t) => {
  fc.assert(
    fc.property(statements, statements, (wanted, live) => {
      const present: Record<string, JsonObject[string]> = { ...live };
      const seen = new Set<string>();
      for (const write of orderWrites({ wanted, live, arn: ARN })) {
        if (seen.has(write.id)) throw new Error(`${write.id} is written twice`);
        seen.add(write.id);
        if ((write.do === "add") !== !Object.hasOwn(present, write.id)) throw new Error(`${write.do} ${write.id}`);
        delete present[write.id];
        if (write.do !== "remove") present[write.id] = wanted[write.id] ?? null;
        const size = JSON.stringify({
          ...{ Version: "2012-10-17", Id: "default" },
          Statement: Object.entries(present).map(([Sid, rest]) => ({ Sid, Resource: ARN, ...(rest as object) })),
        }).length;
        if (size > MAX_POLICY_BYTES) throw new Error(`${size} bytes after ${write.do} ${write.id}`);
      }
      t.same(present, wanted);
    }),
    { numRuns: 300 },
  );
});

t.test("while there is room, what is missing is added before anything is removed", async (t) => {
  const [one, two] = [
    { Effect: "Allow", Principal: "one" },
    { Effect: "Allow", Principal: "two" },
  ];
  t.same(orderWrites({ wanted: { a: one, b: two }, live: { a: two, c: two }, arn: ARN }), [
    { do: "add", id: "b" },
    { do: "replace", id: "a" },
    { do: "remove", id: "c" },
  ]);
});

t.test("where room lacks, a statement makes way for the one that means the same, and right before it", async (t) => {
  const of = (name: string) => ({ Effect: "Allow", Principal: name.repeat(9000) });
  t.same(orderWrites({ wanted: { a1: of("a"), b1: of("b") }, live: { a: of("a"), b: of("b") }, arn: ARN }), [
    { do: "remove", id: "a" },
    { do: "add", id: "a1" },
    { do: "remove", id: "b" },
    { do: "add", id: "b1" },
  ]);
});

t.test("the URL of an alias that the deploy added goes before the alias, and nothing of it stays", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1");
  await w.aws("lambda", "PublishVersion", { FunctionName });
  const rollback = await rolledBack(
    w,
    async () => {
      await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
      await w.aws("lambda", "CreateFunctionUrlConfig", { FunctionName, Qualifier: "live", AuthType: "AWS_IAM" });
    },
    { allowDestructive: true },
  );
  t.match(rollback, { status: "Completed", result: { removed: 2 } });
  t.same(performed(w), ["DeleteFunctionUrlConfig", "DeleteAlias"]);
  t.same((await w.aws("lambda", "ListFunctionUrlConfigs", { FunctionName })).FunctionUrlConfigs, []);
});

interface AliasSide {
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
  readonly provisioned: number | null;
}

async function putSide(w: TestAccount, { version, weights, provisioned }: AliasSide): Promise<void> {
  const alias = { FunctionName, Name: "live", FunctionVersion: version };
  const route = (AdditionalVersionWeights: AliasSide["weights"]) =>
    w.aws("lambda", "UpdateAlias", { ...alias, RoutingConfig: { AdditionalVersionWeights } });
  const at = { FunctionName, Qualifier: "live" };
  await route({});
  if (provisioned === null) await w.aws("lambda", "DeleteProvisionedConcurrencyConfig", at);
  else
    await w.aws("lambda", "PutProvisionedConcurrencyConfig", { ...at, ProvisionedConcurrentExecutions: provisioned });
  await route(weights);
}

const sides: readonly AliasSide[] = ["1", "2"].flatMap((version) =>
  [{}, { 3: 0.1 }].flatMap((weights) => [null, 5, 9].map((provisioned) => ({ version, weights, provisioned }))),
);

t.test("from any weights and any provisioned concurrency to any others, AWS refuses nothing", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1");
  for (const says of ["v2", "v3", "v4"]) {
    await w.aws("lambda", "PublishVersion", { FunctionName });
    await updateCode(w, FunctionName, says);
  }
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
  const pairs = fc.sample(fc.tuple(fc.constantFrom(...sides), fc.constantFrom(...sides)), { numRuns: 25, seed: 4 });
  for (const [before, deployed] of pairs) {
    if (before === deployed) continue;
    await putSide(w, before);
    const rollback = await rolledBack(w, () => putSide(w, deployed));
    const what = `${JSON.stringify(deployed)} back to ${JSON.stringify(before)}`;
    t.match(rollback, { status: "Completed", result: { restored: 1 } }, what);
    t.notOk(
      w.sandbox.calls.all().some(({ mutation, outcome }) => mutation && outcome === "error"),
      `nothing refused: ${what}`,
    );
  }
});

t.test("an alias whose version still exists is one call", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1");
  await w.aws("lambda", "PublishVersion", { FunctionName });
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
  const deployment = await openDeployment(w, scope);
  await updateCode(w, FunctionName, "v2");
  await w.aws("lambda", "PublishVersion", { FunctionName });
  await w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", FunctionVersion: "2" });
  await finishDeployment(w, deployment.id);
  w.sandbox.calls.clear();
  const picked = [`lambda-alias:${FunctionName}:live`];
  t.match(await rollBack(w, deployment.id, picked, { strategy: "direct" }), { status: "Completed" });
  t.same(performed(w), ["UpdateAlias"]);
});
