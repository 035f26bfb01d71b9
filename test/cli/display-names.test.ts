import t from "tap";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";
import { runInProcess } from "./run-in-process.ts";

const PATH = "Shop/Pay/Resource";

/** A stack as the CDK submits it, with one function whose names are generated. */
function template(says: string) {
  return {
    Resources: {
      Pay12AB: {
        Type: "AWS::Lambda::Function",
        Properties: {
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Role: "arn:aws:iam::000000000000:role/service",
          Code: { ZipFile: `exports.handler = async () => "${says}";` },
        },
        Metadata: { "aws:cdk:path": PATH },
      },
    },
  };
}

async function deployedTwice(account: TestAccount) {
  await deployStack(account, "Shop", template("v1"));
  const { id, snapshot } = await openDeployment(account, { stacks: ["Shop"] });
  await deployStack(account, "Shop", template("v2"));
  await finishDeployment(account, id);
  return { deployment: id, backup: snapshot.id };
}

/** Which of the names stand beside which components, the function's own name as FUNCTION. */
function namesIn(items: readonly { displayName: string | null; id?: string; component?: string | null }[]) {
  const rows = items.map(({ id, component = id, displayName }) => [component, displayName] as const);
  return Object.fromEntries(rows.map(([id, name]) => [id?.replace(/Shop-Pay12AB-\w+/, "FUNCTION") ?? null, name]));
}

const OF_RESOURCE = { "stack:Shop": null, "stack-resource:Shop/Pay12AB": PATH, "lambda-code:FUNCTION": PATH };

t.test("what people call a component stands beside it in lists, plans, results and logs", async (t) => {
  const account = await worldOf(t);
  const { deployment, backup } = await deployedTwice(account);
  t.match(namesIn((await account.api("GET", `/v1/snapshots/${backup}/components`)).body.items), OF_RESOURCE);
  t.match(namesIn((await account.api("GET", `/v1/deployments/${deployment}/components`)).body.items), OF_RESOURCE);
  const one = encodeURIComponent("stack-resource:Shop/Pay12AB");
  const single = await account.api("GET", `/v1/snapshots/${backup}/components/${one}`);
  t.match(single.body, { displayName: PATH });

  const drill = (await account.api("POST", `/v1/deployments/${deployment}/drill`)).body;
  const drilled = (await account.api("GET", `/v1/rollbacks/${drill.id}/plan?wait=30`)).body;
  t.match(namesIn(drilled.steps), OF_RESOURCE, "a draft has no snapshot of its own");

  const back = await rollBack(account, deployment, ["stack-resource:Shop/Pay12AB"]);
  t.match(back, { status: "Completed" });
  t.match(namesIn((await account.api("GET", `/v1/rollbacks/${back.id}/components`)).body.items), {
    "stack-resource:Shop/Pay12AB": PATH,
  });
  t.match(namesIn((await account.api("GET", `/v1/rollbacks/${back.id}/logs`)).body.items), {
    "stack-resource:Shop/Pay12AB": PATH,
  });
  const stream = await account.api("GET", `/v1/rollbacks/${back.id}/logs/stream`);
  t.match(String(stream.body), `"component":"stack-resource:Shop/Pay12AB","displayName":"${PATH}"`);

  const undo = await rollBack(account, deployment, [], { deployment: undefined, rollback: back.id, components: "all" });
  t.match(undo, { status: "Completed" });
  t.match(namesIn((await account.api("GET", `/v1/rollbacks/${undo.id}/components`)).body.items), {
    "stack-resource:Shop/Pay12AB": PATH,
  });
  const restored = await rollBack(account, deployment, ["stack-resource:Shop/Pay12AB"], {
    ...{ deployment: undefined, snapshot: backup, run: false },
  });
  await account.api("POST", `/v1/rollbacks/${restored.id}/plan`);
  const plan = (await account.api("GET", `/v1/rollbacks/${restored.id}/plan?wait=30`)).body;
  t.match(namesIn(plan.steps), { "stack-resource:Shop/Pay12AB": PATH });
});

t.test("the command line prints the name beside the component", async (t) => {
  const account = await worldOf(t);
  const { deployment } = await deployedTwice(account);
  const env = { STEPBACK_URL: account.url, STEPBACK_TOKEN: account.token };
  const stepback = async (...args: string[]) => (await runInProcess(args, { env })).stdout;
  t.match(await stepback("components", deployment), /stack-resource:Shop\/Pay12AB +Shop\/Pay\/Resource +modified/);
  const back = await stepback(
    "rollback",
    "--deployment",
    deployment,
    "--component",
    "stack-resource:Shop/Pay12AB",
    "--yes",
  );
  t.match(back, /stack-resource:Shop\/Pay12AB +Shop\/Pay\/Resource +restore/, "in the plan");
  t.match(back, /stack-resource:Shop\/Pay12AB +Shop\/Pay\/Resource +Restored/, "in the result");
  const id = /rbk_\w+/.exec(back)?.[0] ?? "";
  t.match(await stepback("logs", id), / stack-resource:Shop\/Pay12AB {2}\(Shop\/Pay\/Resource\) {2}/);
});
