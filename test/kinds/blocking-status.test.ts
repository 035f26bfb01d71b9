import t from "tap";
import { AwsError, type Shape } from "#sandbox/core/contract";
import { splitPatch } from "#src/aws/lambda/configuration-patch";
import { type ComponentId, captured, componentId } from "#src/domain/component/component";
import type { JsonObject } from "#src/domain/json";
import { updatesBlockedSince } from "#src/domain/plan/runtimes";
import { NO_LOSS_FACTS } from "#src/domain/stack/stack-losses";
import { NO_CODE_PLAN } from "#src/domain/template/code-relocation";
import type { PlanInput } from "#src/kinds/kind";
import { functionSettings } from "#src/kinds/lambda/function-settings";
import { lambdaCode } from "#src/kinds/lambda-code";
import { lambdaConfig } from "#src/kinds/lambda-config";
import {
  configure,
  createFunction,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  settled,
  updateCode,
  worldOf,
  zip,
} from "../support/test-account.ts";

const scope = { functions: ["shop-*"] };
const FunctionName = "shop-pay";
const DAY_MS = 86_400_000;
const BLOCK_DAY = Date.parse("2026-09-30");

/** The input of a plan from one configuration to another. */
function planFrom(goal: JsonObject, live: JsonObject | null, at = 0): PlanInput {
  const of = (kind: "lambda-config" | "lambda-code", settings: JsonObject) =>
    captured(
      componentId(kind, FunctionName),
      { settings, evidence: {}, artifacts: [] },
      { parent: null, physicalId: null },
    );
  return {
    name: FunctionName,
    goal: of("lambda-config", goal),
    live: live && of("lambda-config", live),
    sameThing: null,
    freedBy: null,
    calledOutside: () => null,
    owner: null,
    ownedAs: () => null,
    isPicked: () => false,
    isAltered: () => false,
    goalOf: () => of("lambda-config", goal),
    liveOf: (id: ComponentId) => (live && id.startsWith("lambda-config:") ? of("lambda-config", live) : null),
    versionsOf: () => [],
    isLayerGone: () => false,
    isSigningConfigGone: () => false,
    mayContinue: () => null,
    hasStagingBucket: false,
    losses: NO_LOSS_FACTS,
    code: NO_CODE_PLAN,
    at,
  };
}

const settings = (more: Shape = {}) => functionSettings({ FunctionName, Runtime: "nodejs22.x", ...more });

t.test("a field that can only be set at creation is refused with the remedy; others are restored", async (t) => {
  const durable = (ExecutionTimeout: number) => ({ DurableConfig: { ExecutionTimeout } });
  const tenancy = { TenancyConfig: { TenantIsolationMode: "PER_TENANT" } };
  const capacity = {
    CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: "arn:one" } },
  };
  for (const [field, goal, live] of [
    ["TenancyConfig", settings(), settings(tenancy)],
    ["TenancyConfig", settings(tenancy), settings()],
    ["DurableConfig", settings(durable(60)), settings()],
    ["DurableConfig", settings(), settings(durable(60))],
    ["CapacityProviderConfig", settings(), settings(capacity)],
  ] as const) {
    t.match(lambdaConfig.plan(planFrom(goal, live)), {
      action: "refused",
      reasons: [{ code: "IMMUTABLE_FIELD", detail: new RegExp(`${field}.*Delete shop-pay, then roll back with`) }],
    });
  }
  t.match(lambdaConfig.plan(planFrom(settings(durable(60)), settings(durable(90)))), { action: "restore" });
  const code = planFrom({ PackageType: "Zip" }, { PackageType: "Image" });
  t.match(lambdaCode.plan(code), {
    reasons: [{ code: "IMMUTABLE_FIELD", detail: /Image.*cannot become Zip.*Delete/ }],
  });
});

