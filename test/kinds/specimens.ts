import type { Shape } from "#sandbox/core/contract";
import type { ComponentId, KindName } from "#src/domain/component/component";
import type { Account } from "../support/answers.ts";
import {
  configure,
  createFunction,
  deployStack,
  settled,
  stackSettled,
  until,
  updateCode,
  zip,
} from "../support/test-account.ts";

/** A change of an account that a deploy or a colleague makes. */
export type Change = (account: Account) => Promise<unknown>;

/** A component of one kind, and everything that a deploy can do to it. The contract needs nothing else about a kind. */
export interface Specimen {
  /** The component's name. */
  readonly name: string;
  /** Makes what the component belongs to, which exists before it is created and after it was removed. */
  readonly ground?: Change;
  readonly create: Change;
  /** A change of each member of the settings. The contract fails if a member has none. */
  readonly change: Readonly<Record<string, Change>>;
  /** Members that cannot change on this component, with the reason. */
  readonly fixed?: Readonly<Record<string, string>>;
  readonly remove: Change;
  /** Components that have to be picked, too, for this one to be created or removed. */
  readonly along?: readonly ComponentId[];
  /**
   * Why moto, an independent emulator of AWS, cannot run it, found by trying: one reason for all trials, or one for each
   * setting and for `added`, `deleted` and `incomplete`.
   */
  readonly withoutMoto?: string | Readonly<Record<string, string>>;
}

const NAME = "pay";
const FunctionName = NAME;

const call =
  (operation: string, input: Shape): Change =>
  (account) =>
    account.aws("lambda", operation, { FunctionName, ...input });

const inOrder =
  (...changes: Change[]): Change =>
  async (account) => {
    for (const change of changes) await change(account);
  };

const aFunction: Change = (account) => createFunction(account, NAME, "v1");
const deleteFunction = call("DeleteFunction", {});
const anAlias = inOrder(
  aFunction,
  call("PublishVersion", {}),
  call("CreateAlias", { Name: "live", FunctionVersion: "1" }),
);
const setting =
  (settings: Shape): Change =>
  (account) =>
    configure(account, NAME, settings);

async function arnOf(account: Account): Promise<string> {
  return (await account.aws("lambda", "GetFunctionConfiguration", { FunctionName })).FunctionArn;
}

/** Publishes `$LATEST` with other code, and returns the number of the version. */
async function nextVersion(account: Account, says: string): Promise<string> {
  await updateCode(account, NAME, says);
  return (await account.aws("lambda", "PublishVersion", { FunctionName })).Version;
}

const IGNORED = "an update of a configuration leaves it as it was";
const CODE_IGNORED = "an update of the code leaves it as it was";
const WRONG_REVISION = "a removal with the policy's RevisionId is refused as one with a wrong one";
const NO_SWITCH = "it has neither runtime management nor recursion, and cannot put code signing";

