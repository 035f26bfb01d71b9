import type { PropertyNames } from "./request.ts";

/** Kinds that own some of a function's properties. `lambda-config` owns what no other kind owns. */
export const OWNERS = [
  "lambda-code",
  "lambda-config",
  "lambda-alias",
  "lambda-url",
  "lambda-async",
  "lambda-concurrency",
  "lambda-tags",
  "lambda-runtime",
  "lambda-trigger",
] as const;
export type Owner = (typeof OWNERS)[number];

type Table = Readonly<Partial<Record<Exclude<Owner, "lambda-config">, readonly string[]>>>;

/** `ImageConfig` is configuration: Lambda takes it by UpdateFunctionConfiguration, though it describes an image. */
const LAMBDA_FUNCTION: Table = {
  "lambda-code": ["Code", "Architectures", "PackageType"],
  "lambda-concurrency": ["ReservedConcurrentExecutions"],
  "lambda-tags": ["Tags"],
  "lambda-runtime": ["RuntimeManagementConfig", "RecursiveLoop", "CodeSigningConfigArn"],
};

/** SAM keeps in the function what CloudFormation has as resources of their own. */
const SERVERLESS_FUNCTION: Table = {
  ...LAMBDA_FUNCTION,
  "lambda-code": ["CodeUri", "InlineCode", "ImageUri", "SourceKMSKeyArn", "Architectures", "PackageType"],
  "lambda-tags": ["Tags", "PropagateTags"],
  "lambda-alias": [
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "AutoPublishCodeSha256",
    "DeploymentPreference",
    "ProvisionedConcurrencyConfig",
    "VersionDeletionPolicy",
    "VersionDescription",
  ],
  "lambda-url": ["FunctionUrlConfig"],
  "lambda-async": ["EventInvokeConfig"],
  "lambda-trigger": ["Events"],
};

const TABLES: Readonly<Record<string, Table>> = {
  "AWS::Lambda::Function": LAMBDA_FUNCTION,
  "AWS::Serverless::Function": SERVERLESS_FUNCTION,
};

/** The properties of a resource type that a kind owns; null where it owns none, or the type is no function. */
export function ownedProperties(type: string, owner: Owner): PropertyNames | null {
  const table = TABLES[type];
  if (!table) return null;
  if (owner === "lambda-config") return { except: Object.values(table).flat() };
  const names = table[owner];
  return names ? { only: names } : null;
}
