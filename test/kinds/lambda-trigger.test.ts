import { isDeepStrictEqual } from "node:util";
import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import type { EventSourceMappingConfiguration } from "#src/aws/gateways/triggers";
import { createCachedReader } from "#src/kinds/cached-reader";
import { triggerName, triggerPatches, triggerSettings } from "#src/kinds/lambda/trigger-settings";
import { lambdaTrigger } from "#src/kinds/lambda-trigger";
import { type Account, type AwsOutput, firstRow } from "../support/answers.ts";
import { fc } from "../support/seeded.ts";
import {
  createFunction,
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  until,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders";
const STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/orders";
const DEAD = "arn:aws:sqs:us-east-1:000000000000:dead";
const SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:kafka";
const KEY = "arn:aws:kms:us-east-1:000000000000:key/one";
const scope = { functions: ["shop-*"] };

/** Updates take no time, except where waiting for them is the subject. */
async function account(t: Test, updateMs = 0): Promise<TestAccount> {
  const made = await worldOf(t, { updateMs });
  await createFunction(made, "shop-pay", "v1");
  return made;
}

/** Creates a trigger as the account's owner, waits until it has settled and returns its UUID. */
async function createTrigger(account: Account, input: Shape): Promise<string> {
  const { UUID } = await account.aws("lambda", "CreateEventSourceMapping", { FunctionName: "shop-pay", ...input });
  await triggerSettled(account, UUID);
  return UUID;
}

async function updateTrigger(account: Account, UUID: string, input: Shape): Promise<void> {
  await account.aws("lambda", "UpdateEventSourceMapping", { UUID, ...input });
  await triggerSettled(account, UUID);
}

async function deleteTrigger(account: Account, UUID: string): Promise<void> {
  await account.aws("lambda", "DeleteEventSourceMapping", { UUID });
  await until(async () => (await triggersOf(account)).every((trigger) => trigger.UUID !== UUID));
}

async function triggerSettled(account: Account, UUID: string): Promise<void> {
  await until(async () =>
    ["Enabled", "Disabled"].includes((await account.aws("lambda", "GetEventSourceMapping", { UUID })).State),
  );
}

type Trigger = Omit<AwsOutput<"GetEventSourceMapping">, "LastModified"> & Pick<AwsOutput<"ListTags">, "Tags">;

/** Every trigger of the account with its tags, without times. */
async function triggersOf(account: Account): Promise<Trigger[]> {
  const { EventSourceMappings } = await account.aws("lambda", "ListEventSourceMappings");
  const rows: Trigger[] = [];
  for (const { LastModified: _time, ...rest } of EventSourceMappings) {
    const { Tags } = await account.aws("lambda", "ListTags", { Resource: rest.EventSourceMappingArn });
    rows.push({ ...rest, Tags });
  }
  return rows;
}

const withoutIds = (rows: Trigger[]) => rows.map(({ UUID: _uuid, EventSourceMappingArn: _arn, ...rest }) => rest);

/** One trigger for each kind of source: its creation, and a change of every writable field. */
const SPECIMENS: Record<string, { name: string; create: Shape; change: Shape }> = {
  queue: {
    name: `shop-pay/${QUEUE}`,
    create: { EventSourceArn: QUEUE, Tags: { team: "shop", tier: "one" } },
    change: {
      Enabled: false,
      BatchSize: 50,
      MaximumBatchingWindowInSeconds: 5,
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["paid"]}}' }] },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      KMSKeyArn: KEY,
      MetricsConfig: { Metrics: ["EventCount"] },
      ScalingConfig: { MaximumConcurrency: 7 },
      ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 4 },
    },
  },
  stream: {
    name: `shop-pay/${STREAM}`,
    create: {
      EventSourceArn: STREAM,
      StartingPosition: "TRIM_HORIZON",
      Enabled: false,
      FilterCriteria: { Filters: [{ Pattern: '{"a":[1]}' }, { Pattern: '{"b":[1]}' }] },
      DestinationConfig: { OnFailure: { Destination: DEAD } },
    },
    change: {
      Enabled: true,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 3,
      ParallelizationFactor: 4,
      MaximumRecordAgeInSeconds: 600,
      MaximumRetryAttempts: 2,
      BisectBatchOnFunctionError: true,
      TumblingWindowInSeconds: 30,
      FilterCriteria: {},
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      DestinationConfig: { OnFailure: { Destination: "" } },
    },
  },
  kafka: {
    name: "shop-pay/self-managed/",
    create: {
      SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["b:9092", "a:9092"] } },
      Topics: ["orders"],
      StartingPosition: "LATEST",
      SourceAccessConfigurations: [{ Type: "BASIC_AUTH", URI: SECRET }],
    },
    change: {
      BatchSize: 10,
      SourceAccessConfigurations: [{ Type: "SASL_SCRAM_512_AUTH", URI: SECRET }],
    },
  },
};

