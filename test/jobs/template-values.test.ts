import t, { type Test } from "tap";
import {
  finishDeployment,
  openDeployment,
  rollBack,
  stackSettled,
  startTestAccount,
  type TestAccount,
} from "../support/test-account.ts";

async function account(t: Test): Promise<TestAccount> {
  const made = await startTestAccount();
  t.teardown(() => made.close());
  return made;
}

async function deploy(w: TestAccount, TemplateBody: string, operation: "CreateStack" | "UpdateStack"): Promise<void> {
  await w.aws("cloudformation", operation, { StackName: "shop", TemplateBody });
  await stackSettled(w, "shop");
}

async function badDeploy(w: TestAccount, good: string, bad: string): Promise<string> {
  await deploy(w, good, "CreateStack");
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deploy(w, bad, "UpdateStack");
  const { status } = await finishDeployment(w, id);
  if (status !== "Completed") throw new Error(`the deployment ended in ${status}`);
  return id;
}

const live = async (w: TestAccount): Promise<string> =>
  (await w.aws("cloudformation", "GetTemplate", { StackName: "shop", TemplateStage: "Original" })).TemplateBody;

const altered = async (w: TestAccount, deployment: string): Promise<string[]> => {
  const { items } = (await w.api("GET", `/v1/deployments/${deployment}/components?limit=100`)).body;
  return items.map(({ id }) => id);
};

const yaml = (value: string) =>
  `# numbers\nResources:\n  T: {Type: AWS::SNS::Topic}\n  S:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      RoleArn: r\n      Definition: {StartAt: A, Rate: ${value}}\n`;

for (const [good, bad] of [
  ["1.10", "1.1"],
  ["012", "12"],
  ["0x1F", "31"],
  ["12345678901234567890", "12345678901234567891"],
  ["2.0", '"2.00"'],
] as const) {
  t.test(`${good} that became ${bad} is altered, and is restored with its text and its type`, async (t) => {
    const w = await account(t);
    const deployment = await badDeploy(w, yaml(good), yaml(bad));
    t.match(await altered(w, deployment), ["stack:shop", "stack-resource:shop/S"]);
    const rolled = await rollBack(w, deployment, ["stack-resource:shop/S"]);
    t.match(rolled, { status: "Completed", error: null, result: { restored: 1 } });
    t.equal(await live(w), yaml(good));
  });
}

t.test("a number goes from YAML into JSON with its type, and what only looks different is unchanged", async (t) => {
  const w = await account(t);
  const json = (value: string) =>
    `{"Resources":{"T":{"Type":"AWS::SNS::Topic"},"S":{"Type":"AWS::StepFunctions::StateMachine","Properties":{"RoleArn":"r","Definition":{"StartAt":"A","Rate":${value}}}}}}`;
  const deployment = await badDeploy(w, yaml("2.0"), json("3.0"));
  t.match(await rollBack(w, deployment, ["stack-resource:shop/S"]), { status: "Completed", result: { restored: 1 } });
  t.match((await live(w)).replace(/\s/g, ""), '"Rate":2.0}');
  const all = await rollBack(w, deployment, "all");
  t.match(all, { status: "Completed", error: null, result: { unchanged: 2 } });
});

t.test("a part of a template with texts at their key's column is restored", async (t) => {
  const w = await account(t);
  const template = (value: string) =>
    `Parameters:\n  P:\n    Type: String\n    Default: x\n    Description: "goes on,\n    at the parent's column"\nResources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags: [\n      {Key: a, Value: ${value}}\n      ]\n  B: {Type: AWS::SNS::Topic}\n`;
  const deployment = await badDeploy(w, template("good"), template("bad"));
  t.match(await rollBack(w, deployment, ["stack-resource:shop/A"]), { status: "Completed", result: { restored: 1 } });
  t.equal(await live(w), template("good"));
});
