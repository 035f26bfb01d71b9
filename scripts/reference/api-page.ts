import { groupBy } from "../house/counts.ts";
import { type Member, meaningOf, membersOf, nounLink, type Schema, typeText } from "./json-schema.ts";
import { capitalised, code, page, slugOf, table } from "./markdown.ts";

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly "x-role"?: string;
}

/** openapi/openapi.json */
export interface ApiDocument {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Endpoint extends Operation {
  /** `POST /v1/rollbacks` */
  readonly name: string;
}

const INTRODUCTION = [
  "A running service shows the same as a page to try (`/docs`) and as an OpenAPI 3.1 document (`/openapi.json`, in the repository",
  "[openapi/openapi.json](../../openapi/openapi.json)).",
  "",
  "- **Access.** Every request under `/v1` carries `Authorization: Bearer TOKEN`. `role` is the lowest role that may send it: `auditor`, then `ci`, then",
  "  `operator`, then `admin`. `GET /livez`, `/readyz`, `/docs` and `/openapi.json` need no token.",
  "- **Jobs.** Whatever takes AWS is a job: the answer is 202 and the noun as it is now. Read it with `?wait=60` until its status is `Completed` or `Exception`.",
  "- **Lists** are `items` and `next`; send `next` as `cursor` to read the next page. `next` is null on the last one.",
  "- **Errors** are problem documents ([Problem](#problem), RFC 9457) with a code from [the table](errors.md).",
  "- **Repeating a POST.** With an `Idempotency-Key` (1 to 255 characters), the first request is handled, and for 24 hours later ones get its answer.",
  "- **Component ids** (`kind:name`) are percent-encoded in paths.",
];

/** docs/reference/api.md */
export function apiPage({ tags, paths, components }: ApiDocument): string {
  const endpoints = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]): Endpoint => ({ name: `${method.toUpperCase()} ${path}`, ...operation }),
    ),
  );
  return page("HTTP API", "`openapi/openapi.json`", [
    ...INTRODUCTION,
    "",
    `Operations: ${tags.map(({ name }) => `[${name}](#${slugOf(name)})`).join(", ")}. Then [the nouns](#nouns) that they answer with.`,
    "",
    ...tags.flatMap((tag) => tagLines(tag, endpoints)),
    "## Nouns",
    "",
    "A member is always present unless it is marked *optional*.",
    "",
    ...Object.entries(components.schemas).flatMap(nounLines),
  ]);
}

function tagLines({ name, description }: ApiDocument["tags"][number], endpoints: readonly Endpoint[]): string[] {
  const own = endpoints.filter(({ tags }) => tags.includes(name));
  const rows = own.map((endpoint) => [
    code(endpoint.name),
    [endpoint.summary, endpoint.description].filter(Boolean).join(". "),
    endpoint["x-role"] ?? "–",
    answersOf(endpoint),
  ]);
  const bodies = own.flatMap(bodyLines);
  return [
    `## ${capitalised(name)}`,
    "",
    `${description}.`,
    "",
    ...table(["operation", "does", "role", "answers"], rows),
    "",
    ...parameterLines(own),
    ...bodies,
  ];
}

/** Refusals are the same everywhere and are left out. */
function answersOf({ responses }: Endpoint): string {
  const good = Object.entries(responses).filter(([status]) => !status.endsWith("XX"));
  return good.map(([status, { content = {} }]) => `${status} ${contentText(content)}`.trim()).join(", ");
}

function contentText(content: Content): string {
  const [[type, { schema }] = ["", { schema: {} }]] = Object.entries(content);
  if (type !== "application/json") return Object.keys(content).map(code).join(", ");
  const item = schema.properties?.["items"]?.items;
  return item?.$ref ? `page of ${nounLink(item.$ref)}` : nounText(schema);
}

function nounText(schema: Schema): string {
  if (schema.$ref) return nounLink(schema.$ref);
  return membersOf(schema)
    .map(({ name, schema }) => `\`${name}\` ${typeText(schema)}`)
    .join(", ");
}

/** The parameters of the query and the headers; those of the path stand in the path. */
function parameterLines(endpoints: readonly Endpoint[]): string[] {
  const rows = endpoints.flatMap(({ name: endpoint, parameters = [] }) =>
    parameters
      .filter((parameter) => parameter.in !== "path")
      .map(({ in: place, name, required = false, description, schema }) => ({
        endpoint,
        cells: [
          code(place === "header" ? `${name}:` : `?${name}`),
          typeText(schema),
          required ? "required" : defaultText(schema),
          description ?? "",
        ],
      })),
  );
  const groups = groupBy(rows, ({ cells }) => cells.join("|"));
  if (groups.size === 0) return [];
  const lines = [...groups.values()].map((group) => [
    ...(group[0]?.cells ?? []),
    group.map(({ endpoint }) => code(endpoint)).join(", "),
  ]);
  return [...table(["parameter", "type", "default", "means", "of"], lines), ""];
}

function bodyLines({ name, requestBody }: Endpoint): string[] {
  if (!requestBody) return [];
  const schema = requestBody.content["application/json"]?.schema;
  const title = `### Body of \`${name}\``;
  if (!schema) return [title, "", `Bytes: ${Object.keys(requestBody.content).map(code).join(", ")}.`, ""];
  const about = schema.description ? [`${schema.description}.`, ""] : [];
  const rows = membersOf(schema).map(({ name, required, schema }: Member) => [
    code(name),
    typeText(schema),
    required ? "required" : defaultText(schema),
    meaningOf(schema),
  ]);
  return [title, "", ...about, ...table(["member", "type", "default", "means"], rows), ""];
}

function defaultText({ default: fallback }: Schema): string {
  return fallback === undefined ? "" : code(JSON.stringify(fallback));
}

function nounLines([name, schema]: [string, Schema]): string[] {
  const about = meaningOf(schema);
  const lines = [`### ${name}`, "", ...(about ? [about.replace(/\.?$/, "."), ""] : [])];
  const members = membersOf(schema);
  if (members.length === 0) return [...lines, `${capitalised(typeText(schema))}.`, ""];
  const rows = members.map(({ name, required, schema }) => [
    code(name),
    required ? typeText(schema) : `${typeText(schema)}, *optional*`,
    meaningOf(schema),
  ]);
  return [...lines, ...table(["member", "type", "means"], rows), ""];
}