t.test("every writable field of a trigger is restored, and a second rollback changes nothing", async (t) => {
  for (const [source, { name, create, change }] of Object.entries(SPECIMENS)) {
    await t.test(source, async (t) => {
      const w = await account(t);
      const uuid = await createTrigger(w, create);
      const before = await triggersOf(w);
      const deployment = await openDeployment(w, scope);
      t.match(deployment, { status: "In Progress", snapshot: { components: 5 } });
      await updateTrigger(w, uuid, change);
      const arn = before[0]?.EventSourceMappingArn;
      await w.aws("lambda", "TagResource", { Resource: arn, Tags: { tier: "two", added: "yes" } });
      await finishDeployment(w, deployment.id);
      const { items } = (await w.api("GET", `/v1/deployments/${deployment.id}/components`)).body;
      t.equal(items.length, 1);
      t.ok(firstRow(items).id.startsWith(`lambda-trigger:${name}`), firstRow(items).id);
      const rollback = await rollBack(w, deployment.id, "all");
      t.match(rollback, { status: "Completed", result: { restored: 1 } });
      t.same(normal(await triggersOf(w)), normal(before));
      const mutations = w.sandbox.calls.mutations().length;
      t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { unchanged: 1 } });
      t.equal(w.sandbox.calls.mutations().length, mutations);
    });
  }
});

/** AWS leaves out cleared fields, the sandbox keeps them as they were sent: without either, the rows can be compared. */
function normal(rows: object[]): object[] {
  const isNothing = (value: unknown): boolean =>
    value === "" || (typeof value === "object" && value !== null && Object.values(value).every(isNothing));
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => !isNothing(value))));
}

t.test("an added trigger is deleted, and a deleted trigger of a queue is created again", async (t) => {
  const w = await account(t);
  const queue = SPECIMENS["queue"];
  const uuid = await createTrigger(w, { ...queue?.create, ...queue?.change });
  const before = await triggersOf(w);
  const deployment = await openDeployment(w, scope);
  await deleteTrigger(w, uuid);
  await createTrigger(w, { EventSourceArn: STREAM, StartingPosition: "LATEST" });
  t.match(await finishDeployment(w, deployment.id), { altered: { added: 1, modified: 0, deleted: 1 } });
  const rollback = await rollBack(w, deployment.id, "all");
  t.match(rollback, { status: "Completed", result: { removed: 1, recreated: 1 } });
  t.same(withoutIds(await triggersOf(w)), withoutIds(before));
});

t.test(
  "the position in a stream is not given up without consent: the plan says whether records are skipped or repeated",
  async (t) => {
    const w = await account(t);
    const uuid = await createTrigger(w, { EventSourceArn: STREAM, StartingPosition: "TRIM_HORIZON", BatchSize: 7 });
    const deployment = await openDeployment(w, scope);
    await deleteTrigger(w, uuid);
    await createTrigger(w, { EventSourceArn: STREAM, StartingPosition: "LATEST" });
    await finishDeployment(w, deployment.id);
    const mutations = w.sandbox.calls.mutations().length;
    t.match(await rollBack(w, deployment.id, "all"), {
      status: "Exception",
      error: {
        code: "PLAN_REFUSED",
        errors: [{ code: "DESTRUCTIVE", detail: /StartingPosition.*stream holds again/ }],
      },
    });
    t.equal(w.sandbox.calls.mutations().length, mutations, "nothing was touched");
    t.match(await rollBack(w, deployment.id, "all", { allowDestructive: true }), {
      status: "Completed",
      result: { restored: 1 },
    });
    t.match(await triggersOf(w), [{ StartingPosition: "TRIM_HORIZON", BatchSize: 7, State: "Enabled" }]);
  },
);