const lambdaConfig: Specimen = {
  name: NAME,
  create: aFunction,
  change: {
    Description: setting({ Description: "changed" }),
    Handler: setting({ Handler: "index.other" }),
    Runtime: setting({ Runtime: "nodejs22.x" }),
    Role: setting({ Role: "arn:aws:iam::000000000000:role/other" }),
    MemorySize: setting({ MemorySize: 512 }),
    Timeout: setting({ Timeout: 30 }),
    Environment: setting({ Environment: { Variables: { TABLE: "wrong" } } }),
    KMSKeyArn: setting({ KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/one" }),
    DeadLetterConfig: setting({ DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:dead" } }),
    EphemeralStorage: setting({ EphemeralStorage: { Size: 1024 } }),
    FileSystemConfigs: setting({
      FileSystemConfigs: [
        {
          Arn: "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0",
          LocalMountPath: "/mnt/data",
        },
      ],
    }),
    Layers: async (account) => {
      const layer = { LayerName: "tools", Content: { ZipFile: zip("a layer") } };
      const { LayerVersionArn } = await account.aws("lambda", "PublishLayerVersion", layer);
      await configure(account, NAME, { Layers: [LayerVersionArn] });
    },
    LoggingConfig: setting({ LoggingConfig: { LogFormat: "JSON", LogGroup: "/other" } }),
    SnapStart: setting({ SnapStart: { ApplyOn: "PublishedVersions" } }),
    TracingConfig: setting({ TracingConfig: { Mode: "Active" } }),
    VpcConfig: setting({
      VpcConfig: { SubnetIds: ["subnet-0123456789abcdef0"], SecurityGroupIds: ["sg-0123456789abcdef0"] },
    }),
  },
  fixed: {
    ImageConfig: "only functions of images have one",
    TenancyConfig: "AWS never changes it on a function: test/kinds/blocking-status.test.ts",
    DurableConfig: "AWS never changes it on a function: test/kinds/blocking-status.test.ts",
    CapacityProviderConfig: "whether it can be changed on a function is not known: test/kinds/blocking-status.test.ts",
  },
  remove: deleteFunction,
  along: [`lambda-code:${NAME}`],
  withoutMoto: {
    KMSKeyArn: IGNORED,
    DeadLetterConfig: IGNORED,
    EphemeralStorage: IGNORED,
    FileSystemConfigs: IGNORED,
    LoggingConfig: IGNORED,
    SnapStart: IGNORED,
    TracingConfig: IGNORED,
  },
};

const lambdaCode: Specimen = {
  name: NAME,
  create: aFunction,
  change: {
    CodeSha256: (account) => updateCode(account, NAME, "v2"),
    Architectures: inOrder(call("UpdateFunctionCode", { ZipFile: zip("v1"), Architectures: ["arm64"] }), (account) =>
      settled(account, NAME),
    ),
    SourceKMSKeyArn: inOrder(
      call("UpdateFunctionCode", {
        ZipFile: zip("v1"),
        SourceKMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/one",
      }),
      (account) => settled(account, NAME),
    ),
  },
  fixed: { PackageType: "AWS never changes it (facts B5)", ImageUri: "only functions of images have one" },
  remove: deleteFunction,
  withoutMoto: { Architectures: CODE_IGNORED, SourceKMSKeyArn: CODE_IGNORED },
};

const lambdaRuntime: Specimen = {
  name: NAME,
  create: aFunction,
  change: {
    UpdateRuntimeOn: call("PutRuntimeManagementConfig", { UpdateRuntimeOn: "FunctionUpdate" }),
    RuntimeVersionArn: call("PutRuntimeManagementConfig", {
      UpdateRuntimeOn: "Manual",
      RuntimeVersionArn: `arn:aws:lambda:us-east-1::runtime:${"0".repeat(64)}`,
    }),
    RecursiveLoop: call("PutFunctionRecursionConfig", { RecursiveLoop: "Allow" }),
    CodeSigningConfigArn: async (account) => {
      const publishers = { SigningProfileVersionArns: ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/own"] };
      const created = await account.aws("lambda", "CreateCodeSigningConfig", { AllowedPublishers: publishers });
      const { CodeSigningConfigArn } = created.CodeSigningConfig;
      await account.aws("lambda", "PutFunctionCodeSigningConfig", { FunctionName, CodeSigningConfigArn });
    },
  },
  remove: deleteFunction,
  along: [`lambda-code:${NAME}`],
  withoutMoto: {
    UpdateRuntimeOn: NO_SWITCH,
    RuntimeVersionArn: NO_SWITCH,
    RecursiveLoop: NO_SWITCH,
    CodeSigningConfigArn: NO_SWITCH,
    incomplete: NO_SWITCH,
  },
};

const lambdaAlias: Specimen = {
  name: `${NAME}:live`,
  ground: inOrder(aFunction, call("PublishVersion", {})),
  create: call("CreateAlias", { Name: "live", FunctionVersion: "1" }),
  change: {
    description: call("UpdateAlias", { Name: "live", Description: "changed" }),
    target: async (account) =>
      call("UpdateAlias", { Name: "live", FunctionVersion: await nextVersion(account, "v2") })(account),
    // Before the weights: what is provisioned cannot be managed with them.
    provisioned: call("PutProvisionedConcurrencyConfig", { Qualifier: "live", ProvisionedConcurrentExecutions: 2 }),
    weights: async (account) => {
      const AdditionalVersionWeights = { [await nextVersion(account, "canary")]: 0.25 };
      await call("UpdateAlias", { Name: "live", RoutingConfig: { AdditionalVersionWeights } })(account);
    },
  },
  remove: call("DeleteAlias", { Name: "live" }),
  withoutMoto: { provisioned: "it has no provisioned concurrency" },
};

const lambdaAsync: Specimen = {
  name: `${NAME}:live`,
  ground: anAlias,
  create: call("PutFunctionEventInvokeConfig", { Qualifier: "live", MaximumRetryAttempts: 0 }),
  change: {
    MaximumRetryAttempts: call("UpdateFunctionEventInvokeConfig", { Qualifier: "live", MaximumRetryAttempts: 2 }),
    MaximumEventAgeInSeconds: call("UpdateFunctionEventInvokeConfig", {
      Qualifier: "live",
      MaximumEventAgeInSeconds: 90,
    }),
    DestinationConfig: call("UpdateFunctionEventInvokeConfig", {
      Qualifier: "live",
      DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:us-east-1:000000000000:dead" } },
    }),
  },
  remove: call("DeleteFunctionEventInvokeConfig", { Qualifier: "live" }),
  withoutMoto: "it lists a time that the SDK cannot read, and knows no qualifiers",
};

const PERMISSION = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };

const lambdaPolicy: Specimen = {
  name: NAME,
  ground: aFunction,
  create: inOrder(
    call("AddPermission", { ...PERMISSION, StatementId: "kept" }),
    call("AddPermission", { ...PERMISSION, StatementId: "other", SourceAccount: "000000000000" }),
  ),
  change: {
    Statements: inOrder(
      call("RemovePermission", { StatementId: "other" }),
      call("AddPermission", { ...PERMISSION, StatementId: "other", SourceArn: "arn:aws:s3:::everybody" }),
      call("AddPermission", { ...PERMISSION, StatementId: "new", Principal: "*" }),
      call("RemovePermission", { StatementId: "kept" }),
    ),
  },
  remove: inOrder(
    call("RemovePermission", { StatementId: "kept" }),
    call("RemovePermission", { StatementId: "other" }),
  ),
  withoutMoto: { Statements: WRONG_REVISION, added: WRONG_REVISION },
};

const lambdaUrl: Specimen = {
  name: `${NAME}:live`,
  ground: anAlias,
  create: call("CreateFunctionUrlConfig", { Qualifier: "live", AuthType: "AWS_IAM" }),
  change: {
    AuthType: call("UpdateFunctionUrlConfig", { Qualifier: "live", AuthType: "NONE" }),
    InvokeMode: call("UpdateFunctionUrlConfig", { Qualifier: "live", InvokeMode: "RESPONSE_STREAM" }),
    Cors: call("UpdateFunctionUrlConfig", {
      Qualifier: "live",
      Cors: { AllowOrigins: ["*"], AllowMethods: ["GET"], AllowCredentials: true, MaxAge: 60 },
    }),
  },
  remove: call("DeleteFunctionUrlConfig", { Qualifier: "live" }),
  withoutMoto: "it has no ListFunctionUrlConfigs",
};

const lambdaConcurrency: Specimen = {
  name: NAME,
  ground: aFunction,
  create: call("PutFunctionConcurrency", { ReservedConcurrentExecutions: 5 }),
  change: {
    ReservedConcurrentExecutions: call("PutFunctionConcurrency", { ReservedConcurrentExecutions: 7 }),
  },
  remove: call("DeleteFunctionConcurrency", {}),
};

const lambdaTags: Specimen = {
  name: NAME,
  create: (account) => createFunction(account, NAME, "v1", { Tags: { team: "shop", stage: "prod" } }),
  change: {
    Tags: async (account) => {
      const Resource = await arnOf(account);
      await account.aws("lambda", "TagResource", { Resource, Tags: { team: "other", cost: "high" } });
      await account.aws("lambda", "UntagResource", { Resource, TagKeys: ["stage"] });
    },
  },
  remove: deleteFunction,
  along: [`lambda-code:${NAME}`],
};

const topic = (DisplayName: unknown) => ({ Type: "AWS::SNS::Topic", Properties: { DisplayName } });
const templateOf = (Resources: Shape) =>
  JSON.stringify({ Parameters: { Level: { Type: "String", Default: "info" } }, Resources });
const TOPIC = topic({ Ref: "Level" });
const policyFor = (Resource: string) =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Action: "Update:*", Principal: "*", Resource }] });

