import t from "tap";
import { awsCli, missing } from "../support/commands.ts";
import { createProject } from "../support/osls.ts";
import { finishDeployment, openDeployment, rollBack, startTestAccount } from "../support/test-account.ts";
import { missingOsls } from "../support/tools.ts";

const runtime = "nodejs22.x";
const skip = missingOsls ?? (await missing("aws", "--version")) ?? false;
const V1 = { runtime, functions: { pay: "pay v1", cart: "cart v1", old: "old v1" }, environment: { TABLE: "orders" } };
const V2 = {
  runtime,
  functions: { pay: "pay v2", cart: "cart v2", fresh: "fresh v2" },
  environment: { TABLE: "wrong" },
};

t.test(
  "a service that osls deployed twice is rolled back in parts and then as a whole, as the AWS CLI confirms",
  { skip },
  async (t) => {
    const account = await startTestAccount();
    const env = account.awsEnv;
    const project = await createProject("shop", env);
    t.teardown(() => Promise.all([account.close(), project.remove()]));

    const functions = async () => {
      const { Functions } = (await awsCli(env, "lambda", "list-functions")) as {
        Functions: { FunctionName: string; CodeSha256: string; Environment: unknown }[];
      };
      return Object.fromEntries(
        Functions.map(({ FunctionName, CodeSha256, Environment }) => [FunctionName, { CodeSha256, Environment }]),
      );
    };
    const template = () =>
      awsCli(env, "cloudformation", "get-template", "--stack-name", project.stack, "--template-stage", "Original");

    await project.write(V1);
    await project.run("deploy");
    const before = { functions: await functions(), template: await template() };
    t.same(Object.keys(before.functions).sort(), ["shop-prod-cart", "shop-prod-old", "shop-prod-pay"]);

    const deployment = await openDeployment(account, { stacks: [project.stack] });
    t.match(deployment, { status: "In Progress", snapshot: { status: "Ready" } });
    await project.write(V2);
    await project.run("deploy");
    const deployed = await functions();
    t.match(await finishDeployment(account, deployment.id), { status: "Completed", rollbackable: true });
    const { items } = (await account.api("GET", `/v1/deployments/${deployment.id}/components?limit=200`)).body;
    const changes = Object.fromEntries(items.map((row) => [row.id, row.change]));
    t.match(changes, {
      "stack:shop-prod": "modified",
      "lambda-code:shop-prod-pay": "modified",
      "lambda-config:shop-prod-pay": "modified",
      "lambda-code:shop-prod-fresh": "added",
      "lambda-code:shop-prod-old": "deleted",
    });

    const one = await rollBack(account, deployment.id, ["lambda-code:shop-prod-pay"]);
    t.match(one, { status: "Completed", result: { restored: 1 } });
    const rows = (await account.api("GET", `/v1/rollbacks/${one.id}/components`)).body.items;
    t.match(rows, [{ strategy: "stack", verified: true, warnings: [] }]);
    const pay = "shop-prod-pay";
    t.same(
      await functions(),
      { ...deployed, [pay]: { ...deployed[pay], CodeSha256: before.functions[pay]?.CodeSha256 } },
      "that function's code, and nothing else",
    );

    const direct = await rollBack(account, deployment.id, ["lambda-config:shop-prod-pay"], { strategy: "direct" });
    const directRows = (await account.api("GET", `/v1/rollbacks/${direct.id}/components`)).body.items;
    t.match(directRows, [{ strategy: "direct", verified: true, warnings: ["LEAVES_STACK_BEHIND"] }]);
    t.same((await functions())[pay], before.functions[pay], "and its configuration");

    const all = await rollBack(account, deployment.id, "all");
    t.match(all, { status: "Completed", error: null, result: { failed: 0, skipped: 0 } }, "without a consent");
    t.same(await functions(), before.functions);
    t.same(await template(), before.template);
    const { Stacks } = (await awsCli(env, "cloudformation", "describe-stacks", "--stack-name", project.stack)) as {
      Stacks: { StackStatus: string }[];
    };
    t.equal(Stacks[0]?.StackStatus, "UPDATE_COMPLETE");
  },
);

t.test(
  "a restore point survives when osls prunes its package from the bucket",
  { skip: missingOsls ?? false },
  async (t) => {
    const account = await startTestAccount();
    const env = account.awsEnv;
    const project = await createProject("prune", env);
    t.teardown(() => Promise.all([account.close(), project.remove()]));
    const digest = async () =>
      (await account.aws("lambda", "GetFunctionConfiguration", { FunctionName: "prune-prod-pay" })).CodeSha256;
    await project.write({ ...V1, functions: { pay: "pay v1" } });
    await project.run("deploy");
    const first = await digest();
    const deployment = await openDeployment(account, { stacks: [project.stack] });
    // Serverless keeps five packages: the sixth deploy deletes the first one.
    for (let version = 2; version <= 7; version += 1) {
      await project.write({ ...V1, functions: { pay: `pay v${version}` } });
      await project.run("deploy");
    }
    await finishDeployment(account, deployment.id);
    t.match(await rollBack(account, deployment.id, "all", { allowDestructive: true }), { status: "Completed" });
    t.equal(await digest(), first);
  },
);
