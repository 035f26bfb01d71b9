import t, { type Test } from "tap";
import type { PlanStep } from "#client/api-types";
import type { Shape } from "#sandbox/core/contract";
import {
  createFunction,
  deployStack,
  fingerprintOf,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  until,
  worldOf,
} from "../support/test-account.ts";

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders";
const STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/orders";
const OTHER = "arn:aws:sqs:us-east-1:000000000000:other";

/** Where a trigger may have been turned from, and to. */
interface Turn {
  readonly from: string;
  readonly to: string;
  readonly source: Shape;
}

const TURNS: Record<string, Turn> = {
  "a queue's, to another function": { from: "a", to: "b", source: { EventSourceArn: QUEUE } },
  "a stream's, to another function": {
    from: "a",
    to: "b",
    source: { EventSourceArn: STREAM, StartingPosition: "LATEST" },
  },
  "from an alias to the same alias of another function": {
    from: "a:live",
    to: "b:live",
    source: { EventSourceArn: QUEUE },
  },
  "from a function to another one's alias, by ARN": {
    from: "a",
    to: "arn:aws:lambda:us-east-1:000000000000:function:b:live",
    source: { EventSourceArn: QUEUE, BatchSize: 3 },
  },
  "from an alias to another function, by a partial ARN": {
    from: "a:live",
    to: "000000000000:function:b",
    source: { EventSourceArn: QUEUE },
  },
};

async function functionNamed(w: TestAccount, name: string): Promise<void> {
  await createFunction(w, name, name);
  await w.aws("lambda", "CreateAlias", { FunctionName: name, Name: "live", FunctionVersion: "$LATEST" });
}

async function twoFunctions(t: Test): Promise<TestAccount> {
  const w = await worldOf(t, { updateMs: 0 });
  await functionNamed(w, "a");
  await functionNamed(w, "b");
  return w;
}

async function createTrigger(w: TestAccount, input: Shape): Promise<string> {
  const { UUID } = await w.aws("lambda", "CreateEventSourceMapping", input);
  await triggerSettled(w, UUID);
  return UUID;
}

async function turn(w: TestAccount, UUID: string, to: string, more: Shape = {}): Promise<void> {
  await w.aws("lambda", "UpdateEventSourceMapping", { UUID, FunctionName: to, ...more });
  await triggerSettled(w, UUID);
}

async function triggerSettled(w: TestAccount, UUID: string): Promise<void> {
  await until(async () =>
    ["Enabled", "Disabled"].includes((await w.aws("lambda", "GetEventSourceMapping", { UUID })).State),
  );
}

/** Every trigger of the account, without times. */
async function triggersOf(w: TestAccount) {
  const { EventSourceMappings } = await w.aws("lambda", "ListEventSourceMappings");
  return EventSourceMappings.map(({ LastModified: _, ...rest }) => rest);
}

/** The calls that a rollback made and that change something. */
function changes(w: TestAccount): string[] {
  return w.sandbox.calls.mutations().map(({ operation }) => operation);
}

async function planOf(w: TestAccount, rollback: string): Promise<PlanStep[]> {
  return (await w.api("GET", `/v1/rollbacks/${rollback}/plan`)).body.steps;
}

async function triggerIds(w: TestAccount, deployment: string): Promise<string[]> {
  const { items } = (await w.api("GET", `/v1/deployments/${deployment}/components?limit=200`)).body;
  return items.map(({ id }) => id).filter((id) => id.startsWith("lambda-trigger:"));
}

