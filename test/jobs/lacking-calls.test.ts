import t from "tap";
import { AwsError } from "#sandbox/core/contract";
import {
  createFunction,
  deployStack,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

const TOPIC = { Type: "AWS::SNS::Topic", Properties: { TopicName: "orders" } };
const template = (DisplayName: string) => ({
  Parameters: { Key: { Type: "String", NoEcho: true, Default: "k" } },
  Resources: { Topic: { ...TOPIC, Properties: { ...TOPIC.Properties, DisplayName } } },
});

/** What the smallest servers that resemble AWS lack. */
const LACKED: Readonly<Record<string, AwsError>> = {
  GetStackPolicy: new AwsError("InvalidAction", "The action GetStackPolicy is not valid.", 400),
  GetTemplateSummary: new AwsError("InvalidAction", "The action GetTemplateSummary is not valid.", 400),
  ListExports: new AwsError("InvalidAction", "", 400),
  ListImports: new AwsError("InvalidAction", "", 400),
  DescribeStackEvents: new AwsError("InvalidAction", "", 400),
  GetRuntimeManagementConfig: new AwsError("InternalFailure", "not yet implemented", 501),
  GetFunctionRecursionConfig: new AwsError("InternalFailure", "not yet implemented", 501),
  GetFunctionCodeSigningConfig: new AwsError("UnknownOperationException", "", 404),
  ListProvisionedConcurrencyConfigs: new AwsError("InternalFailure", "not yet implemented", 501),
  ListTags: new AwsError("InternalFailure", "not yet implemented", 501),
};

t.test("a server that lacks every optional read has a whole backup, and everything is rolled back", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-pay", "good");
  const { Version } = await w.aws("lambda", "PublishVersion", { FunctionName: "shop-pay" });
  await w.aws("lambda", "CreateAlias", { FunctionName: "shop-pay", Name: "live", FunctionVersion: Version });
  await deployStack(w, "shop", template("one"));
  for (const [operation, error] of Object.entries(LACKED))
    w.sandbox.faults.fail({ match: (record) => record.operation === operation, error });

  const { id, status, readiness, error } = await openDeployment(w, { stacks: ["shop"], functions: ["shop-*"] });
  t.match({ status, error }, { status: "In Progress", error: null });
  t.match(readiness, { irreversible: 0 });
  await updateCode(w, "shop-pay", "bad");
  const next = await w.aws("lambda", "PublishVersion", { FunctionName: "shop-pay" });
  await w.aws("lambda", "UpdateAlias", { FunctionName: "shop-pay", Name: "live", FunctionVersion: next.Version });
  await deployStack(w, "shop", template("two"));
  t.match(await finishDeployment(w, id), { status: "Completed" });
  t.match(await rollBack(w, id, "all"), { status: "Completed", result: { failed: 0 } });
  t.equal(await invoke(w, "shop-pay"), "good");
  t.equal(await invoke(w, "shop-pay", "live"), "good");
});

t.test("a stack policy of the backup is not overwritten blindly, and nothing else is refused", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", template("one"));
  const StackPolicyBody = JSON.stringify({
    Statement: [
      { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" },
      { Effect: "Deny", Action: "Update:Delete", Principal: "*", Resource: "*" },
    ],
  });
  await w.aws("cloudformation", "SetStackPolicy", { StackName: "shop", StackPolicyBody });
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", template("two"));
  await finishDeployment(w, id);
  const error = new AwsError("InvalidAction", "", 400);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "GetStackPolicy", error });
  w.sandbox.calls.clear();
  const refused = await rollBack(w, id, ["stack:shop"]);
  t.match(refused, { status: "Exception", error: { code: "PLAN_REFUSED" } });
  t.match(refused.error?.errors, [
    { code: "LIVE_UNREADABLE", detail: /GetStackPolicy: .* lacks the call \(HTTP 400, Inv/ },
  ]);
  t.equal(refused.error?.errors?.length, 1, "nobody else changed it");
  t.same(w.sandbox.calls.mutations(), []);
  t.match(await rollBack(w, id, ["stack-resource:shop/Topic"]), { status: "Completed" });
});

t.test("a stack policy that may not be read leaves the backup of its stack incomplete", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", template("one"));
  const error = new AwsError("AccessDenied", "User is not authorized", 403);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "GetStackPolicy", error });
  const { readiness, snapshot } = await openDeployment(w, { stacks: ["shop"] });
  t.match(readiness, { irreversible: 1 });
  const { items } = (await w.api("GET", `/v1/snapshots/${snapshot?.id}/components`)).body;
  t.match(
    items.find((item) => item.id === "stack:shop"),
    { incomplete: /GetStackPolicy is not allowed/ },
  );
});
