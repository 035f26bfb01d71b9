import { SECRET_PROPERTIES } from "./secret-properties.ts";

/*
 * Where secrets stand, whatever their names say: AWS's own table, and what it leaves out.
 */

/** A way of names from the properties of a resource; lists and intrinsic functions are no part of it. `*` is any name. */
type Path = readonly string[];

/** Places of every type, by the end of the way: lists that programs get at their start, and scripts that set machines up. */
const ANYWHERE: readonly Path[] = paths(`
  Environment/Variables/*
  Environment/Value
  EnvironmentVariables/*
  RuntimeEnvironmentVariables/*
  UserData
  ZipFile
  InlineCode
  SecretString
  MasterUserPassword
`);

/** Places of single types that no schema calls write-only, each with the reason. */
const BY_HAND: Readonly<Record<string, string>> = {
  // `Value` is what GetParameter returns to whoever may decrypt it.
  "AWS::SSM::Parameter": "Value",
  // Arguments are the only way to hand a connection to a job.
  "AWS::Glue::Job": "DefaultArguments/* NonOverridableArguments/*",
  "AWS::Batch::JobDefinition": "Parameters/* ContainerProperties/Command",
  // Scripts: cfn-init writes files, runs commands with an environment of their own, and logs in for downloads.
  "AWS::CloudFormation::Init": "*/files/*/content */commands/*/command */commands/*/env/* */sources/*",
  "AWS::CloudFormation::Authentication": "*/password */secretKey",
  "AWS::AmazonMQ::Broker": "Users/Password",
  "AWS::Cognito::UserPoolIdentityProvider": "ProviderDetails/client_secret ProviderDetails/private_key",
  "AWS::ElasticLoadBalancingV2::ListenerRule": "Actions/AuthenticateOidcConfig/ClientSecret",
};

const byType = new Map<string, readonly Path[]>();
for (const line of SECRET_PROPERTIES.trim().split("\n")) {
  const [type = "", ...own] = line.split(" ");
  byType.set(type, [...(byType.get(type) ?? []), ...paths(own.join(" "))]);
}
for (const [type, own] of Object.entries(BY_HAND)) byType.set(type, [...(byType.get(type) ?? []), ...paths(own)]);

function paths(text: string): Path[] {
  return text
    .trim()
    .split(/\s+/)
    .map((path) => path.split("/"));
}

/** The types of the table, for tests. */
export function typesWithPlaces(): string[] {
  return [...byType.keys()];
}

/** The paths of a type's secret properties. */
export function placesOf(type: string): readonly Path[] {
  return byType.get(type) ?? [];
}

/** Whether the way leads to a secret of the type, or to one of every type. */
export function isSecretPlace(type: string | null, trail: readonly string[]): boolean {
  if (ANYWHERE.some((path) => endsWith(trail, path))) return true;
  return type !== null && placesOf(type).some((path) => path.length === trail.length && endsWith(trail, path));
}

/** Whether the way leads to what a program gets at its start, of which every value counts as secret. */
export function isEnvironment(trail: readonly string[]): boolean {
  return trail.slice(-3).some((name) => /^(Runtime)?Environment(Variables)?$/.test(name));
}

function endsWith(trail: readonly string[], path: Path): boolean {
  const from = trail.length - path.length;
  return from >= 0 && path.every((name, at) => name === "*" || name === trail[from + at]);
}
