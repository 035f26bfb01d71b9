import t, { type Test } from "tap";
import type { Plan } from "#client/api-types";
import type { Shape } from "#sandbox/core/contract";
import { type ComponentId, KIND_NAMES } from "#src/domain/component/component";
import { type Change, SPECIMENS } from "../kinds/specimens.ts";
import { ALL_KINDS_SCOPE, deployFirst, deploySecond } from "../support/all-kinds.ts";
import { createQuickClock } from "../support/quick-clock.ts";
import { linkedTemplate } from "../support/stack-templates.ts";
import {
  deployStack,
  ended,
  finishDeployment,
  firstOf,
  openDeployment,
  startTestAccount,
  type TestAccount,
  zip,
} from "../support/test-account.ts";

/** The tolerance for the reads of a service: a factor, or a number of calls where that allows more. */
const FACTOR = 1.25;
const FEW = 4;

/** These tests count how often a job polls, so its sleeps are not shortened. */
const AS_LONG_AS_ASKED = createQuickClock(1);

/** A deployment, and the components that are rolled back. */
interface Scenario {
  readonly before: Change;
  readonly deploy: Change;
  readonly scope: { readonly stacks?: string[]; readonly functions?: string[] };
  readonly picked: readonly ComponentId[] | "all";
  readonly strategy?: "direct";
  /** Mutations that no plan can predict. */
  readonly unforeseen?: readonly string[];
}

type Counts = Record<string, number>;

/** The calls that the plan expects, and those that its run makes. */
async function foretold(t: Test, scenario: Scenario): Promise<{ expected: Counts; actual: Counts; writes: string[] }> {
  const w = await startTestAccount({}, {}, { clock: AS_LONG_AS_ASKED });
  try {
    await scenario.before(w);
    const { id } = await openDeployment(w, scenario.scope);
    await scenario.deploy(w);
    t.match(await finishDeployment(w, id), { status: "Completed" });
    const { picked: components, strategy = "auto" } = scenario;
    const asked = { deployment: id, components, strategy, allowDestructive: true, run: false };
    const draft = (await w.api("POST", "/v1/rollbacks", asked)).body;
    const plan = await planOf(w, draft.id);
    w.sandbox.calls.clear();
    await w.api("POST", `/v1/rollbacks/${draft.id}/run`, { planDigest: plan.digest });
    t.match(await ended(w, `/v1/rollbacks/${draft.id}`), { status: "Completed", error: null });
    const expected: Counts = {};
    for (const { service, operation, count } of plan.expected.calls) expected[`${service}:${operation}`] = count;
    const actual: Counts = {};
    for (const { service, operation } of w.sandbox.calls.all())
      actual[`${service}:${operation}`] = (actual[`${service}:${operation}`] ?? 0) + 1;
    const writes = w.sandbox.calls.mutations().map(({ service, operation }) => `${service}:${operation}`);
    return { expected, actual, writes: [...new Set(writes)] };
  } finally {
    await w.close();
  }
}

async function planOf(w: TestAccount, rollback: string): Promise<Plan> {
  await w.api("POST", `/v1/rollbacks/${rollback}/plan`);
  return firstOf(async () => {
    const { status, body } = await w.api("GET", `/v1/rollbacks/${rollback}/plan`);
    return status === 200 ? body : undefined;
  });
}

const READING = /:(Get|List|Describe|Head)/;

/** Checks the exact mutations, and each service's reads within the tolerance that docs/readiness-and-drills.md states. */
async function expectationHolds(t: Test, scenario: Scenario): Promise<void> {
  const { expected, actual, writes } = await foretold(t, scenario);
  const unforeseen = scenario.unforeseen ?? [];
  const mutations = (counts: Counts) =>
    Object.entries(counts).filter(([name]) => !READING.test(name) && !unforeseen.includes(name));
  t.same(Object.fromEntries(mutations(expected)), Object.fromEntries(mutations(actual)), "mutations");
  t.same(
    writes.filter((name) => READING.test(name)),
    [],
    "no operation that counts as a read mutates",
  );
  for (const service of ["lambda", "cloudformation"]) {
    const reads = (counts: Counts) =>
      Object.entries(counts).reduce(
        (sum, [name, count]) => (name.startsWith(`${service}:`) && READING.test(name) ? sum + count : sum),
        0,
      );
    const [wanted, found] = [reads(expected), reads(actual)];
    const isNear = Math.abs(wanted - found) <= FEW || Math.max(wanted, found) <= FACTOR * Math.min(wanted, found);
    t.ok(isNear, `${service}: expected ${wanted} reads, made ${found}: ${JSON.stringify({ expected, actual })}`);
  }
}

/** Changes of the other settings would leave these nothing to change, or forbid their rollback. */
const STACK_CHANGES = ["parameters", "tags", "terminationProtection"];