for (const [what, { from, to, source }] of Object.entries(TURNS)) {
  t.test(`a trigger is turned back in place: ${what}`, async (t) => {
    const w = await twoFunctions(t);
    const uuid = await createTrigger(w, { FunctionName: from, ...source });
    const own = await createTrigger(w, { FunctionName: "b", EventSourceArn: OTHER, BatchSize: 7 });
    const before = await triggersOf(w);
    const { id } = await openDeployment(w, { functions: ["a", "b"] });
    await turn(w, uuid, to, { BatchSize: 2 });
    t.match(await finishDeployment(w, id), { status: "Completed", altered: { added: 1, deleted: 1, modified: 0 } });
    const ids = await triggerIds(w, id);
    for (const alone of ids) {
      const refused = await rollBack(w, id, [alone]);
      t.match(refused, { error: { code: "PLAN_REFUSED", errors: [{ code: "REQUIRES_COMPONENT" }] } });
      const other = ids.find((one) => one !== alone);
      t.ok(refused.error?.detail.includes(`add ${other}`), "the way out is the other name");
    }
    w.sandbox.calls.clear();
    t.match(await rollBack(w, id, ids), { status: "Completed", result: { restored: 1, removed: 1, failed: 0 } });
    t.same(await triggersOf(w), before);
    t.same(changes(w), ["UpdateEventSourceMapping", "UpdateEventSourceMapping"], "nothing is created or deleted");
    const written = w.sandbox.calls.mutations().map(({ input }) => input["UUID"]);
    t.notOk(written.includes(own), "the other function's own trigger is not written");
  });
}

t.test("a trigger that only changed its function is turned back, and an undo turns it again", async (t) => {
  const w = await twoFunctions(t);
  const uuid = await createTrigger(w, { FunctionName: "a", EventSourceArn: QUEUE });
  const { id } = await openDeployment(w, { functions: ["a", "b"] });
  await turn(w, uuid, "b");
  const deployed = await triggersOf(w);
  await finishDeployment(w, id);
  const back = await rollBack(w, id, "all");
  t.match(back, { status: "Completed", result: { restored: 1, removed: 1 } });
  const undo = await w.api("POST", "/v1/rollbacks", { rollback: back.id, components: "all" });
  t.match((await w.api("GET", `/v1/rollbacks/${undo.body.id}?wait=60`)).body, { status: "Completed" });
  t.same(await triggersOf(w), deployed);
});

t.test("a turned trigger is announced as reversible, not as one that loses its position", async (t) => {
  const w = await twoFunctions(t);
  const uuid = await createTrigger(w, { FunctionName: "a", EventSourceArn: STREAM, StartingPosition: "LATEST" });
  const { id } = await openDeployment(w, { functions: ["a", "b"] });
  await turn(w, uuid, "b");
  await finishDeployment(w, id);
  const { items } = (await w.api("GET", `/v1/deployments/${id}/components?limit=200`)).body;
  t.same(
    items.map(({ id, readiness }) => [id, readiness]),
    [
      [`lambda-trigger:a/${STREAM}`, "reversible"],
      [`lambda-trigger:b/${STREAM}`, "reversible"],
    ],
  );
});

for (const [from, to] of [
  ["old", "new"],
  ["old:live", "new:live"],
  ["old", "new:live"],
] as const) {
  t.test(`the trigger of a renamed function reads from the old one before the new one goes: ${from}`, async (t) => {
    const w = await worldOf(t, { updateMs: 0 });
    await functionNamed(w, "old");
    const uuid = await createTrigger(w, { FunctionName: from, EventSourceArn: QUEUE });
    const before = { triggers: await triggersOf(w), functions: await fingerprintOf(w) };
    const { id } = await openDeployment(w, { functions: ["old", "new"] });
    await functionNamed(w, "new");
    await turn(w, uuid, to);
    await w.aws("lambda", "DeleteFunction", { FunctionName: "old" });
    await finishDeployment(w, id);
    w.sandbox.calls.clear();
    const back = await rollBack(w, id, "all", { allowDestructive: true });
    t.match(back, { status: "Completed", error: null, result: { failed: 0 } });
    t.same(await triggersOf(w), before.triggers);
    t.same(Object.keys(await fingerprintOf(w)), Object.keys(before.functions));
    const order = changes(w).filter((operation) => /CreateFunction|EventSource|DeleteFunction/.test(operation));
    t.same(order, ["CreateFunction", "UpdateEventSourceMapping", "DeleteFunction"]);
    const gone = (await planOf(w, back.id)).find(({ component }) => component === "lambda-code:new");
    t.match(gone, { action: "remove", after: [(await triggerIds(w, id)).find((one) => one.includes(":old/"))] });
  });
}

