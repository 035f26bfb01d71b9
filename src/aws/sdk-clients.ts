import type { CloudControlClient } from "@aws-sdk/client-cloudcontrol";
import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { LambdaClient, LambdaClientConfig } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { STSClient } from "@aws-sdk/client-sts";
import { isReadCall } from "../domain/read-calls.ts";
import { BOUNDING, boundResponses, hostIn } from "./bounded-answers.ts";
import { emptyAnswer, isEmptyResponse, isUnreadable, LackingCall } from "./lacking-call.ts";
import { noteHost } from "./responding-host.ts";
import { Unrepeated } from "./unrepeated.ts";

/*
 * Loads the SDK's modules, each at its first use: together they take 0.3 s, which commands that never call AWS do not pay.
 */

export type CloudControlSdk = typeof import("@aws-sdk/client-cloudcontrol");
export type CloudFormationSdk = typeof import("@aws-sdk/client-cloudformation");
export type LambdaSdk = typeof import("@aws-sdk/client-lambda");
export type S3Sdk = typeof import("@aws-sdk/client-s3");
export type SqsSdk = typeof import("@aws-sdk/client-sqs");
export type DynamoDbSdk = typeof import("@aws-sdk/client-dynamodb");
export type SnsSdk = typeof import("@aws-sdk/client-sns");
export type LogsSdk = typeof import("@aws-sdk/client-cloudwatch-logs");
export type KmsSdk = typeof import("@aws-sdk/client-kms");
export type StsSdk = typeof import("@aws-sdk/client-sts");

/** The SDK's transport. In tests a sandbox without a socket. */
export type RequestHandler = NonNullable<LambdaClientConfig["requestHandler"]>;

/** One of the targets in the settings. Null leaves the region or the role to the SDK's own settings. */
export interface TargetSettings {
  readonly name: string;
  readonly region: string | null;
  readonly roleArn: string | null;
  /** The only account that the credentials may belong to; null for any. */
  readonly account: string | null;
  /** Bucket in the region for large code and templates; null for none. */
  readonly stagingBucket: string | null;
}

/** The settings that all clients of a target share. */
type ClientConfig = Pick<
  LambdaClientConfig,
  "region" | "credentials" | "requestHandler" | "maxAttempts" | "retryMode" | "logger"
>;

/** The SDK's module, and the client made from it. */
export interface Opened<Sdk, Client> {
  readonly sdk: Sdk;
  readonly client: Client;
}

/**
 * The first attempt and seven more: enough for half a minute of throttling, on top of our own pacing. Fewer while the client's budget of
 * retries is used up, which all its calls share (facts C): then a job that meets an outage ends soon, by the code of its cause.
 */
