import t, { type Test } from "tap";
import { AwsError } from "#sandbox/core/contract";
import { openStage, ownFunction, type Stage } from "./aws-stage.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:pay";
const PAY = { functionName: "pay", qualifier: null };
const PERMISSION = { StatementId: "s3", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
const URL_SETTINGS = { authType: "AWS_IAM", invokeMode: "BUFFERED", cors: { AllowOrigins: ["*"] } };
const RETRIES = { maximumRetryAttempts: 1, maximumEventAgeInSeconds: null, onSuccess: null, onFailure: null };

async function openPay(t: Test): Promise<Stage> {
  const stage = openStage(t);
  await ownFunction(stage, "pay", "v1");
  return stage;
}

async function revisionOf({ aws }: Stage): Promise<string | null> {
  const policy = await aws.lambda.getPolicy(PAY);
  return "value" in policy ? (policy.value?.revisionId ?? null) : null;
}

/** Every write to a facet, once, ending in the first state. */
async function writeAll(stage: Stage): Promise<void> {
  const { lambda } = stage.aws;
  await lambda.putRuntimeManagement("pay", { updateRuntimeOn: "FunctionUpdate", runtimeVersionArn: null });
  await lambda.putRecursiveLoop("pay", "Allow");
  await lambda.putCodeSigning("pay", null);
  await lambda.putEventInvoke(PAY, RETRIES);
  await lambda.deleteEventInvoke(PAY);
  await lambda.addPermission(PAY, PERMISSION, null);
  await lambda.addPermission(PAY, { ...PERMISSION, StatementId: "second" }, await revisionOf(stage));
  await lambda.removePermission(PAY, "s3", await revisionOf(stage));
  await lambda.createUrl(PAY, URL_SETTINGS);
  await lambda.updateUrl(PAY, { ...URL_SETTINGS, cors: {} });
  await lambda.deleteUrl(PAY);
  await lambda.putConcurrency("pay", 0);
  await lambda.deleteConcurrency("pay");
  await lambda.tagFunction("pay", ARN, { team: "shop" });
  await lambda.untagFunction("pay", ARN, ["team"]);
}

t.test("writes each facet as requested, and clears what the request leaves out", async (t) => {
  const stage = await openPay(t);
  const { lambda } = stage.aws;
  await lambda.putEventInvoke(PAY, { ...RETRIES, onFailure: "arn:aws:sqs:us-east-1:000000000000:dead" });
  await lambda.putEventInvoke(PAY, { ...RETRIES, maximumRetryAttempts: null, maximumEventAgeInSeconds: 90 });
  t.same(await lambda.listEventInvokes("pay"), {
    value: [{ ...RETRIES, qualifier: null, maximumRetryAttempts: null, maximumEventAgeInSeconds: 90 }],
  });
  await lambda.createUrl(PAY, URL_SETTINGS);
  await lambda.updateUrl(PAY, { ...URL_SETTINGS, authType: "NONE", cors: {} });
  t.match(await lambda.listUrls("pay"), { value: [{ qualifier: null, authType: "NONE", cors: {} }] });
  await lambda.putConcurrency("pay", 0);
  t.equal((await lambda.getFunction("pay"))?.reservedConcurrency, 0);
  await lambda.deleteConcurrency("pay");
  t.equal((await lambda.getFunction("pay"))?.reservedConcurrency, null);
});

t.test("a write whose response was lost takes effect once and succeeds", async (t) => {
  const stage = await openPay(t);
  const { sandbox } = stage;
  const operations = [
    "PutRuntimeManagementConfig",
    "PutFunctionRecursionConfig",
    "DeleteFunctionCodeSigningConfig",
    "PutFunctionEventInvokeConfig",
    "DeleteFunctionEventInvokeConfig",
    "AddPermission",
    "RemovePermission",
    "CreateFunctionUrlConfig",
    "UpdateFunctionUrlConfig",
    "DeleteFunctionUrlConfig",
    "PutFunctionConcurrency",
    "DeleteFunctionConcurrency",
    "TagResource",
    "UntagResource",
  ];
  for (const operation of operations) {
    const hold = sandbox.faults.hold({ when: "after", match: (record) => record.operation === operation });
    void hold.reached.then(() => hold.drop());
  }
  sandbox.calls.clear();
  await writeAll(stage);
  for (const operation of operations) {
    const sent = sandbox.calls.mutations().filter((record) => record.operation === operation);
    t.ok(sent.length >= 2, `${operation} was sent again`);
  }
  const { value } = (await stage.aws.lambda.getPolicy(PAY)) as { value: { statements: readonly object[] } };
  t.match(value.statements, [{ Sid: "second" }]);
});

t.test("a write waits while an update of the function is in progress", async (t) => {
  const stage = await openPay(t);
  await stage.own("lambda", "UpdateFunctionConfiguration", { FunctionName: "pay", Timeout: 9 });
  await stage.aws.lambda.tagFunction("pay", ARN, { team: "shop" });
  t.same((await stage.aws.lambda.getFunction("pay"))?.tags, { team: "shop" });
  t.ok(stage.sent().filter((call) => call === "lambda:TagResource").length >= 2, "the first try came too early");
});

t.test("somebody else's change of a policy fails the precondition and stays", async (t) => {
  const stage = await openPay(t);
  const { lambda } = stage.aws;
  await lambda.addPermission(PAY, PERMISSION, null);
  const stale = await revisionOf(stage);
  await stage.own("lambda", "AddPermission", { FunctionName: "pay", ...PERMISSION, StatementId: "theirs" });
  await t.rejects(lambda.removePermission(PAY, "s3", stale), { code: "AWS_PRECONDITION" });
  await t.rejects(lambda.addPermission(PAY, { ...PERMISSION, StatementId: "ours" }, stale), {
    code: "AWS_PRECONDITION",
  });
  t.match(await lambda.getPolicy(PAY), { value: { statements: [{ Sid: "s3" }, { Sid: "theirs" }] } });
});

t.test("a denied or missing call is unavailable; a missing function has none", async (t) => {
  const stage = await openPay(t);
  const { lambda } = stage.aws;
  t.same(await lambda.listUrls("none"), { value: [] });
  t.same(await lambda.getPolicy({ functionName: "none", qualifier: "live" }), { value: null });
  t.same(await lambda.getRecursiveLoop("none"), { value: null });
  const fail = (name: string, status: number) =>
    stage.sandbox.faults.fail({
      match: ({ operation }) => operation === "ListFunctionUrlConfigs",
      error: new AwsError(name, "no", status),
      times: 1,
    });
  fail("AccessDeniedException", 403);
  t.match(await lambda.listUrls("pay"), { unavailable: /lambda:ListFunctionUrlConfigs is not allowed/ });
  fail("UnknownOperationException", 404);
  t.match(await lambda.listUrls("pay"), { unavailable: /lacks the call/ });
  fail("InvalidParameterValueException", 400);
  await t.rejects(lambda.listUrls("pay"), { code: "AWS_REJECTED" });
});