t.test("the new function stays while the trigger could not be taken from it", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  await functionNamed(w, "old");
  const uuid = await createTrigger(w, { FunctionName: "old", EventSourceArn: QUEUE });
  const { id } = await openDeployment(w, { functions: ["old", "new"] });
  await functionNamed(w, "new");
  await turn(w, uuid, "new");
  await finishDeployment(w, id);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "UpdateEventSourceMapping", error: "reset" });
  w.sandbox.calls.clear();
  const back = await rollBack(w, id, "all", { allowDestructive: true, onError: "continue" });
  t.match(back, { status: "Exception", error: { code: "STEP_FAILED" } });
  t.notOk(changes(w).includes("DeleteFunction"));
});

t.test("an alias that the deploy added to another function goes after the trigger that calls it", async (t) => {
  const w = await twoFunctions(t);
  const uuid = await createTrigger(w, { FunctionName: "a", EventSourceArn: QUEUE });
  const { id } = await openDeployment(w, { functions: ["a", "b"] });
  await w.aws("lambda", "CreateAlias", { FunctionName: "b", Name: "next", FunctionVersion: "$LATEST" });
  await turn(w, uuid, "b:next");
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
  t.same(changes(w), ["UpdateEventSourceMapping", "DeleteAlias"]);
});

for (const [from, to] of [
  ["a", "b"],
  ["a:live", "b:live"],
] as const) {
  t.test(`a trigger is not taken from a function outside the scope, and the advice works: ${from}`, async (t) => {
    const w = await twoFunctions(t);
    const uuid = await createTrigger(w, { FunctionName: from, EventSourceArn: QUEUE });
    const before = await triggersOf(w);
    const { id } = await openDeployment(w, { functions: ["a"] });
    await turn(w, uuid, to);
    await finishDeployment(w, id);
    w.sandbox.calls.clear();
    const refused = await rollBack(w, id, "all");
    t.match(refused, { error: { code: "PLAN_REFUSED", errors: [{ code: "TRIGGER_ELSEWHERE" }] } });
    t.match(refused.error?.detail, "lambda-trigger:b/");
    t.same(changes(w), [], "no second reader of the queue");
    const advised = / --uuid (\S+) --function-name (\S+?)\.?$/.exec(refused.error?.detail ?? "");
    t.same(advised?.slice(1), [uuid, from]);
    await turn(w, advised?.[1] ?? "", advised?.[2] ?? "");
    t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
    t.same(await triggersOf(w), before);
  });
}

for (const [from, to] of [
  ["a", "b"],
  ["a:live", "b"],
  ["a", "b:live"],
] as const) {
  t.test(
    `a trigger that came from a function outside the scope is not deleted, and the advice works: ${from}`,
    async (t) => {
      const w = await twoFunctions(t);
      const uuid = await createTrigger(w, { FunctionName: from, EventSourceArn: QUEUE });
      const before = await triggersOf(w);
      const { id } = await openDeployment(w, { functions: ["b"] });
      await turn(w, uuid, to);
      t.match(await finishDeployment(w, id), { altered: { added: 1, deleted: 0, modified: 0 } });
      w.sandbox.calls.clear();
      const refused = await rollBack(w, id, "all", { allowDestructive: true });
      t.match(refused, { error: { code: "PLAN_REFUSED", errors: [{ code: "TRIGGER_ELSEWHERE" }] } });
      t.match(refused.error?.detail, `called ${from} before the deploy`);
      t.same(changes(w), [], "the queue keeps its reader");
      const advised = / --uuid (\S+) --function-name (\S+?)\.?$/.exec(refused.error?.detail ?? "");
      t.same(advised?.slice(1), [uuid, from]);
      await turn(w, advised?.[1] ?? "", advised?.[2] ?? "");
      t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
      t.same(await triggersOf(w), before);
    },
  );
}