const MAX_ATTEMPTS = 8;
const CONNECTION_TIMEOUT_MS = 5_000;
/** Without a byte in either direction. Control-plane responses take seconds; downloads never pause this long. */
const SILENCE_TIMEOUT_MS = 60_000;
/** The session's name in CloudTrail. */
const ROLE_SESSION_NAME = "stepback";
/** Every failure reaches the observer and the caller; the SDK's own warnings would only repeat it. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Region and credentials come from the SDK's own settings unless the target names them; they also assume its role. */
export async function clientConfig(target: TargetSettings, handler: RequestHandler | null): Promise<ClientConfig> {
  const transport = handler ?? { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: SILENCE_TIMEOUT_MS };
  const region = target.region === null ? {} : { region: target.region };
  const shared = {
    ...region,
    requestHandler: transport,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: "standard",
    logger: SILENT,
  };
  if (target.roleArn === null) return shared;
  const { fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  const credentials = fromTemporaryCredentials({
    params: { RoleArn: target.roleArn, RoleSessionName: ROLE_SESSION_NAME },
    clientConfig: { ...region, requestHandler: transport },
  });
  return { ...shared, credentials };
}

export async function openLambda(config: ClientConfig): Promise<Opened<LambdaSdk, LambdaClient>> {
  const sdk = await import("@aws-sdk/client-lambda");
  const client = new sdk.LambdaClient(config);
  client.middlewareStack.add(judgeResponses, JUDGING);
  client.middlewareStack.add(boundResponses, BOUNDING);
  return { sdk, client };
}

export async function openSts(config: ClientConfig): Promise<Opened<StsSdk, STSClient>> {
  const sdk = await import("@aws-sdk/client-sts");
  const client = new sdk.STSClient(config);
  client.middlewareStack.add(judgeResponses, JUDGING);
  client.middlewareStack.add(boundResponses, BOUNDING);
  return { sdk, client };
}

export async function openCloudFormation(
  config: ClientConfig,
): Promise<Opened<CloudFormationSdk, CloudFormationClient>> {
  const sdk = await import("@aws-sdk/client-cloudformation");
  const client = new sdk.CloudFormationClient(config);
  client.middlewareStack.add(judgeResponses, JUDGING);
  client.middlewareStack.add(boundResponses, BOUNDING);
  return { sdk, client };
}

/** Whoever needs a key waits for it, so that an outage of KMS is told within seconds; whoever waits for the key asks again. */
const KEY_ATTEMPTS = 3;
const KEY_CONNECTION_MS = 2_000;
const KEY_SILENCE_MS = 5_000;

/** With the service's own credentials; null takes the SDK's own region. */
export async function openKms(
  region: string | null,
  handler: RequestHandler | null,
): Promise<Opened<KmsSdk, KMSClient>> {
  const sdk = await import("@aws-sdk/client-kms");
  const client = new sdk.KMSClient({
    ...(region === null ? {} : { region }),
    requestHandler: handler ?? { connectionTimeout: KEY_CONNECTION_MS, socketTimeout: KEY_SILENCE_MS },
    maxAttempts: KEY_ATTEMPTS,
    logger: SILENT,
  });
  client.middlewareStack.add(boundResponses, BOUNDING);
  return { sdk, client };
}

/** A look into a resource is worth little patience: what cannot be looked at counts as data, and nothing waits for it. */
const LOOK_ATTEMPTS = 3;

export async function openSqs(config: ClientConfig): Promise<Opened<SqsSdk, SQSClient>> {
  const sdk = await import("@aws-sdk/client-sqs");
  // The configured endpoint, not the host in the URL of a queue.
  const client = new sdk.SQSClient({ ...config, maxAttempts: LOOK_ATTEMPTS, useQueueUrlAsEndpoint: false });
  client.middlewareStack.add(judgeResponses, JUDGING);
  client.middlewareStack.add(boundResponses, BOUNDING);
  return { sdk, client };
}

export async function openDynamoDb(config: ClientConfig): Promise<Opened<DynamoDbSdk, DynamoDBClient>> {
  const sdk = await import("@aws-sdk/client-dynamodb");
  const client = new sdk.DynamoDBClient({ ...config, maxAttempts: LOOK_ATTEMPTS });
  client.middlewareStack.add(judgeResponses, JUDGING);
  client.middlewareStack.add(boundResponses, BOUNDING);
  return { sdk, client };
}

export async function openSns(config: ClientConfig): Promise<Opened<SnsSdk, SNSClient>> {
  const sdk = await import("@aws-sdk/client-sns");
  const client = new sdk.SNSClient({ ...config, maxAttempts: LOOK_ATTEMPTS });
  client.middlewareStack.add(judgeResponses, JUDGING);
  client.middlewareStack.add(boundResponses, BOUNDING);
  return { sdk, client };
}

export async function openLogs(config: ClientConfig): Promise<Opened<LogsSdk, CloudWatchLogsClient>> {
  const sdk = await import("@aws-sdk/client-cloudwatch-logs");
  const client = new sdk.CloudWatchLogsClient({ ...config, maxAttempts: LOOK_ATTEMPTS });
  client.middlewareStack.add(judgeResponses, JUDGING);
  client.middlewareStack.add(boundResponses, BOUNDING);
  return { sdk, client };
}

export async function openCloudControl(config: ClientConfig): Promise<Opened<CloudControlSdk, CloudControlClient>> {
  const sdk = await import("@aws-sdk/client-cloudcontrol");
  const client = new sdk.CloudControlClient({ ...config, maxAttempts: LOOK_ATTEMPTS });
  client.middlewareStack.add(judgeResponses, JUDGING);
  return { sdk, client };
}

/** Runs inside the retries, which have the high priority in this step. */
const JUDGING = { step: "finalizeRequest", priority: "low", name: "judgeResponses" } as const;

/**
 * A middleware of a client: notes which host a failure comes from, keeps the SDK from retrying what cannot succeed, and
 * takes no empty response for a value.
 */
function judgeResponses<Args extends { readonly request?: unknown }, Result extends SdkResult>(
  next: (args: Args) => Promise<Result>,
  { commandName = "" }: { readonly commandName?: string },
): (args: Args) => Promise<Result> {
  const operation = commandName.replace(/Command$/, "");
  return async (args) => {
    try {
      const result = await next(args);
      const { requestId } = result.output.$metadata;
      if (isEmptyResponse(operation, result.output, requestId !== undefined)) throw emptyAnswer(operation);
      return result;
    } catch (error) {
      const judged = withoutRetries(error, operation);
      noteHost(judged, hostIn(args.request));
      throw judged;
    }
  };
}

/** What a middleware gets from the next one, as far as it is used here. */
interface SdkResult {
  readonly output: object & { readonly $metadata: { readonly requestId?: string | undefined } };
}

/** Calls that make one more thing each time; every other one has a token, or AWS refuses or ignores its repetition. */
const DOUBLED_BY_RETRIES: ReadonlySet<string> = new Set(["PublishLayerVersion"]);

/** Renames two errors that the SDK would retry seven times by their names, although retrying cannot help. */
function withoutRetries(error: unknown, operation: string): unknown {
  if (!(error instanceof Error)) return error;
  // A quota is used up; the SDK takes this name for throttling (facts C).
  if (error.name === "LimitExceededException") error.name = "QuotaExceeded";
  // The HTML page of a server that lacks the operation: AWS's own responses can be parsed, even those of status 500.
  const isAnswered = statusOf(error) !== null && (statusOf(error) ?? 0) < 500;
  if (DOUBLED_BY_RETRIES.has(operation) && !isAnswered) return new Unrepeated(error);
  const isPage = isUnreadable(error.message) && statusOf(error) === 500;
  return isPage && isReadCall(operation) ? new LackingCall("HTTP 500, the answer cannot be parsed") : error;
}

function statusOf(error: Error & { readonly $metadata?: { readonly httpStatusCode?: number } }): number | null {
  return error.$metadata?.httpStatusCode ?? null;
}

export async function openS3(config: ClientConfig): Promise<Opened<S3Sdk, S3Client>> {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    ...config,
    // Checksums of streams are sent as trailers, which few servers besides AWS's understand. Fetched bytes are checked
    // against their SHA-256 anyway.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  client.middlewareStack.add(judgeResponses, JUDGING);
  client.middlewareStack.add(boundResponses, BOUNDING);
  // A server with one host name has no host name per bucket.
  client.config.forcePathStyle = (await configuredEndpoint(client)) !== null;
  return { sdk, client };
}

/** The part of a client's settings that holds the endpoint of the environment or the profile. */
interface EndpointAware {
  readonly config: { readonly serviceConfiguredEndpoint?: () => Promise<string | undefined> };
}

/** The endpoint in the SDK's settings (`AWS_ENDPOINT_URL` and the like); null for AWS itself. */
export async function configuredEndpoint({ config }: EndpointAware): Promise<URL | null> {
  const configured = await config.serviceConfiguredEndpoint?.();
  return configured ? new URL(configured) : null;
}