t.test("a trigger that was pointed to a new alias is pointed back, loses the alias and keeps its UUID", async (t) => {
  const w = await account(t);
  const uuid = await createTrigger(w, { EventSourceArn: STREAM, StartingPosition: "LATEST" });
  const before = await triggersOf(w);
  const deployment = await openDeployment(w, scope);
  await w.aws("lambda", "PublishVersion", { FunctionName: "shop-pay" });
  await w.aws("lambda", "CreateAlias", { FunctionName: "shop-pay", Name: "live", FunctionVersion: "1" });
  await updateTrigger(w, uuid, { FunctionName: "shop-pay:live", BatchSize: 5 });
  await finishDeployment(w, deployment.id);
  const bare = `lambda-trigger:shop-pay/${STREAM}`;
  for (const alone of [bare, `${bare}#live`]) {
    t.match(await rollBack(w, deployment.id, [alone]), {
      error: { code: "PLAN_REFUSED", errors: [{ code: "REQUIRES_COMPONENT" }] },
    });
  }
  const rollback = await rollBack(w, deployment.id, "all");
  t.match(rollback, { status: "Completed", result: { restored: 1, removed: 2 } });
  t.same(await triggersOf(w), before, "nothing was created, so no record is lost");
  const updates = w.sandbox.calls.mutations().filter(({ operation }) => operation === "UpdateEventSourceMapping");
  t.same(
    updates.map(({ input }) => Object.keys(input).filter((key) => key !== "UUID")),
    [["BatchSize"], ["FunctionName"]],
    "the target comes last",
  );
});

t.test(
  "a trigger is created again with the function and the alias that it calls, and refused without them",
  async (t) => {
    const w = await account(t);
    await w.aws("lambda", "PublishVersion", { FunctionName: "shop-pay" });
    await w.aws("lambda", "CreateAlias", { FunctionName: "shop-pay", Name: "live", FunctionVersion: "1" });
    const uuid = await createTrigger(w, { EventSourceArn: QUEUE, FunctionName: "shop-pay:live" });
    const before = await triggersOf(w);
    const deployment = await openDeployment(w, scope);
    await deleteTrigger(w, uuid);
    await w.aws("lambda", "DeleteFunction", { FunctionName: "shop-pay" });
    await finishDeployment(w, deployment.id);
    const trigger = `lambda-trigger:shop-pay/${QUEUE}#live`;
    t.match(await rollBack(w, deployment.id, [trigger]), {
      error: { code: "PLAN_REFUSED", errors: [{ code: "REQUIRES_COMPONENT", detail: /lambda-code:shop-pay/ }] },
    });
    t.match(await rollBack(w, deployment.id, [trigger, "lambda-code:shop-pay", "lambda-config:shop-pay"]), {
      error: { code: "PLAN_REFUSED", errors: [{ code: "REQUIRES_COMPONENT", detail: /lambda-alias:shop-pay:live/ }] },
    });
    t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { recreated: 6 } });
    t.same(withoutIds(await triggersOf(w)), withoutIds(before));
  },
);