t.test("the oldest deployment tells where a trigger came from, and only what was there is given back", async (t) => {
  const w = await twoFunctions(t);
  const uuid = await createTrigger(w, { FunctionName: "a", EventSourceArn: QUEUE });
  const first = await openDeployment(w, { functions: ["b"] });
  await turn(w, uuid, "b");
  const added = await createTrigger(w, { FunctionName: "b", EventSourceArn: OTHER });
  await finishDeployment(w, first.id);
  const second = await openDeployment(w, { functions: ["b"] });
  await turn(w, uuid, "b", { BatchSize: 3 });
  await finishDeployment(w, second.id);
  const body = { deployment: [first.id, second.id], components: [`lambda-trigger:b/${QUEUE}`] };
  const both = await w.api("POST", "/v1/rollbacks", body);
  const { error } = (await w.api("GET", `/v1/rollbacks/${both.body.id}?wait=60`)).body;
  t.match(error, { code: "PLAN_REFUSED", errors: [{ code: "TRIGGER_ELSEWHERE" }] });
  t.match(await rollBack(w, first.id, [`lambda-trigger:b/${OTHER}`]), { status: "Completed" });
  t.notOk(
    (await triggersOf(w)).some(({ UUID }) => UUID === added),
    "what the deploy made is deleted",
  );
});

/** Three functions; the deploy turned the trigger of `b` to `c`, and then that of `a` to `b`. */
async function chain(t: Test, source: Shape, settings: Shape = {}) {
  const w = await twoFunctions(t);
  await functionNamed(w, "c");
  const first = await createTrigger(w, { FunctionName: "a", ...source });
  const second = await createTrigger(w, { FunctionName: "b", ...source });
  const before = await triggersOf(w);
  const { id } = await openDeployment(w, { functions: ["a", "b", "c"] });
  await turn(w, second, "c", settings);
  await turn(w, first, "b", settings);
  t.match(await finishDeployment(w, id), { altered: { added: 1, modified: 1, deleted: 1 } });
  return { w, id, before };
}

for (const [what, source, settings] of [
  ["a queue's", { EventSourceArn: QUEUE }, {}],
  ["a stream's", { EventSourceArn: STREAM, StartingPosition: "LATEST" }, {}],
  ["a queue's, with other settings", { EventSourceArn: QUEUE }, { BatchSize: 2 }],
] as const) {
  t.test(`triggers that moved up by one function are turned back in an order that AWS takes: ${what}`, async (t) => {
    const { w, id, before } = await chain(t, source, settings);
    w.sandbox.calls.clear();
    const back = await rollBack(w, id, "all");
    t.match(back, { status: "Completed", error: null, result: { restored: 2, removed: 1, failed: 0 } });
    t.same(await triggersOf(w), before);
    t.notOk(
      changes(w).some((operation) => /Create|Delete/.test(operation)),
      "none loses its position",
    );
    const again = await openDeployment(w, { functions: ["a", "b", "c"] });
    t.notMatch(await finishDeployment(w, again.id), { pinned: [{}] });
    const undo = await w.api("POST", "/v1/rollbacks", { rollback: back.id, components: "all" });
    t.match((await w.api("GET", `/v1/rollbacks/${undo.body.id}?wait=60`)).body, { status: "Completed", error: null });
  });
}

t.test("a trigger of a chain is not taken alone, and each advice leads on until all of it is picked", async (t) => {
  const { w, id, before } = await chain(t, { EventSourceArn: QUEUE });
  for (const start of await triggerIds(w, id)) {
    const picked = [start];
    let ended = await rollBack(w, id, picked);
    while (ended.error && picked.length < 3) {
      t.match(ended.error, { code: "PLAN_REFUSED" });
      const added = / add (\S+?)\.(?:\s|$)/.exec(ended.error.detail)?.[1] ?? "none";
      t.notOk(picked.includes(added), `${added} is not picked yet`);
      picked.push(added);
      if (picked.length < 3) ended = await rollBack(w, id, picked);
    }
    t.equal(new Set(picked).size, 3, `from ${start}`);
  }
  t.match(await rollBack(w, id, await triggerIds(w, id)), { status: "Completed" });
  t.same(await triggersOf(w), before);
});