t.test("the plan predicts the exact mutations for every kind: changed in all settings, added, deleted", async (t) => {
  for (const kind of KIND_NAMES) {
    const { name, ground, create, change, remove, along = [] } = SPECIMENS[kind];
    const inOrder =
      (...changes: (Change | undefined)[]): Change =>
      async (account) => {
        for (const each of changes) await each?.(account);
      };
    const scope = kind.startsWith("stack") ? { stacks: ["shop"] } : { functions: ["pay"] };
    const id = `${kind}:${name}` as ComponentId;
    const changes = kind === "stack" ? STACK_CHANGES.map((member) => change[member]) : Object.values(change);
    const scenarios: Record<string, Scenario> = {
      changed: { before: inOrder(ground, create), deploy: inOrder(...changes), scope, picked: [id] },
      added: { before: inOrder(ground), deploy: create, scope, picked: [id, ...along] },
      deleted: { before: inOrder(ground, create), deploy: remove, scope, picked: [id, ...along] },
    };
    for (const [trial, scenario] of Object.entries(scenarios))
      await t.test(`${kind} ${trial}`, (t) => expectationHolds(t, scenario));
  }
});

const BUCKET = "deploys";

/** One stack with two functions, each with an export and code by S3 key, and with the resources in `more`. */
function shop(key: string, memory: number, more: Shape = {}): Change {
  const fn = (FunctionName: string) => ({
    Type: "AWS::Lambda::Function",
    Properties: {
      ...{ FunctionName, Runtime: "nodejs22.x", Handler: "index.handler", MemorySize: memory },
      Role: "arn:aws:iam::000000000000:role/service",
      Code: { S3Bucket: BUCKET, S3Key: key },
    },
  });
  const exported = (name: string) => ({ Value: { "Fn::GetAtt": [name, "Arn"] }, Export: { Name: `shop-${name}` } });
  return async (account) => {
    await account.aws("s3", "CreateBucket", { Bucket: BUCKET }).catch(() => "it is there");
    await account.aws("s3", "PutObject", { Bucket: BUCKET, Key: key, Body: zip(key) });
    await deployStack(account, "shop", {
      Resources: { Pay: fn("shop-pay"), Cart: fn("shop-cart"), ...more },
      Outputs: { Pay: exported("Pay"), Cart: exported("Cart") },
    });
  };
}

/** A stack with a nested stack whose topic has the display name `words`. */
function nesting(words: string): Change {
  const child = { Resources: { Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: words } } } };
  const TemplateURL = `https://${BUCKET}.s3.amazonaws.com/${words}.json`;
  return async (account) => {
    await account.aws("s3", "CreateBucket", { Bucket: BUCKET }).catch(() => "it is there");
    await account.aws("s3", "PutObject", {
      Bucket: BUCKET,
      Key: `${words}.json`,
      Body: Buffer.from(JSON.stringify(child)),
    });
    const Nested = { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL } };
    await deployStack(account, "shop", { Resources: { Nested } });
  };
}

/** Two stacks: one imports what the other exports. */
function pair(value: string): Change {
  return async (account) => {
    await deployStack(account, "base", linkedTemplate({ exports: { kept: "kept", [value]: value }, imports: [] }));
    await deployStack(account, "user", linkedTemplate({ exports: { own: value }, imports: ["kept"] }));
  };
}

const stacks = ["shop"];
const V1 = shop("v1.zip", 128);
const V2 = shop("v2.zip", 256, { Topic: { Type: "AWS::SNS::Topic" } });
const PLANS: Record<string, Scenario> = {
  "a function of a stack, directly": {
    ...{ before: V1, deploy: V2, scope: { stacks }, strategy: "direct" },
    picked: ["lambda-code:shop-pay", "lambda-config:shop-pay"],
  },
  "the code of a function through its stack": {
    ...{ before: V1, deploy: V2, scope: { stacks }, picked: ["lambda-code:shop-pay"] },
  },
  "code and configuration of two functions through their stack": {
    ...{ before: V1, deploy: V2, scope: { stacks } },
    picked: ["lambda-code:shop-pay", "lambda-config:shop-pay", "lambda-code:shop-cart", "lambda-config:shop-cart"],
  },
  "one resource of a stack": {
    ...{ before: V1, deploy: V2, scope: { stacks }, picked: ["stack-resource:shop/Topic"] },
  },
  "a whole stack with its functions": { before: V1, deploy: V2, scope: { stacks }, picked: "all" },
  "a stack with a nested one": { before: nesting("one"), deploy: nesting("two"), scope: { stacks }, picked: "all" },
  "two stacks, one importing from the other": {
    ...{ before: pair("one"), deploy: pair("two"), scope: { stacks: ["base", "user"] }, picked: "all" },
  },
  "everything that a deploy can change, in a stack and outside": {
    ...{ before: deployFirst, deploy: deploySecond, scope: ALL_KINDS_SCOPE, picked: "all" },
    // Only the run finds out which objects the bucket has lost.
    unforeseen: ["s3:PutObject"],
  },
};

t.test("a plan predicts the exact mutations of its run, and the reads within a tolerance", async (t) => {
  for (const [name, scenario] of Object.entries(PLANS)) await t.test(name, (t) => expectationHolds(t, scenario));
});
