import t, { type Test } from "tap";
import type { CallRecord, SandboxClock } from "#sandbox/core/contract";
import { payResource } from "../support/stack-templates.ts";
import {
  createFunction,
  deployStack,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  startTestAccount,
  type TestAccount,
  until,
  updateCode,
} from "../support/test-account.ts";

const calling = (name: string) => (record: CallRecord) => record.operation === name;

/** A function whose code a deployment spoiled. */
async function badDeploy(t: Test): Promise<{ w: TestAccount; deployment: string }> {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  await createFunction(w, "tool", "good");
  const { id } = await openDeployment(w, { functions: ["tool"] });
  await updateCode(w, "tool", "bad");
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  return { w, deployment: id };
}

async function messagesOf(w: TestAccount, id: string): Promise<string[]> {
  const { items } = (await w.api("GET", `/v1/rollbacks/${id}/logs?limit=200`)).body;
  return items.map(({ message }) => message);
}

/** Its sleeps do not end while it stands still: an update of a stack then takes for ever. */
class StoppableClock implements SandboxClock {
  #waiting: (() => void)[] = [];
  #stands = false;
  readonly now = () => Date.now();

  sleep(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stands) this.#waiting.push(resolve);
      else setImmediate(resolve);
    });
  }

  stop(): void {
    this.#stands = true;
  }

  goOn(): void {
    this.#stands = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

t.test("the service stops while CloudFormation works for ever, and the next start goes on", async (t) => {
  const clock = new StoppableClock();
  const w = await startTestAccount({ clock });
  t.teardown(() => w.close());
  const template = (MemorySize: number) => ({
    Resources: { Pay: payResource({ ZipFile: "exports.handler = async () => 1;" }, { MemorySize }) },
  });
  await deployStack(w, "shop", template(128));
  const { id: deployment } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", template(256));
  await finishDeployment(w, deployment);
  w.sandbox.calls.clear();
  const executing = w.sandbox.faults.hold({ when: "before", match: calling("ExecuteChangeSet") });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
  await executing.reached;
  clock.stop();
  executing.release();
  await until(async () => {
    const { Stacks } = await w.aws("cloudformation", "DescribeStacks", { StackName: "shop" });
    return Stacks[0]?.StackStatus === "UPDATE_IN_PROGRESS";
  });
  await w.restart();
  t.match((await w.api("GET", `/v1/rollbacks/${opened.body.id}`)).body, { status: "In Progress" });
  clock.goOn();
  t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Completed", error: null });
  const executed = w.sandbox.calls.mutations().filter(({ operation }) => operation === "ExecuteChangeSet");
  t.equal(executed.length, 1, "CloudFormation saw the change set once");
});

for (const operation of ["GetFunction", "UpdateFunctionCode", "GetCallerIdentity"]) {
  t.test(`the service stops while AWS does not answer ${operation}, and the next start goes on`, async (t) => {
    const { w, deployment } = await badDeploy(t);
    const hold = w.sandbox.faults.hold({ when: "before", match: calling(operation) });
    const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
    await hold.reached;
    await w.restart();
    w.sandbox.faults.off();
    t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Completed", error: null });
    t.equal(await invoke(w, "tool"), "good");
  });
}

t.test("a silent AWS is said in the log, and a cancellation does not wait for it", async (t) => {
  const { w, deployment } = await badDeploy(t);
  const hold = w.sandbox.faults.hold({ when: "after", match: calling("UpdateFunctionCode") });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
  await hold.reached;
  const said = "Waiting for lambda:UpdateFunctionCode for 10 s.";
  await until(async () => (await messagesOf(w, opened.body.id)).includes(said));
  await w.api("POST", `/v1/rollbacks/${opened.body.id}/cancel`);
  t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Exception", error: { code: "CANCELLED" } });
  const [row] = (await w.api("GET", `/v1/rollbacks/${opened.body.id}/components`)).body.items;
  t.match(row, { status: "Restored", verified: true }, "AWS took the call, and the final read found that");
});

t.test("a cancellation ends a job although AWS answers nothing any more", async (t) => {
  const { w, deployment } = await badDeploy(t);
  let isSilent = false;
  const hold = w.sandbox.faults.hold({ when: "before", match: calling("UpdateFunctionCode") });
  for (let nth = 1; nth <= 40; nth += 1) w.sandbox.faults.hold({ when: "before", match: () => isSilent, nth });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
  await hold.reached;
  isSilent = true;
  await w.api("POST", `/v1/rollbacks/${opened.body.id}/cancel`);
  t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Exception", error: { code: "CANCELLED" } });
  const [row] = (await w.api("GET", `/v1/rollbacks/${opened.body.id}/components`)).body.items;
  t.match(row, { status: "Failed", error: { code: "EFFECT_UNKNOWN", detail: /CANCELLED/ } });
});