t.test(
  "triggers that traded their functions get their settings back where they are, because AWS takes no trade",
  async (t) => {
    const w = await twoFunctions(t);
    await functionNamed(w, "spare");
    const first = await createTrigger(w, { FunctionName: "a", EventSourceArn: QUEUE, BatchSize: 1 });
    const second = await createTrigger(w, { FunctionName: "b", EventSourceArn: QUEUE, BatchSize: 9 });
    const byFunction = async () =>
      (await triggersOf(w)).map(({ FunctionArn, BatchSize }) => [FunctionArn, BatchSize]).sort();
    const before = await byFunction();
    const { id } = await openDeployment(w, { functions: ["a", "b"] });
    await turn(w, first, "spare");
    await turn(w, second, "a");
    await turn(w, first, "b");
    t.match(await finishDeployment(w, id), { altered: { added: 0, modified: 2, deleted: 0 } });
    w.sandbox.calls.clear();
    t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
    t.same(await byFunction(), before);
    t.same(changes(w), ["UpdateEventSourceMapping", "UpdateEventSourceMapping"]);
  },
);

t.test("one name of a trigger that a template turned takes the other one with it", async (t) => {
  const template = (FunctionName: string): Shape => ({
    Resources: {
      Orders: { Type: "AWS::Lambda::EventSourceMapping", Properties: { FunctionName, EventSourceArn: QUEUE } },
    },
  });
  for (const name of ["a", "b"]) {
    for (const functions of [["a", "b"], [name]]) {
      const w = await twoFunctions(t);
      await deployStack(w, "shop", template("a"));
      const before = await triggersOf(w);
      const { id } = await openDeployment(w, { stacks: ["shop"], functions });
      await deployStack(w, "shop", template("b"));
      await finishDeployment(w, id);
      t.match(await rollBack(w, id, [`lambda-trigger:${name}/${QUEUE}`]), { status: "Completed", error: null }, name);
      t.same(await triggersOf(w), before, name);
    }
  }
});

t.test("a trigger that somebody turned within its function since the deploy is rolled back with consent", async (t) => {
  const w = await twoFunctions(t);
  const uuid = await createTrigger(w, { FunctionName: "a", EventSourceArn: QUEUE, BatchSize: 4 });
  const before = await triggersOf(w);
  const { id } = await openDeployment(w, { functions: ["a"] });
  await turn(w, uuid, "a", { BatchSize: 2 });
  await finishDeployment(w, id);
  await turn(w, uuid, "a:live");
  t.match(await rollBack(w, id, "all"), { error: { code: "PLAN_REFUSED", errors: [{ code: "CONFLICT" }] } });
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, "all", { onConflict: "restore" }), { status: "Completed", error: null });
  t.same(await triggersOf(w), before);
  t.notOk(changes(w).some((operation) => /Create|Delete/.test(operation)));
});

t.test(
  "a stack's trigger that its template turned is turned back in place, alone, as a part or as a whole",
  async (t) => {
    const template = (FunctionName: string): Shape => ({
      Resources: {
        Orders: { Type: "AWS::Lambda::EventSourceMapping", Properties: { FunctionName, EventSourceArn: QUEUE } },
      },
    });
    const names = [`lambda-trigger:a/${QUEUE}`, `lambda-trigger:b/${QUEUE}`];
    for (const picked of [names, ["stack-resource:shop/Orders"], "all"] as const) {
      const w = await twoFunctions(t);
      await deployStack(w, "shop", template("a"));
      const before = await triggersOf(w);
      const { id } = await openDeployment(w, { stacks: ["shop"], functions: ["a", "b"] });
      await deployStack(w, "shop", template("b"));
      await finishDeployment(w, id);
      w.sandbox.calls.clear();
      t.match(await rollBack(w, id, picked), { status: "Completed", error: null, result: { failed: 0 } }, `${picked}`);
      t.same(await triggersOf(w), before, `${picked}`);
      t.notOk(
        changes(w).some((operation) => /EventSourceMapping/.test(operation)),
        "through the stack",
      );
    }
  },
);

t.test("a stack's trigger that was turned outside it is turned back outside it", async (t) => {
  const w = await twoFunctions(t);
  const Orders = { Type: "AWS::Lambda::EventSourceMapping", Properties: { FunctionName: "a", EventSourceArn: QUEUE } };
  await deployStack(w, "shop", { Resources: { Orders } });
  const [before] = await triggersOf(w);
  const { id } = await openDeployment(w, { stacks: ["shop"], functions: ["a", "b"] });
  await turn(w, before?.UUID ?? "", "b");
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
  t.same(await triggersOf(w), [before]);
  t.same(changes(w), ["UpdateEventSourceMapping"]);
});
