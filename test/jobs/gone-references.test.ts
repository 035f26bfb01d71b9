import t, { type Test } from "tap";
import { AwsError, type Shape } from "#sandbox/core/contract";
import {
  createFunction,
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  settled,
  type TestAccount,
  until,
  worldOf,
} from "../support/test-account.ts";

const ARN = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
const ROLE = (name: string) => `arn:aws:iam::000000000000:role/teams/${name}`;
const QUEUE_URL = (name: string) => `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`;

async function account(t: Test, settings: Shape = {}): Promise<TestAccount> {
  const w = await worldOf(t, { updateMs: 0 });
  await createFunction(w, "pay", "pay v1", settings);
  return w;
}

async function configure(w: TestAccount, settings: Shape): Promise<void> {
  await w.aws("lambda", "UpdateFunctionConfiguration", { FunctionName: "pay", ...settings });
  await settled(w, "pay");
}

async function destroy(w: TestAccount, TypeName: string, Identifier: string): Promise<void> {
  await w.aws("cloudcontrolapi", "DeleteResource", { TypeName, Identifier });
}

/** What the backup's configuration names, what the deploy put in its place, and what the plan says once the first is gone. */
interface Case {
  readonly was: Shape;
  readonly is: Shape;
  readonly type: string;
  readonly identifier: string;
  readonly says: RegExp;
}

const CASES: Record<string, Case> = {
  "an execution role": {
    ...{ was: { Role: ROLE("old") }, is: { Role: ROLE("new") }, type: "AWS::IAM::Role", identifier: "old" },
    says: /The execution role .*role\/teams\/old of lambda-config:pay was deleted: create it again under that name/,
  },
  "a key": {
    was: { KMSKeyArn: ARN("kms", "key/old") },
    is: { KMSKeyArn: ARN("kms", "key/new") },
    ...{ type: "AWS::KMS::Key", identifier: "old" },
    says: /The key of the variables .* is pending deletion, or was deleted: enable it, or cancel its deletion/,
  },
  "a subnet": {
    was: { VpcConfig: { SubnetIds: ["subnet-1", "subnet-2"], SecurityGroupIds: ["sg-1"] } },
    is: { VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] } },
    ...{ type: "AWS::EC2::Subnet", identifier: "subnet-2" },
    says: /The subnet subnet-2 .* never comes back, so leave lambda-config:pay out/,
  },
  "a security group": {
    was: { VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] } },
    is: { VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-2"] } },
    ...{ type: "AWS::EC2::SecurityGroup", identifier: "sg-1" },
    says: /The security group sg-1 /,
  },
  "an access point": {
    was: { FileSystemConfigs: [{ Arn: ARN("elasticfilesystem", "access-point/fsap-1"), LocalMountPath: "/mnt/a" }] },
    is: { FileSystemConfigs: [] },
    ...{ type: "AWS::EFS::AccessPoint", identifier: "fsap-1" },
    says: /The access point .*fsap-1 /,
  },
  "a dead letter queue": {
    was: { DeadLetterConfig: { TargetArn: ARN("sqs", "dead") } },
    is: { DeadLetterConfig: { TargetArn: "" } },
    ...{ type: "AWS::SQS::Queue", identifier: QUEUE_URL("dead") },
    says: /The dead letter target .*:dead of lambda-config:pay was deleted/,
  },
  "a dead letter topic": {
    was: { DeadLetterConfig: { TargetArn: ARN("sns", "dead") } },
    is: { DeadLetterConfig: { TargetArn: "" } },
    ...{ type: "AWS::SNS::Topic", identifier: ARN("sns", "dead") },
    says: /The dead letter target .*:dead /,
  },
};

for (const [what, { was, is, type, identifier, says }] of Object.entries(CASES)) {
  t.test(`a configuration that names what is gone is refused in the plan: ${what}`, async (t) => {
    const w = await account(t, was);
    const { id } = await openDeployment(w, { functions: ["pay"] });
    await configure(w, { ...is, Timeout: 9 });
    await finishDeployment(w, id);
    await destroy(w, type, identifier);
    w.sandbox.calls.clear();
    const refused = await rollBack(w, id, "all");
    t.match(refused, { error: { code: "PLAN_REFUSED", errors: [{ code: "REFERENCE_GONE", detail: says }] } });
    t.same(w.sandbox.calls.mutations(), []);
  });
}

t.test("a role that is created again under its name lets the rollback pass, and so does leaving it out", async (t) => {
  const w = await account(t, { Role: ROLE("old") });
  await w.aws("lambda", "TagResource", { Resource: ARN("lambda", "function:pay"), Tags: { tier: "one" } });
  const { id } = await openDeployment(w, { functions: ["pay"] });
  await configure(w, { Role: ROLE("new") });
  await w.aws("lambda", "TagResource", { Resource: ARN("lambda", "function:pay"), Tags: { tier: "two" } });
  await finishDeployment(w, id);
  await destroy(w, "AWS::IAM::Role", "old");
  t.match(await rollBack(w, id, "all"), { error: { errors: [{ code: "REFERENCE_GONE" }] } });
  t.match(await rollBack(w, id, ["lambda-tags:pay"]), { status: "Completed", error: null });
  const DesiredState = JSON.stringify({ RoleName: "old", Path: "/teams/" });
  await w.aws("cloudcontrolapi", "CreateResource", { TypeName: "AWS::IAM::Role", DesiredState });
  t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
  t.equal((await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "pay" })).Role, ROLE("old"));
});

