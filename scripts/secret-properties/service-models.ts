import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

interface Model {
  readonly metadata: { readonly serviceId?: string; readonly endpointPrefix: string };
  readonly shapes: Readonly<Record<string, Shape>>;
}

interface Shape {
  readonly type: string;
  readonly sensitive?: boolean;
  readonly members?: Readonly<Record<string, { readonly shape: string; readonly sensitive?: boolean }>>;
}

/** Services whose name in types of resources is not their name in the models. */
const NAMES: Readonly<Record<string, string>> = {
  amazonmq: "mq",
  certificatemanager: "acm",
  cognito: "cognitoidentityprovider",
  dms: "databasemigrationservice",
  elasticloadbalancingv2: "elasticloadbalancing",
  elasticsearch: "elasticsearchservice",
  emr: "emr",
  events: "eventbridge",
  kinesisfirehose: "firehose",
  logs: "cloudwatchlogs",
  opensearchservice: "opensearch",
  secretsmanager: "secretsmanager",
  stepfunctions: "sfn",
};

/** For each service, the members that hold text and that the model calls sensitive wherever they stand, in lower case. */
export function readSensitiveMembers(folder: string): Map<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  const services = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of services) {
    const model = latestModel(`${folder}/${name}`);
    if (model) found.set(plain(model.metadata.serviceId ?? name), sensitiveIn(model));
  }
  return found;
}

/** The name under which the models have the service of a type: `AWS::SecretsManager::Secret` → `secretsmanager`. */
export function serviceOf(typeName: string): string {
  const service = plain(typeName.split("::")[1] ?? "");
  return NAMES[service] ?? service;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function latestModel(folder: string): Model | null {
  const files = readdirSync(folder, { recursive: true }).map(String).sort();
  const file = files.findLast((name) => /service-2\.json(\.gz)?$/.test(name));
  if (!file) return null;
  const bytes = readFileSync(`${folder}/${file}`);
  return JSON.parse((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")) as Model;
}

function sensitiveIn({ shapes }: Model): ReadonlySet<string> {
  const members = Object.values(shapes).flatMap(({ members = {} }) => Object.entries(members));
  const texts = members.filter(([, { shape }]) => shapes[shape]?.type === "string");
  const isSensitive = ([, member]: (typeof texts)[number]) =>
    member.sensitive ?? shapes[member.shape]?.sensitive ?? false;
  const open = new Set(texts.filter((entry) => !isSensitive(entry)).map(([name]) => name.toLowerCase()));
  const sensitive = texts.filter(isSensitive).map(([name]) => name.toLowerCase());
  return new Set(sensitive.filter((name) => !open.has(name)));
}
