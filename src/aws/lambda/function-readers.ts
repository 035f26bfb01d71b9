import type {
  AliasConfiguration,
  FunctionConfiguration,
  GetFunctionResponse,
  LambdaClientResolvedConfig,
  ResolvedS3Object,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-lambda";
import type { Call } from "../call.ts";
import { nullIfMissing } from "../error-mapping.ts";
import type { AliasFacts, FunctionFacts, LambdaGateway, ReferencedObject } from "../gateways/lambda.ts";
import { allPages } from "../paging.ts";
import type { LambdaSdk } from "../sdk-clients.ts";

export type LambdaCall = Call<LambdaSdk, ServiceInputTypes, ServiceOutputTypes, LambdaClientResolvedConfig>;

export type LambdaReaders = Pick<
  LambdaGateway,
  "listFunctions" | "getFunction" | "getConfiguration" | "listVersions" | "listAliases" | "getAlias"
>;

/** More is not answered per page, whatever is asked for (facts A1). */
const PAGE_SIZE = 50;

export function createLambdaReaders(call: LambdaCall): LambdaReaders {
  return {
    getFunction: (name, qualifier) => getFunction(call, name, qualifier),
    getConfiguration: async (name, qualifier) => (await getFunction(call, name, qualifier))?.configuration ?? null,
    listFunctions: () =>
      allPages(async (marker) => {
        const page = await call((sdk) => new sdk.ListFunctionsCommand({ Marker: marker, MaxItems: PAGE_SIZE }));
        return { items: page.Functions ?? [], next: page.NextMarker };
      }),
    listVersions: (name) => listVersions(call, name),
    listAliases: (name) => listAliases(call, name),
    getAlias: async (name, alias) => {
      const answer = await nullIfMissing(call((sdk) => new sdk.GetAliasCommand({ FunctionName: name, Name: alias })));
      return answer && toAliasFacts(answer);
    },
  };
}

async function getFunction(call: LambdaCall, name: string, qualifier?: string): Promise<FunctionFacts | null> {
  const answer = await nullIfMissing(
    call((sdk) => new sdk.GetFunctionCommand({ FunctionName: name, Qualifier: qualifier })),
  );
  return answer && toFunctionFacts(answer);
}

async function listVersions(call: LambdaCall, name: string): Promise<FunctionConfiguration[]> {
  const versions = allPages(async (marker) => {
    const page = await call(
      (sdk) => new sdk.ListVersionsByFunctionCommand({ FunctionName: name, Marker: marker, MaxItems: PAGE_SIZE }),
    );
    return { items: page.Versions ?? [], next: page.NextMarker };
  });
  return ((await nullIfMissing(versions)) ?? []).filter(({ Version }) => Version !== "$LATEST");
}

async function listAliases(call: LambdaCall, name: string): Promise<AliasFacts[]> {
  const aliases = allPages(async (marker) => {
    const page = await call(
      (sdk) => new sdk.ListAliasesCommand({ FunctionName: name, Marker: marker, MaxItems: PAGE_SIZE }),
    );
    return { items: page.Aliases ?? [], next: page.NextMarker };
  });
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

/** AWS tells the mode by the object alone. */
function toReferencedObject(object: ResolvedS3Object | undefined): ReferencedObject | null {
  const { S3Bucket: bucket, S3Key: key, S3ObjectVersion: version } = object ?? {};
  return bucket && key && version ? { bucket, key, version } : null;
}