t.test("a trigger of a stack is created and deleted with the stack, and restored alone through it", async (t) => {
  const w = await account(t);
  const trigger = (EventSourceArn: string, BatchSize: number) => ({
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: { FunctionName: "shop-pay", EventSourceArn, BatchSize },
  });
  const deploy = (Resources: Shape) => deployStack(w, "shop", { Resources });
  await deploy({ Orders: trigger(QUEUE, 5) });
  const before = await triggersOf(w);
  const deployment = await openDeployment(w, { stacks: ["shop"], ...scope });
  await deploy({ Orders: trigger(QUEUE, 9), Dead: trigger(DEAD, 1) });
  await finishDeployment(w, deployment.id);
  const id = (source: string) => `lambda-trigger:shop-pay/${source}`;
  t.match(await rollBack(w, deployment.id, [id(DEAD)], { strategy: "direct" }), {
    error: { code: "PLAN_REFUSED", errors: [{ code: "OWNED_BY_STACK", detail: /is stack-resource:shop\/Dead/ }] },
  });
  t.match(await rollBack(w, deployment.id, [id(DEAD)]), { status: "Completed", result: { removed: 1 } });
  const alone = await rollBack(w, deployment.id, [id(QUEUE)]);
  t.match(alone, { status: "Completed", result: { restored: 1 } });
  const { steps } = (await w.api("GET", `/v1/rollbacks/${alone.id}/plan`)).body;
  t.match(steps, [{ component: id(QUEUE), strategy: "stack", reasons: [] }]);
  const whole = await rollBack(w, deployment.id, "all");
  t.match(whole, { status: "Completed", error: null });
  t.same(await triggersOf(w), before);
});

t.test("a trigger outlives its function in AWS, so an added one is deleted by an action of its own", async (t) => {
  const w = await account(t);
  const deployment = await openDeployment(w, scope);
  await createFunction(w, "shop-new", "new");
  await createTrigger(w, { EventSourceArn: QUEUE, FunctionName: "shop-new" });
  t.match(await finishDeployment(w, deployment.id), { altered: { added: 5 } });
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { removed: 5 } });
  t.same(await triggersOf(w), []);
});

t.test("a trigger that is being changed is waited for, by a backup and by a restore", async (t) => {
  const w = await account(t, 20);
  const uuid = await createTrigger(w, { EventSourceArn: QUEUE });
  await w.aws("lambda", "UpdateEventSourceMapping", { UUID: uuid, Enabled: false });
  const deployment = await openDeployment(w, scope);
  await updateTrigger(w, uuid, { Enabled: true });
  await finishDeployment(w, deployment.id);
  const hold = w.sandbox.faults.hold({
    when: "before",
    match: (record) => record.operation === "UpdateEventSourceMapping",
  });
  const running = rollBack(w, deployment.id, "all");
  await hold.reached;
  await w.aws("lambda", "UpdateEventSourceMapping", { UUID: uuid, BatchSize: 10 });
  hold.release();
  t.match(await running, { status: "Completed", result: { restored: 1 } });
  t.match(await triggersOf(w), [{ State: "Disabled" }]);
});

t.test("a lost response to a creation makes no second trigger", async (t) => {
  const w = await account(t);
  const uuid = await createTrigger(w, { EventSourceArn: QUEUE });
  const deployment = await openDeployment(w, scope);
  await deleteTrigger(w, uuid);
  await finishDeployment(w, deployment.id);
  const hold = w.sandbox.faults.hold({
    when: "after",
    match: (record) => record.operation === "CreateEventSourceMapping",
  });
  const running = rollBack(w, deployment.id, "all");
  await hold.reached;
  hold.drop();
  t.match(await running, { status: "Completed", result: { recreated: 1 } });
  t.equal((await triggersOf(w)).length, 1);
});

t.test("one listing of the account serves all functions of a backup", async (t) => {
  const w = await account(t);
  for (const name of ["shop-a", "shop-b"]) await createFunction(w, name, name);
  await createTrigger(w, { EventSourceArn: QUEUE });
  await updateCode(w, "shop-a", "again");
  w.sandbox.calls.clear();
  await openDeployment(w, scope);
  const lists = w.sandbox.calls.all().filter(({ operation }) => operation === "ListEventSourceMappings");
  t.equal(lists.length, 1);
  t.notOk(lists[0]?.input["FunctionName"], "without a filter");
});