t.test("a runtime on AWS's list is a warning from its date on, and an error only if AWS refuses", async (t) => {
  t.equal(updatesBlockedSince("nodejs20.x", BLOCK_DAY - 1), null);
  t.equal(updatesBlockedSince("nodejs20.x", BLOCK_DAY), "2026-09-30");
  t.equal(updatesBlockedSince("nodejs22.x", BLOCK_DAY + 1000 * DAY_MS), null);
  t.equal(updatesBlockedSince("constructor", BLOCK_DAY), null);
  const [goal, live] = [settings({ Runtime: "python3.9" }), settings()];
  t.match(lambdaConfig.plan(planFrom(goal, live, BLOCK_DAY - DAY_MS)), { action: "restore", reasons: [] });
  t.match(lambdaConfig.plan(planFrom(goal, live, BLOCK_DAY)), {
    action: "restore",
    losses: [],
    reasons: [{ code: "RUNTIME_BLOCKED", detail: /python3\.9 since 2026-09-30/ }],
  });

  const w = await worldOf(t, { updateMs: 0 });
  await createFunction(w, FunctionName, "v1", { Runtime: "nodejs18.x" });
  const deployment = await openDeployment(w, scope);
  await configure(w, FunctionName, { Runtime: "nodejs22.x" });
  await finishDeployment(w, deployment.id);
  const words =
    "The runtime parameter of nodejs18.x is no longer supported for creating or updating AWS Lambda functions.";
  w.sandbox.faults.fail({
    match: ({ operation }) => operation === "UpdateFunctionConfiguration",
    times: 1,
    error: new AwsError("InvalidParameterValueException", words, 400),
  });
  const refused = await rollBack(w, deployment.id, "all");
  const [row] = (await w.api("GET", `/v1/rollbacks/${refused.id}/components`)).body.items;
  t.match(row, { status: "Failed", error: { code: "RUNTIME_BLOCKED", detail: /no longer supported/ } });
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed" }, "while AWS accepts the runtime");
});

t.test(
  "a field that is larger than any update is refused beforehand; large fields are split into several updates",
  async (t) => {
    const large = settings({ Environment: { Variables: { A: "\u0001".repeat(900) } } });
    t.match(lambdaConfig.plan(planFrom(large, settings())), {
      action: "refused",
      reasons: [{ code: "CONFIGURATION_TOO_LARGE", detail: /Environment of shop-pay/ }],
    });
    const patch = {
      Environment: { Variables: { A: "x".repeat(4_000) } },
      KMSKeyArn: "arn:key",
      Runtime: "nodejs22.x",
      Description: "d".repeat(250),
      ImageConfig: { Command: ["c".repeat(3_000)] },
      Handler: "index.handler",
      VpcConfig: { SubnetIds: ["s".repeat(2_000)] },
      Layers: ["arn:layer"],
    };
    const parts = splitPatch(patch);
    t.same(
      parts.map((part) => Object.keys(part)),
      [["Environment", "KMSKeyArn"], ["Runtime", "Handler", "Layers", "Description", "ImageConfig"], ["VpcConfig"]],
    );
    t.same(Object.assign({}, ...parts), patch, "nothing is lost");
  },
);

