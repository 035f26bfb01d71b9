import type { CloudControlClient } from "@aws-sdk/client-cloudcontrol";
import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { STSClient } from "@aws-sdk/client-sts";
import { type Pacing, quotaClassOf } from "./pacing.ts";
import {
  type CloudControlSdk,
  type CloudFormationSdk,
  clientConfig,
  configuredEndpoint,
  type DynamoDbSdk,
  type LambdaSdk,
  type LogsSdk,
  type Opened,
  openCloudControl,
  openCloudFormation,
  openDynamoDb,
  openLambda,
  openLogs,
  openS3,
  openSns,
  openSqs,
  openSts,
  type RequestHandler,
  type S3Sdk,
  type SnsSdk,
  type SqsSdk,
  type StsSdk,
  type TargetSettings,
} from "./sdk-clients.ts";

/** One service of a target. All callers share its client. */
export interface Service<Sdk, Client> {
  /** The prefix of its IAM actions. */
  readonly name: "lambda" | "cloudformation" | "s3" | "sqs" | "dynamodb" | "sns" | "logs" | "sts";
  /** Loads the SDK's module and makes the client on the first call. */
  open(): Promise<Opened<Sdk, Client>>;
  /** The endpoint in the SDK's settings; null for AWS itself. */
  endpoint(): Promise<URL | null>;
  /** Resolves when the service's quota has room for the operation. */
  pace(operation: string): Promise<void>;
  /** Closes the connections. */
  destroy(): void;
}

export type LambdaService = Service<LambdaSdk, LambdaClient>;
export type CloudFormationService = Service<CloudFormationSdk, CloudFormationClient>;
export type CloudControlService = Service<CloudControlSdk, CloudControlClient>;
export type S3Service = Service<S3Sdk, S3Client>;
export type SqsService = Service<SqsSdk, SQSClient>;
export type DynamoDbService = Service<DynamoDbSdk, DynamoDBClient>;
export type SnsService = Service<SnsSdk, SNSClient>;
export type LogsService = Service<LogsSdk, CloudWatchLogsClient>;
export type StsService = Service<StsSdk, STSClient>;

export interface TargetClients {
  readonly lambda: LambdaService;
  readonly cloudFormation: CloudFormationService;
  readonly cloudControl: CloudControlService;
  readonly s3: S3Service;
  readonly sqs: SqsService;
  readonly dynamoDb: DynamoDbService;
  readonly sns: SnsService;
  readonly logs: LogsService;
  readonly sts: StsService;
}

interface ClientsSettings {
  readonly requestHandler: RequestHandler | null;
  readonly pacing: Pacing;
}

/** The clients of one target. Nothing is loaded or connected before the first call. */
export function createTargetClients(
  target: TargetSettings,
  { requestHandler, pacing }: ClientsSettings,
): TargetClients {
  const config = once(() => clientConfig(target, requestHandler));
  const quotas: TargetQuotas = { pacing, account: once(() => accountOf(target, sts)) };
  const sts: StsService = createService("sts", async () => openSts(await config()), quotas);
  return {
    lambda: createService("lambda", async () => openLambda(await config()), quotas),
    cloudFormation: createService("cloudformation", async () => openCloudFormation(await config()), quotas),
    cloudControl: createService("cloudformation", async () => openCloudControl(await config()), quotas),
    s3: createService("s3", async () => openS3(await config()), quotas),
    sqs: createService("sqs", async () => openSqs(await config()), quotas),
    dynamoDb: createService("dynamodb", async () => openDynamoDb(await config()), quotas),
    sns: createService("sns", async () => openSns(await config()), quotas),
    logs: createService("logs", async () => openLogs(await config()), quotas),
    sts,
  };
}

/** What the clients have in common, as far as it is used here. */
interface AnyClient {
  readonly config: {
    region(): Promise<string>;
    readonly serviceConfiguredEndpoint?: () => Promise<string | undefined>;
  };
  destroy(): void;
}

interface TargetQuotas {
  readonly pacing: Pacing;
  account(): Promise<string>;
}

function createService<Sdk, Client extends AnyClient>(
  name: Service<Sdk, Client>["name"],
  load: () => Promise<Opened<Sdk, Client>>,
  { pacing, account }: TargetQuotas,
): Service<Sdk, Client> {
  let opened: Client | null = null;
  const open = once(async () => {
    const parts = await load();
    opened = parts.client;
    return parts;
  });
  const endpoint = async () => configuredEndpoint((await open()).client);
  return {
    name,
    open,
    endpoint,
    pace: async (operation) => {
      const quotaClass = quotaClassOf(name, operation);
      const rate = quotaClass && pacing.rateOf(quotaClass, (await endpoint()) !== null);
      if (!quotaClass || !rate) return;
      const { client } = await open();
      await pacing.take({ account: await account(), region: await client.config.region() }, quotaClass, rate);
    },
    destroy: () => opened?.destroy(),
  };
}

/** The account whose quotas the target uses: the one in the settings, or else the one that STS names for the credentials. */
async function accountOf(target: TargetSettings, sts: StsService): Promise<string> {
  if (target.account !== null) return target.account;
  const { sdk, client } = await sts.open();
  const { Account } = await client.send(new sdk.GetCallerIdentityCommand());
  return Account ?? "unknown";
}

/** Runs `make` on the first call; later calls share its promise. After a failure the next call tries again. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let making: Promise<Value> | null = null;
  return () => {
    making ??= make().catch((error: unknown) => {
      making = null;
      throw error;
    });
    return making;
  };
}
