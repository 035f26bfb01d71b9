import { groupBy } from "../house/counts.ts";
import { meaningOf, membersOf, nounLink, type Schema, typeText } from "./json-schema.ts";
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
  readonly responses: Readonly<Record<string, Response & { readonly $ref?: string }>>;
  readonly "x-required-role"?: readonly string[];
}

interface Response {
  readonly description: string;
  readonly content?: Content;
  /** The codes of a refusal. */
  readonly "x-codes"?: readonly string[];
}

/** openapi/openapi.json */
export interface ApiDocument {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
}

interface Endpoint extends Operation {
  /** `POST /v1/rollbacks` */
  readonly name: string;
}

/** Its meaning is a page of its own. */
const ERROR_CODES = "ErrorCode";

const INTRODUCTION = [
  "A running service shows the same at `/docs`, where it can be tried, and as an OpenAPI 3.1 document at `/openapi.json`",
  "([openapi/openapi.json](../../openapi/openapi.json)).",
  "",
  "- **Access.** Every request under `/v1` carries `Authorization: Bearer TOKEN`. The column *role* names the roles that may send it.",
  "  `GET /livez`, `/readyz`, `/docs` and `/openapi.json` need no token; `POST /v1/tokens/exchange` has it in its form.",
  "- **Jobs.** Whatever needs AWS runs as a job. The service returns 202 and the noun as it is at that moment; read the noun with `?wait=60` until its status is",
  "  `Completed` or `Exception`.",
  "- **Lists** are objects with `items` and `next`. Send `next` as `?cursor` to read the next page; it is null on the last page.",
  "- **Errors** are problem documents ([Problem](#problem), RFC 9457) with a code from [errors.md](errors.md). The last column names those that an",
  "  operation may have besides the ones that any may have: a request that is not valid, a login that may not do it, an outage.",
  "- **Idempotency.** Send an `Idempotency-Key` (1 to 255 characters) with a POST, and every further POST with that key within 24 hours gets the first answer.",
  "- **Component ids** (`kind:name`) are percent-encoded in paths.",
];

/** docs/reference/api.md */
export function apiPage({ tags, paths, components }: ApiDocument): string {
  const endpoints = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]): Endpoint => ({
        ...operation,
        name: `${method.toUpperCase()} ${path}`,
        responses: Object.fromEntries(
          Object.entries(operation.responses).map(([status, response]) => [status, resolved(components, response)]),
        ),
      }),
    ),
  );
  const everywhere = codesOfAll(endpoints);
  const nouns = Object.entries(components.schemas);
  return page("HTTP API", "`openapi/openapi.json`", [
    ...INTRODUCTION,
    "",
    "## Contents",
    "",
    `- Operations: ${tags.map(({ name }) => `[${name}](#${slugOf(name)})`).join(", ")}`,
    "- [Parameters](#parameters) of queries and headers",
    `- Nouns: ${nouns.map(([name]) => `[${name}](#${slugOf(name)})`).join(", ")}`,
    "",
    ...tags.flatMap((tag) => tagLines(tag, endpoints, everywhere)),
    "## Parameters",
    "",
    ...table(["parameter", "type", "default", "means", "of"], parameterRows(endpoints)),
    "",
    "## Nouns",
    "",
    "A member is always present unless it is marked *optional*.",
    "",
    ...nouns.flatMap(nounLines),
  ]);
}

function resolved({ responses }: ApiDocument["components"], response: Endpoint["responses"][string]): Response {
  return responses[response.$ref?.split("/").at(-1) ?? ""] ?? response;
}

function tagLines(
  { name, description }: ApiDocument["tags"][number],
  endpoints: readonly Endpoint[],
  everywhere: readonly string[],
): string[] {
  const own = endpoints.filter(({ tags }) => tags.includes(name));
  const rows = own.map((endpoint) => [
    code(endpoint.name),
    [endpoint.summary, endpoint.description].filter(Boolean).join(". "),
    (endpoint["x-required-role"] ?? ["–"]).join(", "),
    takesText(endpoint),
    returnsText(endpoint),
    codesIn(endpoint)
      .filter((one) => !everywhere.includes(one))
      .map(code)
      .join(", "),
  ]);
  return [
    `## ${capitalised(name)}`,
    "",
    `${description}.`,
    "",
    ...table(["operation", "does", "role", "takes", "returns", "may be refused with"], rows),
    "",
    ...own.flatMap(bodyLines),
  ];
}

/** The parameters of the path stand in the path. */
function outsideThePath({ parameters = [] }: Endpoint): readonly Parameter[] {
  return parameters.filter((parameter) => parameter.in !== "path");
}

function parameterName({ in: place, name }: Parameter): string {
  return code(place === "header" ? `${name}:` : `?${name}`);
}

function takesText(endpoint: Endpoint): string {
  const body = endpoint.requestBody ? [`[body](#${slugOf(bodyTitle(endpoint))})`] : [];
  return [...body, ...outsideThePath(endpoint).map(parameterName)].join(", ");
}

function bodyTitle({ name }: Endpoint): string {
  return `Body of \`${name}\``;
}

/** The codes that the refused answers of an operation may have. */
function codesIn({ responses }: Endpoint): readonly string[] {
  return Object.values(responses).flatMap((response) => response["x-codes"] ?? []);
}

/** What any operation that takes a login may be refused with. */
function codesOfAll(endpoints: readonly Endpoint[]): readonly string[] {
  const own = endpoints.filter((endpoint) => endpoint["x-required-role"]).map(codesIn);
  return (own[0] ?? []).filter((one) => own.every((codes) => codes.includes(one)));
}

function returnsText({ responses }: Endpoint): string {
  const good = Object.entries(responses).filter(([status]) => status.startsWith("2"));
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

/** One row for each parameter that differs from all others, with the tags of the operations that take it. */
function parameterRows(endpoints: readonly Endpoint[]): string[][] {
  const rows = endpoints.flatMap((endpoint) =>
    outsideThePath(endpoint).map((parameter) => {
      const { required = false, description = "", schema } = parameter;
      const fallback = required ? "required" : defaultText(schema);
      return { tags: endpoint.tags, cells: [parameterName(parameter), typeText(schema), fallback, description] };
    }),
  );
  return [...groupBy(rows, ({ cells }) => cells.join("|")).values()].map((group) => [
    ...(group[0]?.cells ?? []),
    [...new Set(group.flatMap(({ tags }) => tags))].join(", "),
  ]);
}

function bodyLines(endpoint: Endpoint): string[] {
  const { content = {} } = endpoint.requestBody ?? {};
  if (Object.keys(content).length === 0) return [];
  const schema = content["application/json"]?.schema;
  const title = [`### ${bodyTitle(endpoint)}`, ""];
  if (!schema) return [...title, `Bytes: ${Object.keys(content).map(code).join(", ")}.`, ""];
  const about = schema.description ? [`${schema.description}.`, ""] : [];
  const rows = membersOf(schema).map(({ name, required, schema }) => [
    code(name),
    typeText(schema),
    required ? "required" : defaultText(schema),
    meaningOf(schema),
  ]);
  return [...title, ...about, ...table(["member", "type", "default", "means"], rows), ""];
}

function defaultText({ default: fallback }: Schema): string {
  return fallback === undefined ? "" : code(JSON.stringify(fallback));
}

function nounLines([name, schema]: [string, Schema]): string[] {
  const about = meaningOf(schema);
  if (name === ERROR_CODES) return [`### ${name}`, "", "One of the codes in [errors.md](errors.md).", ""];
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
