import type { PropertyNames } from "./request.ts";

/** Kinds that own properties of a function. `lambda-config` owns those that no other kind owns. */
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
export type PropertyOwner = (typeof OWNERS)[number];

type Table = Readonly<Partial<Record<Exclude<PropertyOwner, "lambda-config">, readonly string[]>>>;

/** `ImageConfig` describes an image, but belongs to the configuration, because UpdateFunctionConfiguration takes it. */
const LAMBDA_FUNCTION: Table = {
  "lambda-code": ["Code", "Architectures", "PackageType"],
  "lambda-concurrency": ["ReservedConcurrentExecutions"],
  "lambda-tags": ["Tags"],
  "lambda-runtime": ["RuntimeManagementConfig", "RecursiveLoop", "CodeSigningConfigArn"],
};

/** SAM has properties of the function for what are separate resources in CloudFormation. */
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

/** The properties of a resource type that a kind owns; null where it owns none, or the type is not a function. */
export function ownedProperties(type: string, owner: PropertyOwner): PropertyNames | null {
  const table = TABLES[type];
  if (!table) return null;
  if (owner === "lambda-config") return { except: Object.values(table).flat() };
  const names = table[owner];
  return names ? { only: names } : null;
}
