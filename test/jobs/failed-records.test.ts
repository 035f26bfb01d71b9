import t, { type Test } from "tap";
import { AwsError } from "#sandbox/core/contract";
import { runInProcess } from "../cli/run-in-process.ts";
import { wordsOfTheApi } from "../cli/walks.ts";
import {
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

const DENIED = new AwsError("AccessDenied", "User: stepback is not authorized to perform this action", 403);

const shop = (DisplayName: string) => ({
  Resources: { Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName } } },
});

async function displayName(w: TestAccount): Promise<string> {
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", { StackName: "shop" });
  return JSON.parse(TemplateBody).Resources.Topic.Properties.DisplayName;
}

/** A deploy of which one read of CloudFormation is denied while its record is taken. */
async function recordedWithout(
  t: Test,
  denied: string,
  { outcome = "succeeded", ...more }: Record<string, string> = {},
) {
  const w = await worldOf(t);
  await deployStack(w, "shop", shop("good"));
  const { id, snapshot } = await openDeployment(w, { stacks: ["shop"] }, more);
  await deployStack(w, "shop", shop("bad"));
  w.sandbox.faults.fail({ match: ({ operation }) => operation === denied, error: DENIED });
  await finishDeployment(w, id, outcome);
  const deployment = await ended(w, `/v1/deployments/${id}`);
  w.sandbox.faults.off();
  return { w, deployment, snapshot: snapshot.id };
}

t.test("a deployment whose record failed names the way out, and that works to the letter", async (t) => {
  const { w, deployment, snapshot } = await recordedWithout(t, "ListStackResources");
  t.match(deployment, {
    status: "Exception",
    rollbackable: false,
    error: { code: "RECORD_FAILED", errors: [{ code: "AWS_DENIED", detail: /ListStackResources/ }] },
  });
  const way = `\`snapshot: ${snapshot}\`, \`components: "all"\` and \`onConflict: restore\``;
  t.ok(`${deployment.error?.detail}`.includes(way), `${deployment.error?.detail}`);
  const refused = await rollBack(w, deployment.id, "all");
  t.match(refused, { status: 409, code: "DEPLOYMENT_NOT_COMPLETED" });
  t.ok(JSON.stringify(refused.errors).includes(JSON.stringify(way).slice(1, -1)), JSON.stringify(refused.errors));
  const restore = { snapshot, components: "all", onConflict: "restore" };
  const { id } = (await w.api("POST", "/v1/rollbacks", restore)).body;
  t.match(await ended(w, `/v1/rollbacks/${id}`), { status: "Completed", error: null });
  t.equal(await displayName(w), "good");
});

t.test("on the command line the way out is an option, which works too", async (t) => {
  const { w, deployment, snapshot } = await recordedWithout(t, "ListStackResources");
  const run = (...args: readonly string[]) =>
    runInProcess(["rollback", "--yes", ...args], { env: { STEPBACK_URL: w.url, STEPBACK_TOKEN: w.token } });
  const refused = await run("--deployment", deployment.id, "--all");
  const printed = `${refused.stdout}${refused.stderr}`;
  t.match(printed, `\`--snapshot ${snapshot}\`, \`--all\` and \`--on-conflict restore\``);
  t.same(wordsOfTheApi(printed), []);
  t.equal((await run("--snapshot", snapshot, "--all", "--on-conflict", "restore")).code, 0);
  t.equal(await displayName(w), "good");
});

t.test("it says that the rollback which the deployment asked for did not start", async (t) => {
  const { deployment } = await recordedWithout(t, "ListStackResources", { outcome: "failed", onFailure: "rollback" });
  t.match(deployment, { rollback: null, error: { code: "RECORD_FAILED", detail: /asked for did not start/ } });
});

t.test("what a record lacks is nobody's change: the rollback says that it is not compared, and goes on", async (t) => {
  const { w, deployment } = await recordedWithout(t, "GetStackPolicy");
  t.match(deployment, { status: "Completed" });
  const rollback = await rollBack(w, deployment.id, "all");
  t.match(rollback, { status: "Completed", error: null });
  const { items } = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body;
  t.match(
    items.find(({ component }) => component === "stack:shop"),
    { warnings: ["PARTLY_COMPARED"] },
  );
  t.equal(await displayName(w), "good");
});

t.test("what it has is compared all the same", async (t) => {
  const { w, deployment } = await recordedWithout(t, "GetStackPolicy");
  await deployStack(w, "shop", shop("somebody's"));
  t.match(await rollBack(w, deployment.id, "all"), {
    error: { code: "PLAN_REFUSED", errors: [{ code: "CONFLICT", detail: /^stack:shop/ }] },
  });
});
