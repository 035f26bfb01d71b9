import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import {
  createFunction,
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  until,
  worldOf,
} from "../support/test-account.ts";

/*
 * A trigger outside every stack calls a function that a stack deletes when it is rolled back.
 */

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders";
const ROLE = "arn:aws:iam::000000000000:role/runner";
const KEPT: Shape = { Kept: { Type: "AWS::SNS::Topic" } };

function functionResource(FunctionName: string): Shape {
  const Code = { ZipFile: "exports.handler = async () => 1;" };
  return {
    Type: "AWS::Lambda::Function",
    Properties: { FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code },
  };
}

const aliasOf = (logicalId: string): Shape => ({
  Type: "AWS::Lambda::Alias",
  Properties: { FunctionName: { Ref: logicalId }, FunctionVersion: "$LATEST", Name: "live" },
});

async function createTrigger(w: TestAccount, FunctionName: string): Promise<string> {
  const { UUID } = await w.aws("lambda", "CreateEventSourceMapping", { FunctionName, EventSourceArn: QUEUE });
  await triggerSettled(w, UUID);
  return UUID;
}

async function turn(w: TestAccount, UUID: string, FunctionName: string): Promise<void> {
  await w.aws("lambda", "UpdateEventSourceMapping", { UUID, FunctionName });
  await triggerSettled(w, UUID);
}

async function triggerSettled(w: TestAccount, UUID: string): Promise<void> {
  await until(async () => (await w.aws("lambda", "GetEventSourceMapping", { UUID })).State === "Enabled");
}

async function calledNow(w: TestAccount): Promise<(string | undefined)[]> {
  const { EventSourceMappings } = await w.aws("lambda", "ListEventSourceMappings");
  return EventSourceMappings.map(({ FunctionArn }) => FunctionArn?.split(":function:")[1]);
}

/** The calls that decide who reads the queue, and when. */
function order(w: TestAccount): string[] {
  const all = w.sandbox.calls.mutations().map(({ operation }) => operation);
  return all.filter((operation) => /^(CreateFunction|UpdateEventSource|ExecuteChangeSet|DeleteStack)/.test(operation));
}

interface Case {
  /** Stacks before and after the deploy; null where a stack does not exist. */
  readonly stacks: Readonly<Record<string, readonly [Shape | null, Shape | null]>>;
  /** What the trigger calls before and after. */
  readonly from: string;
  readonly to: string;
  readonly expected: readonly string[];
  /** Whether the deploy deletes `old`, which no stack owns. */
  readonly deletesOld?: boolean;
}

const CASES: Record<string, Case> = {
  "an update of its stack deletes the function": {
    stacks: { shop: [KEPT, { ...KEPT, New: functionResource("new") }] },
    ...{ from: "old", to: "new", expected: ["UpdateEventSourceMapping", "ExecuteChangeSet"] },
  },
  "its stack is deleted with the function": {
    stacks: { shop: [null, { ...KEPT, New: functionResource("new") }] },
    ...{ from: "old", to: "new", expected: ["UpdateEventSourceMapping", "DeleteStack"] },
  },
  "its stack deletes the alias that the trigger calls": {
    stacks: {
      shop: [
        { ...KEPT, New: functionResource("new") },
        { New: functionResource("new"), Live: aliasOf("New") },
      ],
    },
    ...{ from: "old", to: "new:live", expected: ["UpdateEventSourceMapping", "ExecuteChangeSet"] },
  },
  "the function that the trigger called is created directly": {
    stacks: { shop: [KEPT, { ...KEPT, New: functionResource("new") }] },
    ...{ from: "old", to: "new", deletesOld: true },
    expected: ["CreateFunction", "UpdateEventSourceMapping", "ExecuteChangeSet"],
  },
  "another stack creates the function that the trigger called": {
    stacks: {
      archive: [{ ...KEPT, Old: functionResource("mine") }, KEPT],
      shop: [KEPT, { ...KEPT, New: functionResource("new") }],
    },
    ...{ from: "mine", to: "new" },
    expected: ["ExecuteChangeSet", "UpdateEventSourceMapping", "ExecuteChangeSet"],
  },
  "one update makes the one function and deletes the other": {
    stacks: { shop: [{ Fn: functionResource("mine") }, { Fn: functionResource("new") }] },
    ...{ from: "mine", to: "new", expected: ["ExecuteChangeSet", "UpdateEventSourceMapping"] },
  },
};

async function deployed(w: TestAccount, { stacks, from, to, deletesOld }: Case): Promise<string> {
  await createFunction(w, "old", "old");
  for (const [name, [before]] of Object.entries(stacks)) if (before) await deployStack(w, name, { Resources: before });
  const uuid = await createTrigger(w, from);
  const { id } = await openDeployment(w, { stacks: Object.keys(stacks), functions: ["old", "mine", "new"] });
  const [shop, ...others] = Object.entries(stacks).reverse();
  const deploy = async (name: string, after: Shape | null) =>
    after ? deployStack(w, name, { Resources: after }) : undefined;
  if (shop) await deploy(shop[0], shop[1][1]);
  await turn(w, uuid, to);
  for (const [name, [, after]] of others) await deploy(name, after);
  if (deletesOld) await w.aws("lambda", "DeleteFunction", { FunctionName: "old" });
  const finished = await finishDeployment(w, id);
  if (finished.status !== "Completed") throw new Error(JSON.stringify(finished.error));
  return id;
}

for (const [what, one] of Object.entries(CASES)) {
  t.test(`a trigger is turned back while its function still is there: ${what}`, async (t) => {
    const w = await worldOf(t, { updateMs: 0 });
    const id = await deployed(w, one);
    w.sandbox.calls.clear();
    const back = await rollBack(w, id, "all", { allowDestructive: true });
    t.match(back, { status: "Completed", error: null, result: { failed: 0 } });
    t.same(order(w), one.expected);
    t.same(await calledNow(w), [one.from]);
  });
}

t.test("the stack keeps the function while the trigger could not be taken from it, and the plan says so", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  const id = await deployed(w, CASES["an update of its stack deletes the function"] as Case);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "UpdateEventSourceMapping", error: "reset" });
  w.sandbox.calls.clear();
  const back = await rollBack(w, id, "all", { allowDestructive: true, onError: "continue" });
  t.match(back, { status: "Exception", error: { code: "STEP_FAILED" } });
  t.notOk(order(w).includes("ExecuteChangeSet"));
  const { steps } = (await w.api("GET", `/v1/rollbacks/${back.id}/plan`)).body;
  const shop = steps.find(({ component }) => component === "stack:shop");
  t.match(shop, {
    after: [`lambda-trigger:old/${QUEUE}`],
    position: `after lambda-trigger:old/${QUEUE}, which calls the function new until then`,
  });
});
