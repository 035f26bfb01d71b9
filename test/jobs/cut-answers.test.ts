import t from "tap";
import type { CallRecord } from "#sandbox/core/contract";
import { createFunction, deployStack, openDeployment, type TestAccount, worldOf } from "../support/test-account.ts";

const SCOPE = { stacks: ["cut-stack"], functions: ["cut-*"] };

async function backedUp(w: TestAccount) {
  const opened = await openDeployment(w, SCOPE);
  if (opened.status === "In Progress") await w.api("POST", `/v1/deployments/${opened.id}/cancel`);
  return opened;
}

const nameOf = ({ service, operation }: CallRecord) => `${service} ${operation}`;

async function accountWithBackup(t: Parameters<typeof worldOf>[0]): Promise<{ w: TestAccount; reads: string[] }> {
  const w = await worldOf(t);
  await createFunction(w, "cut-a", "v1", { Tags: { team: "shop" } });
  await w.aws("lambda", "PublishVersion", { FunctionName: "cut-a" });
  await w.aws("lambda", "CreateAlias", { FunctionName: "cut-a", Name: "live", FunctionVersion: "1" });
  await deployStack(w, "cut-stack", { Resources: { Orders: { Type: "AWS::SNS::Topic" } } });
  w.sandbox.calls.clear();
  t.match(await backedUp(w), { snapshot: { status: "Ready", incomplete: 0 } });
  return { w, reads: [...new Set(w.sandbox.calls.all().map(nameOf))] };
}

t.test("a backup is ready and complete though any one answer of each of its reads was cut off", async (t) => {
  const { w, reads } = await accountWithBackup(t);
  t.ok(reads.length >= 15, `${reads.length} calls`);
  for (const read of reads) {
    w.sandbox.calls.clear();
    w.sandbox.faults.cut({ match: (record) => nameOf(record) === read, times: 1 });
    t.match(await backedUp(w), { snapshot: { status: "Ready", incomplete: 0 }, error: null }, read);
    w.sandbox.faults.off();
  }
});

t.test(
  "a server that never answers so that it can be read is named as one that lacks the call, after three reads",
  async (t) => {
    const { w } = await accountWithBackup(t);
    w.sandbox.calls.clear();
    const isMet = (record: CallRecord) => nameOf(record) === "lambda ListFunctions";
    w.sandbox.faults.cut({ match: isMet });
    t.match(await backedUp(w), { status: "Exception", error: { code: "AWS_UNSUPPORTED", detail: /lacks the call/ } });
    t.equal(w.sandbox.calls.all().filter(isMet).length, 3);
  },
);
