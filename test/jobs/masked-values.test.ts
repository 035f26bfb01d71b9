import t from "tap";
import { AwsError, type Shape } from "#sandbox/core/contract";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

const SECRET: Shape = { Type: "String", NoEcho: true };

/** The output shows which value the stack really has. */
function template(title: string, parameters: Shape = { Secret: SECRET }): Shape {
  const Properties = { TopicName: "orders", DisplayName: title };
  const uses = Object.keys(parameters).map((key) => [key, { Value: { Ref: key } }]);
  return {
    Parameters: parameters,
    Resources: { Topic: { Type: "AWS::SNS::Topic", Properties }, Other: { Type: "AWS::SNS::Topic", Properties: {} } },
    Outputs: Object.fromEntries(uses),
  };
}

const given = (ParameterValue: string) => ({ Parameters: [{ ParameterKey: "Secret", ParameterValue }] });

async function outputsOf(w: TestAccount): Promise<Record<string, string>> {
  const { Stacks } = await w.aws("cloudformation", "DescribeStacks", { StackName: "shop" });
  return Object.fromEntries((Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

/** Servers that do not know of NoEcho in summaries, or have none. */
const SUMMARIES: Readonly<Record<string, (w: TestAccount) => void>> = {
  "a summary that says nothing of NoEcho": ({ sandbox }) => {
    const service = sandbox.service("cloudformation");
    const call = service.call.bind(service);
    service.call = async (operation, input, origin) => {
      const output = await call(operation, input, origin);
      return operation === "GetTemplateSummary" ? { ...output, Parameters: [{ ParameterKey: "Secret" }] } : output;
    };
  },
  "no summary": ({ sandbox }) =>
    sandbox.faults.fail({
      match: ({ operation }) => operation === "GetTemplateSummary",
      error: new AwsError("InvalidAction", "", 400),
    }),
};

for (const [what, break_] of Object.entries(SUMMARIES)) {
  for (const components of [["stack:shop"], ["stack-resource:shop/Topic"], "all"] as const) {
    t.test(`a mask is never submitted: ${what}, ${components}`, async (t) => {
      const w = await worldOf(t);
      break_(w);
      await deployStack(w, "shop", template("good"), given("s3cret"));
      const { id } = await openDeployment(w, { stacks: ["shop"] });
      await deployStack(w, "shop", template("bad"), given("s3cret"));
      await finishDeployment(w, id);
      t.match(await rollBack(w, id, components), { status: "Completed", result: { failed: 0 } });
      t.match(await outputsOf(w), { Secret: "s3cret" });
    });
  }
}

t.test("a masked value that the live stack has lost is refused before anything is touched", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", template("good"), given("s3cret"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", template("bad", { Plain: { Type: "String", Default: "p" } }));
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, ["stack:shop"]), { status: "Exception", error: { code: "PLAN_REFUSED" } });
  t.same(w.sandbox.calls.mutations(), []);
});

t.test(
  "a value that nobody can read comes back as the template's default where the live stack has lost it",
  async (t) => {
    const w = await worldOf(t);
    const before = template("good", { Secret: { ...SECRET, Default: "fallback" } });
    await deployStack(w, "shop", before);
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deployStack(w, "shop", template("bad", {}));
    await finishDeployment(w, id);
    t.match(await rollBack(w, id, ["stack:shop"]), { status: "Completed" });
    t.match(await outputsOf(w), { Secret: "fallback" });
  },
);

t.test("a star is a value like any other, and is rolled back", async (t) => {
  const w = await worldOf(t);
  const parameters = { Secret: { Type: "String" } };
  await deployStack(w, "shop", template("good", parameters), given("*"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", template("bad", parameters), given("https://shop.example"));
  await finishDeployment(w, id);
  t.match(await rollBack(w, id, ["stack:shop"]), { status: "Completed" });
  t.match(await outputsOf(w), { Secret: "*" });
});
