import type {
  AliasConfiguration,
  FunctionConfiguration,
  GetFunctionResponse,
  LambdaClient,
  LambdaClientResolvedConfig,
  ResolvedS3Object,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-lambda";
import type { Call } from "../call.ts";
import { nullIfMissing } from "../error-mapping.ts";
import type { ReferencedObject } from "../gateways/code.ts";
import type { AliasFacts, FunctionFacts, LambdaGateway } from "../gateways/lambda.ts";
import type { LambdaSdk } from "../sdk-clients.ts";

export type LambdaCall = Call<
  LambdaSdk,
  LambdaClient,
  ServiceInputTypes,
  ServiceOutputTypes,
  LambdaClientResolvedConfig
>;

type LambdaReaders = Pick<
  LambdaGateway,
  "listFunctions" | "listAllVersions" | "getFunction" | "getConfiguration" | "listVersions" | "listAliases" | "getAlias"
>;

/** AWS returns at most this many items per page, whatever is asked for (facts A1). */
const PAGE_SIZE = 50;

export function createLambdaReaders(call: LambdaCall): LambdaReaders {
  return {
    getFunction: (name, qualifier) => getFunction(call, name, qualifier),
    getConfiguration: async (name, qualifier) => (await getFunction(call, name, qualifier))?.configuration ?? null,
    listFunctions: () =>
      call.list(
        (sdk, client) => sdk.paginateListFunctions({ client, pageSize: PAGE_SIZE }, {}),
        (page) => page.Functions,
      ),
    listAllVersions: () =>
      call.list(
        (sdk, client) => sdk.paginateListFunctions({ client, pageSize: PAGE_SIZE }, { FunctionVersion: "ALL" }),
        (page) => page.Functions,
      ),
    listVersions: (name) => listVersions(call, name),
    listAliases: (name) => listAliases(call, name),
    getAlias: async (name, alias) => {
      const response = await nullIfMissing(call((sdk) => new sdk.GetAliasCommand({ FunctionName: name, Name: alias })));
      return response && toAliasFacts(response);
    },
  };
}

async function getFunction(call: LambdaCall, name: string, qualifier?: string): Promise<FunctionFacts | null> {
  const response = await nullIfMissing(
    call((sdk) => new sdk.GetFunctionCommand({ FunctionName: name, Qualifier: qualifier })),
  );
  return response && toFunctionFacts(response);
}

async function listVersions(call: LambdaCall, name: string): Promise<FunctionConfiguration[]> {
  const versions = call.list(
    (sdk, client) => sdk.paginateListVersionsByFunction({ client, pageSize: PAGE_SIZE }, { FunctionName: name }),
    (page) => page.Versions,
  );
  return ((await nullIfMissing(versions)) ?? []).filter(({ Version }) => Version !== "$LATEST");
}

async function listAliases(call: LambdaCall, name: string): Promise<AliasFacts[]> {
  const aliases = call.list(
    (sdk, client) => sdk.paginateListAliases({ client, pageSize: PAGE_SIZE }, { FunctionName: name }),
    (page) => page.Aliases,
  );
  return ((await nullIfMissing(aliases)) ?? []).map(toAliasFacts);
}

function toFunctionFacts({
  Configuration = {},
  Code,
  Tags,
  TagsError,
  Concurrency,
}: GetFunctionResponse): FunctionFacts {
  return {
    configuration: Configuration,
    location: Code?.Location ?? null,
    resolvedImageUri: Code?.ResolvedImageUri ?? null,
    sourceKmsKeyArn: Code?.SourceKMSKeyArn ?? null,
    referencedObject: toReferencedObject(Code?.ResolvedS3Object),
    tags: TagsError ? null : (Tags ?? {}),
    reservedConcurrency: Concurrency?.ReservedConcurrentExecutions ?? null,
    errors: [
      ...describe("Code", Code?.Error),
      ...describe("Environment", Configuration.Environment?.Error),
      ...describe("ImageConfig", Configuration.ImageConfigResponse?.Error),
      ...describe("RuntimeVersionConfig", Configuration.RuntimeVersionConfig?.Error),
    ],
  };
}

function describe(part: string, error: { ErrorCode?: string | undefined; Message?: string | undefined } | undefined) {
  return error ? [`${part}: ${[error.ErrorCode, error.Message].filter(Boolean).join(", ")}`] : [];
}

function toAliasFacts(alias: AliasConfiguration): AliasFacts {
  return {
    name: alias.Name ?? "",
    arn: alias.AliasArn ?? "",
    functionVersion: alias.FunctionVersion ?? "",
    description: alias.Description ?? "",
    weights: alias.RoutingConfig?.AdditionalVersionWeights ?? {},
    revisionId: alias.RevisionId ?? null,
  };
}

/** Lambda names the object only where it runs the code by reference; there is no field for the storage mode. */
function toReferencedObject(object: ResolvedS3Object | undefined): ReferencedObject | null {
  const { S3Bucket: bucket, S3Key: key, S3ObjectVersion: version } = object ?? {};
  return bucket && key && version ? { bucket, key, version } : null;
}