/** Members that a change leaves out keep their values. */
const updateStack =
  (input: Shape): Change =>
  async (account) => {
    const UsePreviousTemplate = !("TemplateBody" in input);
    await account.aws("cloudformation", "UpdateStack", { StackName: "shop", UsePreviousTemplate, ...input });
    await stackSettled(account, "shop");
  };

const stack: Specimen = {
  name: "shop",
  create: inOrder(
    (account) => deployStack(account, "shop", templateOf({ Topic: TOPIC }), { Tags: [{ Key: "team", Value: "shop" }] }),
    (account) =>
      account.aws("cloudformation", "SetStackPolicy", {
        StackName: "shop",
        StackPolicyBody: policyFor("*"),
      }),
  ),
  change: {
    template: updateStack({ TemplateBody: templateOf({ Topic: topic("changed") }) }),
    parameters: updateStack({ Parameters: [{ ParameterKey: "Level", ParameterValue: "debug" }] }),
    tags: updateStack({ Tags: [{ Key: "team", Value: "other" }] }),
    resources: updateStack({ TemplateBody: templateOf({ Topic: TOPIC, Second: TOPIC }) }),
    policy: (account) =>
      account.aws("cloudformation", "SetStackPolicy", {
        StackName: "shop",
        StackPolicyBody: policyFor("LogicalResourceId/Topic"),
      }),
    terminationProtection: (account) =>
      account.aws("cloudformation", "UpdateTerminationProtection", {
        StackName: "shop",
        EnableTerminationProtection: true,
      }),
  },
  fixed: { stuckIn: "it goes on only with somebody's consent: test/jobs/stack-statuses" },
  remove: async (account) => {
    await account.aws("cloudformation", "DeleteStack", { StackName: "shop" });
    await stackSettled(account, "shop").catch(() => "deleted");
  },
  withoutMoto: {
    tags: "it takes no tags from a change set",
    terminationProtection: "it has no UpdateTerminationProtection",
  },
};