t.test("what live uses itself is there, and what another account has is nobody's to look up", async (t) => {
  const w = await account(t, { Role: ROLE("same"), KMSKeyArn: "arn:aws:kms:us-east-1:999999999999:key/theirs" });
  const { id } = await openDeployment(w, { functions: ["pay"] });
  await configure(w, { Timeout: 9, KMSKeyArn: "" });
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
  t.same(
    w.sandbox.calls.all().filter(({ operation }) => operation === "GetResource"),
    [],
  );
});

t.test("a look that is denied is told, and refuses nothing", async (t) => {
  for (const error of [
    "AccessDeniedException",
    "UnsupportedActionException",
    "UnknownOperationException",
    "HandlerFailureException",
  ]) {
    const w = await account(t, { Role: ROLE("old") });
    const { id } = await openDeployment(w, { functions: ["pay"] });
    await configure(w, { Role: ROLE("new") });
    await finishDeployment(w, id);
    const denial = new AwsError(error, "You may not look.", 400);
    w.sandbox.faults.fail({ match: ({ operation }) => operation === "GetResource", error: denial });
    const back = await rollBack(w, id, "all");
    t.match(back, { status: "Completed", error: null }, error);
    const { steps } = (await w.api("GET", `/v1/rollbacks/${back.id}/plan`)).body;
    t.match(String(steps[0]?.reasons), /REFERENCE_UNCHECKED/, error);
  }
});

async function createTrigger(w: TestAccount, input: Shape): Promise<string> {
  const { UUID } = await w.aws("lambda", "CreateEventSourceMapping", { FunctionName: "pay", ...input });
  await until(async () => (await w.aws("lambda", "GetEventSourceMapping", { UUID })).State === "Enabled");
  return UUID;
}

t.test("a trigger is not created again on a source that is gone", async (t) => {
  const sources = [
    [{ EventSourceArn: ARN("sqs", "orders") }, "AWS::SQS::Queue", QUEUE_URL("orders")],
    [{ EventSourceArn: ARN("kinesis", "stream/s"), StartingPosition: "LATEST" }, "AWS::Kinesis::Stream", "s"],
    [
      { EventSourceArn: ARN("dynamodb", "table/t/stream/2026"), StartingPosition: "LATEST" },
      "AWS::DynamoDB::Table",
      "t",
    ],
  ] as const;
  for (const [source, type, identifier] of sources) {
    const w = await account(t);
    const UUID = await createTrigger(w, source);
    const { id } = await openDeployment(w, { functions: ["pay"] });
    await w.aws("lambda", "DeleteEventSourceMapping", { UUID });
    await until(async () => (await w.aws("lambda", "ListEventSourceMappings")).EventSourceMappings.length === 0);
    await finishDeployment(w, id);
    await destroy(w, type, identifier);
    const refused = await rollBack(w, id, "all", { allowDestructive: true });
    t.match(
      refused,
      { error: { errors: [{ code: "REFERENCE_GONE", detail: /The event source .* (was deleted|never comes back)/ }] } },
      type,
    );
  }
});

t.test("a destination of asynchronous invocations that is gone is told beforehand", async (t) => {
  const w = await account(t);
  const config = (name: string) => ({ OnFailure: { Destination: ARN("sqs", name) } });
  const put = (name: string) =>
    w.aws("lambda", "PutFunctionEventInvokeConfig", { FunctionName: "pay", DestinationConfig: config(name) });
  await put("old");
  const { id } = await openDeployment(w, { functions: ["pay"] });
  await put("new");
  await finishDeployment(w, id);
  await destroy(w, "AWS::SQS::Queue", QUEUE_URL("old"));
  const refused = await rollBack(w, id, "all");
  t.match(refused, {
    error: { errors: [{ code: "REFERENCE_GONE", detail: /The destination .* of lambda-async:pay / }] },
  });
});

/** A function of a stack with a role that the stack owns, or that only the template names. */
const template = (Role: unknown, more: Shape = {}): Shape => ({
  Resources: {
    ...more,
    Pay: {
      Type: "AWS::Lambda::Function",
      Properties: {
        ...{ FunctionName: "web", Runtime: "nodejs24.x", Handler: "index.handler", Role },
        Code: { ZipFile: "exports.handler = async () => 1;" },
      },
    },
  },
});
const AssumeRolePolicyDocument = { Statement: [] };
const OWN: Shape = { Own: { Type: "AWS::IAM::Role", Properties: { RoleName: "own", AssumeRolePolicyDocument } } };

t.test("a stack whose template names a role that is gone is refused before CloudFormation tries", async (t) => {
  for (const picked of ["all", ["stack-resource:shop/Pay"], ["lambda-config:web"]] as const) {
    const w = await worldOf(t, { updateMs: 0 });
    await deployStack(w, "shop", template(ROLE("old")));
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deployStack(w, "shop", template(ROLE("new")));
    await finishDeployment(w, id);
    await destroy(w, "AWS::IAM::Role", "old");
    w.sandbox.calls.clear();
    const refused = await rollBack(w, id, picked);
    t.match(refused, { error: { code: "PLAN_REFUSED", errors: [{ code: "REFERENCE_GONE" }] } }, `${picked}`);
    t.same(w.sandbox.calls.mutations(), [], `${picked}`);
  }
});

t.test("a role that the picked stack makes again is not missed", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  await deployStack(w, "shop", template({ "Fn::GetAtt": ["Own", "Arn"] }, OWN));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", template(ROLE("new")));
  await finishDeployment(w, id);
  t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
});