const vpc = (id: string) => ({ SubnetIds: [`subnet-${id}`], SecurityGroupIds: [`sg-${id}`] });
const capacity = (arn: string) => ({ LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: arn } });
/** Every writable field with a value, and then with another one or none. */
const ONE = {
  Description: "one",
  Timeout: 5,
  MemorySize: 256,
  Environment: { Variables: { A: "1" } },
  EphemeralStorage: { Size: 600 },
  TracingConfig: { Mode: "Active" },
  SnapStart: { ApplyOn: "PublishedVersions" },
  LoggingConfig: { LogFormat: "JSON", LogGroup: "/own", ApplicationLogLevel: "DEBUG", SystemLogLevel: "WARN" },
  VpcConfig: vpc("1"),
  DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:dead" },
  KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/one",
  FileSystemConfigs: [
    {
      Arn: "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-01234567890123456",
      LocalMountPath: "/mnt/data",
      S3FilesConfig: { DirectS3Read: "ENABLED" },
    },
  ],
  DurableConfig: { ExecutionTimeout: 60, RetentionPeriodInDays: 7 },
  CapacityProviderConfig: capacity("arn:one"),
};
const TWO = {
  ...{ Description: "", Timeout: 6, MemorySize: 512, Environment: { Variables: {} }, KMSKeyArn: "" },
  ...{ EphemeralStorage: { Size: 512 }, TracingConfig: { Mode: "PassThrough" }, SnapStart: { ApplyOn: "None" } },
  LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${FunctionName}` },
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
  DeadLetterConfig: { TargetArn: "" },
  FileSystemConfigs: [],
  DurableConfig: { ExecutionTimeout: 90, RetentionPeriodInDays: 1 },
  CapacityProviderConfig: capacity("arn:two"),
};

t.test("every writable field of a configuration is restored, even the newest ones", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  await createFunction(w, FunctionName, "v1", { Runtime: "nodejs22.x", ...ONE });
  const now = async () => {
    const {
      RevisionId: _id,
      LastModified: _at,
      ...rest
    } = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName });
    return rest;
  };
  const before = await now();
  const deployment = await openDeployment(w, scope);
  await configure(w, FunctionName, TWO);
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { restored: 1 } });
  t.same(await now(), before);
  const mutations = w.sandbox.calls.mutations().length;
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { unchanged: 1 } });
  t.equal(w.sandbox.calls.mutations().length, mutations, "twice is once");
});

t.test("the same bytes for another architecture are restored to that of the backup", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  await createFunction(w, FunctionName, "v1", { Runtime: "nodejs22.x", Architectures: ["arm64"] });
  const deployment = await openDeployment(w, scope);
  await w.aws("lambda", "UpdateFunctionCode", { FunctionName, ZipFile: zip("v1"), Architectures: ["x86_64"] });
  await settled(w, FunctionName);
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { restored: 1 } });
  t.match(await w.aws("lambda", "GetFunctionConfiguration", { FunctionName }), { Architectures: ["arm64"] });
});

t.test(
  "code that Lambda runs from an object is restored to that object, or to a copy if the object is lost",
  async (t) => {
    const w = await worldOf(t, { updateMs: 0 });
    await w.aws("s3", "CreateBucket", { Bucket: "code" });
    await w.aws("s3", "PutBucketVersioning", { Bucket: "code", VersioningConfiguration: { Status: "Enabled" } });
    const referenced = async (says: string) => {
      const { VersionId } = await w.aws("s3", "PutObject", { Bucket: "code", Key: "pay.zip", Body: zip(says) });
      const object = { S3Bucket: "code", S3Key: "pay.zip", S3ObjectVersion: VersionId };
      await w.aws("lambda", "UpdateFunctionCode", { FunctionName, ...object, S3ObjectStorageMode: "REFERENCE" });
      await settled(w, FunctionName);
      return object;
    };
    const objectOf = async () => (await w.aws("lambda", "GetFunction", { FunctionName })).Code.ResolvedS3Object;
    await createFunction(w, FunctionName, "v0");
    const first = await referenced("v1");
    const { id } = await openDeployment(w, scope);
    await updateCode(w, FunctionName, "v2");
    await finishDeployment(w, id);
    t.equal(await objectOf(), undefined, "the deploy has left Lambda a copy");
    t.match(await rollBack(w, id, "all"), { status: "Completed" });
    t.same(await objectOf(), first, "by reference again");
    t.equal(await invoke(w, FunctionName), "v1");

    await updateCode(w, FunctionName, "v3");
    await w.aws("s3", "DeleteObject", { Bucket: "code", Key: "pay.zip", VersionId: first.S3ObjectVersion });
    const again = await rollBack(w, id, "all", { onConflict: "restore" });
    t.match(again, { status: "Completed" });
    t.equal(await objectOf(), undefined);
    t.equal(await invoke(w, FunctionName), "v1");
    const { items } = (await w.api("GET", `/v1/rollbacks/${again.id}/logs?limit=200`)).body;
    t.ok(
      items.some(({ message }) => /has lost the version .* Lambda keeps a copy/.test(message)),
      "and it is said",
    );
  },
);