t.test("filters and tags that cannot be read make a trigger incomplete, never empty", async (t) => {
  const live = {
    UUID: "u1",
    EventSourceArn: QUEUE,
    FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:shop-pay",
    EventSourceMappingArn: "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:u1",
    State: "Enabled",
  };
  const own = { "aws:cloudformation:stack-name": "shop", "aws:cloudformation:logical-id": "T", a: "b" };
  const captureOf = async (trigger: Shape, tags: Shape = { value: own }) => {
    const lambda = {
      listTriggers: async () => [trigger],
      awaitTrigger: async () => trigger,
      listTags: async () => tags,
    };
    const access = { lambda } as unknown as Parameters<typeof createCachedReader>[0];
    const reader = createCachedReader(access, {} as Parameters<typeof createCachedReader>[1]);
    return lambdaTrigger.capture(reader, `shop-pay/${QUEUE}`);
  };
  const whole = await captureOf(live);
  t.match(whole, {
    incomplete: null,
    parent: "stack-resource:shop/T",
    physicalId: "u1",
    state: { settings: { Tags: { a: "b" } } },
  });
  t.notMatch(JSON.stringify(whole?.state.settings), /aws:cloudformation/, "AWS's own tags are not written back");
  t.match(await captureOf({ ...live, FilterCriteriaError: { ErrorCode: "KMSDenied", Message: "no key" } }), {
    incomplete: "FilterCriteria: KMSDenied, no key",
  });
  t.match(await captureOf(live, { unavailable: "not allowed", lacking: false }), { incomplete: "Tags: not allowed" });
  const untagged = await captureOf(live, { unavailable: "localhost lacks the call", lacking: true });
  t.match(untagged, { incomplete: null, state: { settings: { Tags: null } } });
  t.same(whole && untagged && lambdaTrigger.diff(whole.state, untagged.state), [], "nobody can tell: not compared");
});

t.test("names distinguish triggers by the same parts as AWS does, whatever other triggers exist", async (t) => {
  const FunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:shop-pay";
  const name = (more: Partial<EventSourceMappingConfiguration>) => triggerName({ FunctionArn, ...more });
  const brokers = (...hosts: string[]) => ({
    SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: hosts } },
  });
  t.equal(name({ EventSourceArn: QUEUE }), `shop-pay/${QUEUE}`);
  t.equal(name({ EventSourceArn: QUEUE, FunctionArn: `${FunctionArn}:live` }), `shop-pay/${QUEUE}#live`);
  t.equal(name({ EventSourceArn: STREAM, Topics: ["a"] }), `shop-pay/${STREAM}/a`);
  t.match(name({ Topics: ["a"], ...brokers("one:1") }), /^shop-pay\/self-managed\/[0-9a-f]{12}\/a$/);
  t.equal(name(brokers("one:1", "two:2")), name(brokers("two:2", "one:1")), "the order of brokers says nothing");
  t.not(name(brokers("one:1")), name(brokers("two:2")));
});

t.test("the patches between any two settings hold exactly the fields that differ and can be updated", async (t) => {
  const base = { FunctionArn: "arn:aws:lambda:us-east-1:0:function:f", EventSourceArn: QUEUE, State: "Enabled" };
  const settings = fc
    .record({
      BatchSize: fc.integer({ min: 1, max: 3 }),
      FunctionResponseTypes: fc.subarray(["ReportBatchItemFailures" as const]),
      MaximumRetryAttempts: fc.integer({ min: -1, max: 1 }),
      KMSKeyArn: fc.constantFrom("", KEY),
      State: fc.constantFrom("Enabled", "Disabled"),
      FunctionArn: fc.constantFrom(base.FunctionArn, `${base.FunctionArn}:live`),
    })
    .map((more) => triggerSettings({ ...base, ...more }, {}));
  const brings = fc.property(settings, settings, (goal, live) => {
    const sent = Object.assign({}, ...triggerPatches("f", goal, live)) as Record<string, unknown>;
    const { FunctionName: called, ...fields } = sent;
    const target = called === undefined ? live["Target"] : (String(called).split(":")[1] ?? null);
    const differs = (key: string) => JSON.stringify(goal[key]) !== JSON.stringify(live[key]);
    const needless = Object.keys(fields).filter(
      (key) => !differs(key) && !(key === "FilterCriteria" && differs("KMSKeyArn")),
    );
    return needless.length === 0 && isDeepStrictEqual({ ...live, ...fields, Target: target }, goal);
  });
  t.doesNotThrow(() => fc.assert(brings));
});
