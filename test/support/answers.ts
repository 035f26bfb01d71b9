import type {
  DescribeChangeSetOutput,
  DescribeStackResourcesOutput,
  DescribeStacksOutput,
  GetStackPolicyOutput,
  GetTemplateOutput,
  ListChangeSetsOutput,
  ListExportsOutput,
  ListStackResourcesOutput,
  ListStacksOutput,
} from "@aws-sdk/client-cloudformation";
import type {
  AliasConfiguration,
  CreateCodeSigningConfigResponse,
  EventSourceMappingConfiguration,
  FunctionConfiguration,
  GetFunctionRecursionConfigResponse,
  GetFunctionResponse,
  GetLayerVersionResponse,
  GetPolicyResponse,
  ListAliasesResponse,
  ListEventSourceMappingsResponse,
  ListFunctionEventInvokeConfigsResponse,
  ListFunctionsResponse,
  ListFunctionUrlConfigsResponse,
  ListProvisionedConcurrencyConfigsResponse,
  ListTagsResponse,
  PublishLayerVersionResponse,
} from "@aws-sdk/client-lambda";
import type { ListObjectVersionsOutput, PutObjectOutput } from "@aws-sdk/client-s3";
import type {
  Activity,
  AlteredComponent,
  Build,
  Deployment,
  HistoryEntry,
  LogLine,
  Orphan,
  Pin,
  Plan,
  Problem,
  Revalidation,
  Rollback,
  RollbackComponent,
  Snapshot,
  SnapshotComponent,
  StagePolicy,
} from "#client/api-types";
import type { Shape } from "#sandbox/core/contract";
import type { Sandbox } from "#sandbox/sandbox";

interface Page<Row> {
  readonly items: Row[];
  readonly next: string | null;
}

/** A deployment or a rollback. */
export type Job = Activity & Partial<Omit<Deployment & Rollback, keyof Activity | "snapshot">>;

/** What the API returns for a method and a path. The first pattern that matches counts, so the longer ones come first. */
type Resources = [
  [`GET /v1/deployments/${string}/components${string}`, Page<AlteredComponent>],
  [`GET /v1/snapshots/${string}/components/${string}`, SnapshotComponent],
  [`GET /v1/snapshots/${string}/components${string}`, Page<SnapshotComponent>],
  [`GET /v1/snapshots/${string}`, Snapshot],
  [`GET ${string}/history${string}`, Page<HistoryEntry>],
  [`GET ${string}/components${string}`, Page<RollbackComponent>],
  [`GET ${string}/plan${string}`, Plan],
  [`GET ${string}/orphans${string}`, Page<Orphan>],
  [`GET ${string}/logs${string}`, Page<LogLine>],
  [`GET ${string}/revalidations${string}`, Page<Revalidation>],
  [`GET ${string}/builds/${string}`, Build],
  [`GET ${string}/builds${string}`, Page<Build>],
  [`${string}/policy`, StagePolicy],
  [`GET /v1/pins/${string}`, Pin],
  [`GET /v1/pins${string}`, Page<Pin>],
  [`GET /v1/activities${string}`, Page<Activity>],
  [`${string}/drill`, Rollback],
  [`${string} /v1/deployments/${string}`, Deployment],
  [`GET /v1/deployments${string}`, Page<Deployment>],
  ["POST /v1/deployments", Deployment],
  [`${string} /v1/rollbacks/${string}`, Rollback],
  [`GET /v1/rollbacks${string}`, Page<Rollback>],
  [`POST ${string}/${"rollbacks" | "rollback" | "plan" | "run" | "components"}`, Rollback],
  [string, Job],
];

type FirstMatch<Request, Rows> = Rows extends [[infer Pattern, infer Found], ...infer Rest]
  ? Request extends Pattern
    ? Found
    : FirstMatch<Request, Rest>
  : never;

/** The resource, or the problem document that the service returns in its place. */
export type Reply<Found> = Found & Partial<Omit<Problem, "status" | "type">>;