const shop = (Resources: Shape): Change => {
  const template = {
    Parameters: { Level: { Type: "String", Default: "info" } },
    Conditions: { Loud: { "Fn::Equals": [{ Ref: "Level" }, "info"] } },
    Mappings: { Names: { all: { topic: "orders" } } },
    Resources: { Kept: TOPIC, ...Resources },
  };
  return (account) => deployStack(account, "shop", template);
};
const conditional = (Tags: readonly Shape[]) => ({
  Type: "AWS::SNS::Topic",
  Condition: "Loud",
  Properties: {
    DisplayName: { "Fn::FindInMap": ["Names", "all", "topic"] },
    Tags: [{ Key: "a", Value: { Ref: "Level" } }, ...Tags],
  },
});
const UNDER_ANOTHER_NAME = "others may share it, so the backup's is added under another name: test/domain/splice";

const stackResource: Specimen = {
  name: "shop/Topic",
  ground: shop({}),
  create: shop({ Topic: conditional([]) }),
  change: { definition: shop({ Topic: conditional([{ Key: "b", Value: "changed" }]) }) },
  fixed: { parameters: UNDER_ANOTHER_NAME, conditions: UNDER_ANOTHER_NAME, mappings: UNDER_ANOTHER_NAME },
  remove: shop({}),
};

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders";

