import t, { type Test } from "tap";
import type { PlanStep } from "#client/api-types";
import type { AwsOutput } from "../support/answers.ts";
import { awsCli, missing } from "../support/commands.ts";
import { createProject, type OslsProject, type ServiceVersion } from "../support/osls.ts";
import { ended, openDeployment, startTestAccount, type TestAccount, until } from "../support/test-account.ts";
import { missingOsls } from "../support/tools.ts";

const skip = missingOsls ?? (await missing("aws", "--version")) ?? false;
const runtime = "nodejs22.x";

/** One service exports topics, the other imports their ARNs into its environment. */
const orders = (says: string, topics: readonly string[]): ServiceVersion => ({
  runtime,
  functions: { take: says },
  environment: { LEVEL: "info" },
  topics,
});
const billing = (says: string, imports: Readonly<Record<string, string>>): ServiceVersion => ({
  runtime,
  functions: { bill: says },
  environment: { LEVEL: "info" },
  topics: [],
  imports,
});

interface Stage {
  readonly account: TestAccount;
  readonly orders: OslsProject;
  readonly billing: OslsProject;
  readonly env: Record<string, string>;
}

async function stage(t: Test): Promise<Stage> {
  const account = await startTestAccount();
  const env = account.awsEnv;
  const projects = { orders: await createProject("orders", env), billing: await createProject("billing", env) };
  t.teardown(() => Promise.all([account.close(), projects.orders.remove(), projects.billing.remove()]));
  return { account, env, ...projects };
}

/** Functions, templates, exports and their importers, as the AWS CLI sees them. */
async function account({
  env,
  orders,
  billing,
}: Stage): Promise<{ functions: object[]; exports: string[]; templates: object[] }> {
  const { Functions } = (await awsCli(env, "lambda", "list-functions")) as AwsOutput<"ListFunctions">;
  const { Exports } = (await awsCli(env, "cloudformation", "list-exports")) as AwsOutput<"ListExports">;
  const template = (project: OslsProject) =>
    awsCli(env, "cloudformation", "get-template", "--stack-name", project.stack, "--template-stage", "Original");
  return {
    functions: Functions.map(({ FunctionName, CodeSha256, Environment }) => ({
      FunctionName,
      CodeSha256,
      Environment,
    })),
    exports: Exports.map(({ Name, Value }) => `${Name}=${withoutVersion(Value)}`).sort(),
    templates: [await template(orders), await template(billing)],
  };
}

/** osls exports each function's published version, and Lambda never reuses a version number (facts B3). */
function withoutVersion(value: string): string {
  return value.replace(/(:function:[^:]+):\d+$/, "$1:N");
}

async function deploy(project: OslsProject, version: ServiceVersion): Promise<void> {
  await project.write(version);
  await project.run("deploy");
}

/** Deploys one service inside a deployment of its own. Returns the deployment's id. */
async function recorded({ account }: Stage, project: OslsProject, version: ServiceVersion): Promise<string> {
  const { id } = await openDeployment(account, { stacks: [project.stack] });
  const path = `/v1/deployments/${id}` as const;
  await until(async () => (await account.api("GET", path)).body.snapshot.status === "Ready", 120_000);
  await deploy(project, version);
  await account.api("POST", `${path}/finish`, { outcome: "succeeded" });
  await ended(account, path);
  return id;
}

/** Rolls back both deployments by one request; returns the plan's stacks and the order in which their change sets ran. */
async function rollBackBoth(
  t: Test,
  { account }: Stage,
  deployment: readonly string[],
): Promise<{ stacks: PlanStep[]; executed: unknown[] }> {
  account.sandbox.calls.clear();
  const request = { deployment, components: "all", allowDestructive: true };
  const opened = await account.api("POST", "/v1/rollbacks", request);
  const path = `/v1/rollbacks/${opened.body.id}`;
  t.match(await ended(account, path), {
    status: "Completed",
    error: null,
    result: { failed: 0, skipped: 0 },
  });
  const { steps } = (await account.api("GET", `${path}/plan`)).body;
  const executed = account.sandbox.calls.mutations().filter(({ operation }) => operation === "ExecuteChangeSet");
  return {
    stacks: steps.filter(({ component }) => component.startsWith("stack:")),
    executed: executed.map(({ input }) => input["StackName"]),
  };
}

t.test(
  "when the second versions of two services added an export and its import, the importer is rolled back first",
  { skip },
  async (t) => {
    const s = await stage(t);
    await deploy(s.orders, orders("take v1", ["orders"]));
    await deploy(s.billing, billing("bill v1", { ORDERS: "orders-orders" }));
    const before = await account(s);
    const ofOrders = await recorded(s, s.orders, orders("take v2, broken", ["orders", "audit"]));
    const ofBilling = await recorded(
      s,
      s.billing,
      billing("bill v2, broken", { ORDERS: "orders-orders", AUDIT: "orders-audit" }),
    );
    t.notSame((await account(s)).exports, before.exports);

    const { stacks, executed } = await rollBackBoth(t, s, [ofOrders, ofBilling]);
    t.match(stacks, [
      { component: "stack:billing-prod", wave: 1, position: "waits for no other stack" },
      {
        component: "stack:orders-prod",
        wave: 2,
        position: "after billing-prod, which imports orders-audit until then",
      },
    ]);
    t.same(executed, ["billing-prod", "orders-prod"]);
    t.same(await account(s), before);
  },
);

t.test(
  "when the second versions of two services removed an export and its import, the exporter is rolled back first",
  { skip },
  async (t) => {
    const s = await stage(t);
    await deploy(s.orders, orders("take v1", ["orders", "audit"]));
    await deploy(s.billing, billing("bill v1", { ORDERS: "orders-orders", AUDIT: "orders-audit" }));
    const before = await account(s);
    const ofBilling = await recorded(s, s.billing, billing("bill v2, broken", { ORDERS: "orders-orders" }));
    const ofOrders = await recorded(s, s.orders, orders("take v2, broken", ["orders"]));
    t.notSame((await account(s)).exports, before.exports);

    const { stacks, executed } = await rollBackBoth(t, s, [ofBilling, ofOrders]);
    t.match(stacks, [
      { component: "stack:orders-prod", wave: 1, position: "waits for no other stack" },
      {
        component: "stack:billing-prod",
        wave: 2,
        position: "after orders-prod, which brings back the export orders-audit",
      },
    ]);
    t.same(executed, ["orders-prod", "billing-prod"]);
    t.same(await account(s), before);
  },
);
