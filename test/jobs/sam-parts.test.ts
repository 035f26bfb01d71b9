import t, { type Test } from "tap";
import type { AlteredComponent, Plan } from "#client/api-types";
import { firstRow } from "../support/answers.ts";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
  until,
} from "../support/test-account.ts";

const CAPABILITIES = { Capabilities: ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"] };

/** Two functions as in SAM: triggers, routes and URLs are properties of their function. */
function shop({ batch, url = "", more = "" }: { batch: number; url?: string; more?: string }): string {
  return `Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Runtime: nodejs22.x, Handler: index.handler, Timeout: ${batch} }
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: shop-worker
      InlineCode: "exports.handler = async () => ${batch};"
      Events:
        Job: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn, BatchSize: ${batch} } }
        Route: { Type: HttpApi, Properties: { Path: /v${batch}, Method: get } }
${url}${more}`;
}

const URL = "      FunctionUrlConfig: { AuthType: AWS_IAM }\n";
const ADDED = `  Added:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: shop-added
      InlineCode: "exports.handler = async () => 0;"
${URL}`;

async function badDeploy(
  t: Test,
  second: string,
): Promise<{ w: TestAccount; deployment: string; altered: AlteredComponent[] }> {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  await deployStack(w, "shop", shop({ batch: 5 }), CAPABILITIES);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", second, CAPABILITIES);
  t.match(await finishDeployment(w, id), { status: "Completed" });
  const altered = (await w.api("GET", `/v1/deployments/${id}/components?limit=200`)).body.items;
  return { w, deployment: id, altered };
}

async function planned(w: TestAccount, deployment: string, component: string): Promise<Plan> {
  const draft = await w.api("POST", "/v1/rollbacks", { deployment, components: [component], run: false });
  const path = `/v1/rollbacks/${draft.body.id}`;
  await w.api("POST", `${path}/plan`);
  await until(async () => (await w.api("GET", `${path}/plan`)).status === 200);
  return (await w.api("GET", `${path}/plan`)).body;
}

t.test("a part's plan asks for consent where a resource that SAM generates holds an address", async (t) => {
  const { w, deployment } = await badDeploy(t, shop({ batch: 10, url: URL, more: ADDED }));
  for (const component of ["stack-resource:shop/Added", "lambda-code:shop-added", "stack-resource:shop/Worker"]) {
    const plan = await planned(w, deployment, component);
    t.match(plan, { destructive: 1, refusals: 0 }, component);
    t.ok(plan.steps[0]?.reasons.includes("DESTRUCTIVE"), component);
  }
  t.match(
    await planned(w, deployment, "lambda-config:shop-worker"),
    { destructive: 0, refusals: 0 },
    "the address stays",
  );
  t.match(await rollBack(w, deployment, ["stack-resource:shop/Added"]), { error: { code: "PLAN_REFUSED" } });
  const consent = { allowDestructive: true };
  t.match(await rollBack(w, deployment, ["stack-resource:shop/Added"], consent), { status: "Completed" });
});

t.test("a facet that is removed only with its function asks for the function's code, not the stack", async (t) => {
  const { w, deployment } = await badDeploy(t, shop({ batch: 5, more: ADDED }));
  const alone = await rollBack(w, deployment, ["lambda-tags:shop-added"]);
  t.match(alone.error, { code: "PLAN_REFUSED", detail: /has to be removed: add lambda-code:shop-added\./ });
  const both = ["lambda-tags:shop-added", "lambda-code:shop-added"];
  t.match(await rollBack(w, deployment, both, { allowDestructive: true }), {
    status: "Completed",
    result: { removed: 2 },
  });
});

t.test("a trigger that SAM generates belongs to its function, and is a step of the function's plan", async (t) => {
  const { w, deployment, altered } = await badDeploy(t, shop({ batch: 10 }));
  const trigger = firstRow(altered.filter(({ kind }) => kind === "lambda-trigger"));
  t.match(trigger, { change: "modified", parent: "stack-resource:shop/Worker" });
  const plan = await planned(w, deployment, "stack-resource:shop/Worker");
  t.ok(plan.steps.some((step) => step.component === trigger.id && step.action === "restore"));
  t.match(await rollBack(w, deployment, [trigger.id]), { status: "Completed", result: { restored: 1 } });
  const { EventSourceMappings } = await w.aws("lambda", "ListEventSourceMappings");
  t.equal(EventSourceMappings[0]?.BatchSize, 5);
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", {
    StackName: "shop",
    TemplateStage: "Original",
  });
  t.match(TemplateBody, "Path: /v10", "the function's routes, which are resources of their own, stay");
});