/** The only trigger of the account. */
const trigger = async (account: Account) =>
  (await account.aws("lambda", "ListEventSourceMappings", { FunctionName })).EventSourceMappings[0];
const triggerSettled: Change = (account) =>
  until(async () => /^(Enabled|Disabled)$/.test((await trigger(account))?.State ?? ""));
const updateTrigger = (input: Shape): Change =>
  inOrder(
    async (account) =>
      account.aws("lambda", "UpdateEventSourceMapping", { UUID: (await trigger(account))?.UUID, ...input }),
    triggerSettled,
  );
const NOT_OF_A_QUEUE = Object.fromEntries(
  [
    "Target",
    "ParallelizationFactor",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
    "DestinationConfig",
    "LoggingConfig",
    "SourceAccessConfigurations",
    "SchemaRegistryConfig",
    "DocumentDBEventSourceConfig",
    "EventSourceArn",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Topics",
    "Queues",
    "SelfManagedEventSource",
    "ConsumerGroupId",
    "ConsumptionMode",
  ].map((key) => [key, "a queue's trigger has none, or is another one with it: test/kinds/lambda-trigger.test.ts"]),
);

const lambdaTrigger: Specimen = {
  name: `${NAME}/${QUEUE}`,
  ground: aFunction,
  create: inOrder(call("CreateEventSourceMapping", { EventSourceArn: QUEUE, Tags: { team: "shop" } }), triggerSettled),
  change: {
    Enabled: updateTrigger({ Enabled: false }),
    BatchSize: updateTrigger({ BatchSize: 50 }),
    MaximumBatchingWindowInSeconds: updateTrigger({ MaximumBatchingWindowInSeconds: 5 }),
    FilterCriteria: updateTrigger({ FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["paid"]}}' }] } }),
    FunctionResponseTypes: updateTrigger({ FunctionResponseTypes: ["ReportBatchItemFailures"] }),
    KMSKeyArn: updateTrigger({ KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/one" }),
    MetricsConfig: updateTrigger({ MetricsConfig: { Metrics: ["EventCount"] } }),
    ScalingConfig: updateTrigger({ ScalingConfig: { MaximumConcurrency: 7 } }),
    ProvisionedPollerConfig: updateTrigger({ ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 4 } }),
    Tags: async (account) =>
      account.aws("lambda", "TagResource", {
        Resource: (await trigger(account))?.EventSourceMappingArn,
        Tags: { team: "other" },
      }),
  },
  fixed: NOT_OF_A_QUEUE,
  remove: async (account) => {
    await account.aws("lambda", "DeleteEventSourceMapping", { UUID: (await trigger(account))?.UUID });
    await until(async () => (await trigger(account)) === undefined);
  },
  withoutMoto: { MaximumBatchingWindowInSeconds: "until it is set, it is not answered at all: AWS answers 0" },
};

/** One for every kind: without one, this does not compile. */
export const SPECIMENS: Readonly<Record<KindName, Specimen>> = {
  stack,
  "stack-resource": stackResource,
  "lambda-config": lambdaConfig,
  "lambda-code": lambdaCode,
  "lambda-runtime": lambdaRuntime,
  "lambda-alias": lambdaAlias,
  "lambda-async": lambdaAsync,
  "lambda-policy": lambdaPolicy,
  "lambda-url": lambdaUrl,
  "lambda-trigger": lambdaTrigger,
  "lambda-concurrency": lambdaConcurrency,
  "lambda-tags": lambdaTags,
};
