import pino from "pino";
import t, { type Test } from "tap";
import type { CallRecord, Shape } from "#sandbox/core/contract";
import { openSqliteStore, type StoreSealing } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { payResource } from "../support/stack-templates.ts";
import {
  createFunction,
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  startTestAccount,
  type TestAccount,
  updateCode,
} from "../support/test-account.ts";

const calling = (name: string) => (record: CallRecord) => record.operation === name;

async function open(t: Test, ...more: Parameters<typeof startTestAccount>): Promise<TestAccount> {
  const w = await startTestAccount(...more);
  t.teardown(() => w.close());
  return w;
}

async function rowsOf(w: TestAccount, id: string) {
  return (await w.api("GET", `/v1/rollbacks/${id}/components`)).body.items;
}

/** A stack with a function whose memory the deploy changed, and the value of a NoEcho parameter with it. */
async function badStack(w: TestAccount): Promise<string> {
  const template = (MemorySize: number): Shape => ({
    Parameters: { Secret: { Type: "String", NoEcho: true } },
    Resources: {
      Pay: payResource(
        { ZipFile: "exports.handler = async () => 1;" },
        { MemorySize, Environment: { Variables: { SECRET: { Ref: "Secret" } } } },
      ),
    },
  });
  const deploy = (memory: number, ParameterValue: string) =>
    deployStack(w, "shop", template(memory), { Parameters: [{ ParameterKey: "Secret", ParameterValue }] });
  await deploy(128, "one");
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deploy(256, "two");
  await finishDeployment(w, id);
  return id;
}

t.test(
  "a rollback that is cancelled keeps what its stack has restored as restored, and says who cancelled",
  async (t) => {
    const w = await open(t);
    const deployment = await badStack(w);
    const hold = w.sandbox.faults.hold({ when: "after", match: calling("ExecuteChangeSet") });
    const components = ["stack:shop", "lambda-config:shop-pay"];
    const opened = await w.api("POST", "/v1/rollbacks", { deployment, components });
    await hold.reached;
    await w.api("POST", `/v1/rollbacks/${opened.body.id}/cancel`);
    hold.release();
    t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Exception", error: { code: "CANCELLED" } });
    const live = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "shop-pay" });
    t.match(live, { MemorySize: 128 }, "the stack's update was under way");
    t.match(await rowsOf(w, opened.body.id), [{ component: "stack:shop", status: "Restored", verified: true }, {}]);
    const { items } = (await w.api("GET", `/v1/rollbacks/${opened.body.id}/logs`)).body;
    t.equal(items.filter(({ message }) => /:admin asked to cancel it\.$/.test(message)).length, 1);
  },
);

t.test("a component that its stack brought back before the cancellation is Restored, not Skipped", async (t) => {
  const w = await open(t);
  const template = (MemorySize: number) => ({
    Resources: { Pay: payResource({ ZipFile: "exports.handler = async () => 1;" }, { MemorySize }) },
  });
  await deployStack(w, "shop", template(128));
  await createFunction(w, "tool", "good");
  const { id: deployment } = await openDeployment(w, { stacks: ["shop"], functions: ["tool"] });
  await deployStack(w, "shop", template(256));
  await updateCode(w, "tool", "bad");
  await finishDeployment(w, deployment);
  const hold = w.sandbox.faults.hold({ when: "after", match: calling("ExecuteChangeSet") });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
  await hold.reached;
  await w.api("POST", `/v1/rollbacks/${opened.body.id}/cancel`);
  hold.release();
  await ended(w, `/v1/rollbacks/${opened.body.id}`);
  const rows = await rowsOf(w, opened.body.id);
  t.match(
    new Map(rows.map(({ component, status, verified }) => [component, [status, verified]])),
    new Map([
      ["stack:shop", ["Restored", true]],
      ["lambda-config:shop-pay", ["Restored", true]],
      ["lambda-code:tool", ["Skipped", null]],
    ]),
  );
});

t.test("the warning that a stack is left behind survives a restart between the call and its record", async (t) => {
  const w = await open(t);
  const deployment = await badStack(w);
  const hold = w.sandbox.faults.hold({ when: "after", match: calling("UpdateFunctionConfiguration") });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: ["lambda-config:shop-pay"] });
  await hold.reached;
  const restarted = w.restart();
  hold.drop();
  await restarted;
  t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Completed" });
  const [row] = await rowsOf(w, opened.body.id);
  t.match(row, { status: "Restored", warnings: ["SECRET_KEPT", "VALUE_ROLLED_BACK", "LEAVES_STACK_BEHIND"] });
});

/** Lets one method of the store throw what no caller foresees. */
function faulty(method: "intend" | "savePlan") {
  return async (file: string, sealing: StoreSealing): Promise<Store> => {
    const store = await openSqliteStore(file, sealing);
    return new Proxy(store, {
      get: (target, name, receiver) =>
        name === method
          ? () => Promise.reject(new TypeError("cannot read properties of undefined"))
          : Reflect.get(target, name, receiver),
    });
  };
}

for (const [method, status] of [
  ["intend", "a step"],
  ["savePlan", "a whole job"],
] as const) {
  t.test(
    `a fault of the program in ${status} stands once in the service's log, and the job says where to look`,
    async (t) => {
      const lines: Record<string, unknown>[] = [];
      const logger = pino({ level: "error" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
      const w = await open(t, {}, {}, { logger, openStore: faulty(method) });
      await createFunction(w, "tool", "good");
      const { id: deployment } = await openDeployment(w, { functions: ["tool"] });
      await updateCode(w, "tool", "bad");
      await finishDeployment(w, deployment);
      const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
      const rollback = await ended(w, `/v1/rollbacks/${opened.body.id}`);
      t.match(rollback, { status: "Exception" });
      const problem = method === "intend" ? (await rowsOf(w, opened.body.id))[0]?.error : rollback.error;
      t.match(problem, { code: "JOB_FAULT", detail: /the service's log for job \d+/ });
      t.notMatch(JSON.stringify(rollback), "request id");
      const job = Number(/job (\d+)/.exec(problem?.detail ?? "")?.[1]);
      t.match(lines, [{ err: { type: "TypeError", stack: /TypeError/ }, job, subject: opened.body.id }]);
      t.equal(lines.length, 1);
    },
  );
}