/** The body of the API's response, by the literal parts of the path: `/v1/rollbacks/${id}/plan?wait=30` gives a plan. */
export type ReplyTo<Method extends string, Path extends string> = Reply<FirstMatch<`${Method} ${Path}`, Resources>>;

/** Calls the API of a service and returns the body of its response. */
export type Api = <Method extends string, Path extends string>(
  method: Method,
  path: Path,
  body?: unknown,
) => Promise<ReplyTo<Method, Path>>;

/** The SDK declares each member of an output as optional; here each is what AWS returns when it is there. */
type Returned<Output> = Output extends string | number | boolean | Date | Uint8Array
  ? Output
  : Output extends readonly (infer Row)[]
    ? Returned<Row>[]
    : { [Member in keyof Output]-?: Returned<NonNullable<Output[Member]>> };

/** The outputs that tests read, by operation. Others are plain data. */
interface Outputs {
  CreateAlias: AliasConfiguration;
  CreateCodeSigningConfig: CreateCodeSigningConfigResponse;
  CreateEventSourceMapping: EventSourceMappingConfiguration;
  DescribeChangeSet: DescribeChangeSetOutput;
  DescribeStackResources: DescribeStackResourcesOutput;
  DescribeStacks: DescribeStacksOutput;
  ListChangeSets: ListChangeSetsOutput;
  ListStacks: ListStacksOutput;
  GetAlias: AliasConfiguration;
  GetEventSourceMapping: EventSourceMappingConfiguration;
  GetFunction: GetFunctionResponse;
  GetFunctionConfiguration: FunctionConfiguration;
  GetFunctionRecursionConfig: GetFunctionRecursionConfigResponse;
  GetLayerVersionByArn: GetLayerVersionResponse;
  GetPolicy: GetPolicyResponse;
  GetStackPolicy: GetStackPolicyOutput;
  GetTemplate: GetTemplateOutput;
  Invoke: { Payload: Uint8Array };
  ListAliases: ListAliasesResponse;
  ListEventSourceMappings: ListEventSourceMappingsResponse;
  ListExports: ListExportsOutput;
  ListFunctionEventInvokeConfigs: ListFunctionEventInvokeConfigsResponse;
  ListFunctionUrlConfigs: ListFunctionUrlConfigsResponse;
  ListFunctions: ListFunctionsResponse;
  ListProvisionedConcurrencyConfigs: ListProvisionedConcurrencyConfigsResponse;
  ListStackResources: ListStackResourcesOutput;
  ListTags: ListTagsResponse;
  PublishLayerVersion: PublishLayerVersionResponse;
  PublishVersion: FunctionConfiguration;
  ListObjectVersions: ListObjectVersionsOutput;
  PutObject: PutObjectOutput;
}

export type AwsOutput<Operation extends string> = Operation extends keyof Outputs
  ? Returned<Outputs[Operation]>
  : Shape;

/** An account that a test sets up and inspects. */
export interface Account {
  /** One operation of a service, with the output that AWS returns. */
  aws<Operation extends string>(service: string, operation: Operation, input?: Shape): Promise<AwsOutput<Operation>>;
}

/** The account behind `call`. Outputs are taken for what the SDK declares; assertions find out where they are not. */
export function accountOf(call: (service: string, operation: string, input: Shape) => Promise<unknown>): Account {
  return {
    aws: async <Operation extends string>(service: string, operation: Operation, input: Shape = {}) =>
      (await call(service, operation, input)) as AwsOutput<Operation>,
  };
}

export function sandboxAccount(sandbox: Sandbox): Account {
  return accountOf((service, operation, input) => sandbox.service(service).call(operation, input, "wire"));
}

/** The API behind `call`, whose bodies are taken for what the contract declares. */
export function apiOf(call: (method: string, path: string, body: unknown) => Promise<unknown>): Api {
  return async <Method extends string, Path extends string>(method: Method, path: Path, body?: unknown) =>
    (await call(method, path, body)) as ReplyTo<Method, Path>;
}

/** The row that a list must begin with. */
export function firstRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("the list is empty");
  return row;
}
