import { asObject, type Json } from "../json.ts";
import { type CapturedComponent, kindOf } from "./component.ts";

/** Something beside the components that one of them names, and that has to be there for it to be restored. */
export interface Reference {
  /** What it is to the component. */
  readonly what: string;
  /** As the component names it: an ARN or an id. */
  readonly name: string;
  /** Its type and primary identifier, by which Cloud Control finds it. */
  readonly type: string;
  readonly identifier: string;
}

/** What is known of the things that a plan names, by their names. What is missing was found, or not looked up. */
export interface ReferenceFacts {
  /** What became of them, as the rest of a sentence. */
  readonly unusable: ReadonlyMap<string, string>;
  /** Why nobody could look. */
  readonly unchecked: ReadonlyMap<string, string>;
}

export const NO_REFERENCE_FACTS: ReferenceFacts = { unusable: new Map(), unchecked: new Map() };

/** What a component names, by what AWS checks when it is written. Names without a type that can be looked up are left out. Pure. */
export function referencesOf({ id, state: { settings } }: CapturedComponent): Reference[] {
  switch (kindOf(id)) {
    case "lambda-config":
      return configReferences(settings);
    case "lambda-code":
      return [
        ...references("the key of the code's archive", settings["SourceKMSKeyArn"]),
        ...references("the repository of the image", settings["ImageUri"]),
      ];
    case "lambda-trigger":
      return [
        ...references("the event source", settings["EventSourceArn"]),
        ...references("the key of the filters", settings["KMSKeyArn"]),
        ...destinations(settings["DestinationConfig"]),
      ];
    case "lambda-async":
      return destinations(settings["DestinationConfig"]);
    default:
      return [];
  }
}

function configReferences(settings: CapturedComponent["state"]["settings"]): Reference[] {
  const network = asObject(settings["VpcConfig"]);
  const mounted = listOf(settings["FileSystemConfigs"]).map((mount) => asObject(mount)["Arn"]);
  return [
    ...references("the execution role", settings["Role"]),
    ...references("the key of the variables", settings["KMSKeyArn"]),
    ...references("the subnet", ...listOf(network["SubnetIds"])),
    ...references("the security group", ...listOf(network["SecurityGroupIds"])),
    ...references("the access point", ...mounted),
    ...references("the dead letter target", asObject(settings["DeadLetterConfig"])["TargetArn"]),
  ];
}

function destinations(config: Json | undefined): Reference[] {
  const on = Object.values(asObject(config)).map((one) => asObject(one)["Destination"]);
  return references("the destination", ...on);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function references(what: string, ...names: readonly (Json | undefined)[]): Reference[] {
  return names.flatMap((name) => {
    const resource = typeof name === "string" ? resourceNamed(name) : null;
    return typeof name === "string" && resource ? [{ what, name, ...resource }] : [];
  });
}

type Resource = Pick<Reference, "type" | "identifier">;

/** How names are written, each with the type that they name. The groups of a pattern make the identifier. */
const NAMES: readonly (readonly [RegExp, string, string])[] = [
  [/^arn:[\w-]+:iam::\d+:role\/(?:.+\/)?([^/]+)$/, "AWS::IAM::Role", "$1"],
  [/^arn:[\w-]+:kms:[\w-]+:\d+:key\/(.+)$/, "AWS::KMS::Key", "$1"],
  [/^arn:aws:sqs:([\w-]+):(\d+):(.+)$/, "AWS::SQS::Queue", "https://sqs.$1.amazonaws.com/$2/$3"],
  [/^(arn:[\w-]+:sns:.+)$/, "AWS::SNS::Topic", "$1"],
  [/^arn:[\w-]+:kinesis:[\w-]+:\d+:stream\/(.+)$/, "AWS::Kinesis::Stream", "$1"],
  [/^arn:[\w-]+:dynamodb:[\w-]+:\d+:table\/([^/]+)\/stream\/.+$/, "AWS::DynamoDB::Table", "$1"],
  [/^(arn:[\w-]+:kafka:.+)$/, "AWS::MSK::Cluster", "$1"],
  [/^arn:[\w-]+:elasticfilesystem:[\w-]+:\d+:access-point\/(.+)$/, "AWS::EFS::AccessPoint", "$1"],
  [/^arn:[\w-]+:events:[\w-]+:\d+:event-bus\/(.+)$/, "AWS::Events::EventBus", "$1"],
  [/^arn:[\w-]+:lambda:[\w-]+:\d+:function:([^:]+)(?::.+)?$/, "AWS::Lambda::Function", "$1"],
  [/^(subnet-\w+)$/, "AWS::EC2::Subnet", "$1"],
  [/^(sg-\w+)$/, "AWS::EC2::SecurityGroup", "$1"],
  [/^\d+\.dkr\.ecr\.[\w-]+\.amazonaws\.com\/([^@:]+)[@:]/, "AWS::ECR::Repository", "$1"],
];

function resourceNamed(name: string): Resource | null {
  for (const [pattern, type, identifier] of NAMES) {
    const found = pattern.exec(name);
    if (found) return { type, identifier: identifier.replace(/\$(\d)/g, (_, group) => found[Number(group)] ?? "") };
  }
  return null;
}

/** Cloud Control looks into one account and region, and a name may be of others. */
export function isWithin(name: string, { account, region }: { account: string; region: string }): boolean {
  const image = /^(\d+)\.dkr\.ecr\.([\w-]+)\./.exec(name);
  if (image) return image[1] === account && image[2] === region;
  if (!name.startsWith("arn:")) return true;
  const [, , , where, whose] = name.split(":");
  return whose === account && (where === "" || where === region);
}

/** What became of a thing, by its properties; null where it can be used. */
export function whyUnusable(
  { type, name }: Reference,
  properties: Readonly<Record<string, Json>> | null,
): string | null {
  if (properties === null) return type === "AWS::KMS::Key" ? "is pending deletion, or was deleted" : "was deleted";
  if (type === "AWS::KMS::Key") return properties["Enabled"] === false ? "is disabled" : null;
  const stream = properties["StreamArn"];
  if (type !== "AWS::DynamoDB::Table" || typeof stream !== "string") return null;
  return stream === name ? null : `is not the table's stream any more, which is ${stream}`;
}

/** What brings it back; null where its id never comes back. */
export function remedyFor({ type }: Pick<Reference, "type">): string | null {
  if (type === "AWS::KMS::Key") return "enable it, or cancel its deletion";
  return WITHOUT_A_NAME.has(type) ? null : "create it again under that name";
}

const WITHOUT_A_NAME: ReadonlySet<string> = new Set([
  "AWS::EC2::Subnet",
  "AWS::EC2::SecurityGroup",
  "AWS::EFS::AccessPoint",
  "AWS::DynamoDB::Table",
  "AWS::MSK::Cluster",
]);
