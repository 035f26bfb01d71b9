import AjvCompiler from "@fastify/ajv-compiler";
import { LOGINS, TENANTS } from "./logins.ts";
import { type Api, type Operation, operationAt, type Response } from "./operations.ts";
import type { FuzzRequest } from "./requests.ts";

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Whose a job, a snapshot, a pin or a mark is: its team, by id. */
export type Owners = ReadonlyMap<string, string>;

export type Judge = (request: FuzzRequest, answer: Answer, owners: Owners) => Verdict;

export interface Verdict {
  /** The operation that was reached; null for none. */
  readonly operation: Operation | null;
  /** The code of a problem document. */
  readonly code: string | null;
  /** What is wrong with the answer, in words. */
  readonly faults: readonly string[];
}

/** One value, and not a line of it each. */
const IS_JSON = /^application\/(\w+\+)?json\b/;

type Validate = (data: unknown) => boolean;

/** Compares answers with what the OpenAPI document says of them, and with what their receiver may see. No 5xx but in an outage. */
export function createJudge(api: Api, { isOutage = false } = {}): Judge {
  const validatorOf = createValidators(api);
  const spoken = createSpoken();
  return (request, answer, owners) => {
    const operation = operationAt(api, request.method, request.url);
    const body = parsed(answer);
    const code = isProblem(answer) && isMembers(body) ? String(body["code"]) : null;
    const documented = operation?.responses[answer.statusCode] ?? null;
    const faults = [
      ...(operation ? documentedFaults(request, answer, { documented, code, validatorOf }) : []),
      ...(operation || isOfNothing(request, answer) ? [] : [`${answer.statusCode} where there is no operation`]),
      ...(answer.statusCode >= 500 && !isOutage ? [`it is a ${answer.statusCode}`] : []),
      ...(code === null ? [] : problemFaults(answer, body as Members)),
      ...(/^req_/.test(String(answer.headers["x-request-id"])) ? [] : ["it has no request id"]),
      ...foreignNames(request, answer.body, owners)
        .filter(spoken.isNew)
        .map((name) => `it shows ${name} to ${request.login}`),
    ];
    if (answer.statusCode < 300) spoken.hear(request);
    return { operation, code, faults };
  };
}

interface Documented {
  /** Null for a status that the document does not have. */
  readonly documented: Response | null;
  readonly code: string | null;
  readonly validatorOf: (type: string, response: Response) => Validate;
}

function documentedFaults(
  { method }: FuzzRequest,
  { statusCode, headers, body: text }: Answer,
  { documented, code, validatorOf }: Documented,
): string[] {
  if (documented === null) return [`the status ${statusCode} (${code}) is not documented`];
  const codes = documented["x-codes"];
  if (code !== null && codes && !codes.includes(code)) return [`the code ${code} is not documented`];
  const [type = ""] = String(headers["content-type"] ?? "").split(";");
  if (method === "HEAD") return text === "" ? [] : ["an answer to HEAD has a body"];
  if (documented.content === undefined) return text === "" ? [] : ["it has a body and none is documented"];
  if (!(type in documented.content)) return [`the media type ${type} is not documented`];
  if (!IS_JSON.test(type)) return [];
  return validatorOf(type, documented)(parsed({ body: text, headers }))
    ? []
    : [`the body is not what is documented: ${text.slice(0, 300)}`];
}

function createValidators({ nouns }: Api): Documented["validatorOf"] {
  const external = Object.fromEntries(
    Object.entries(nouns).map(([name, schema]) => [name, local({ $id: name, ...schema })]),
  );
  const compile = AjvCompiler()(external, {
    customOptions: { strict: false, coerceTypes: false, useDefaults: false, removeAdditional: false },
  });
  const known = new Map<unknown, Validate>();
  return (type, response) => {
    const schema = response.content?.[type]?.schema ?? {};
    const validate = known.get(schema) ?? (compile({ schema: local(schema) } as never) as Validate);
    known.set(schema, validate);
    return validate;
  };
}

/** Names of the document as the compiler knows them. */
function local(schema: object): object {
  return JSON.parse(
    JSON.stringify(schema)
      .replaceAll('"#/components/schemas/', '"')
      .replaceAll(/("\$ref":"\w+)"/g, '$1#"'),
  );
}

type Members = Readonly<Record<string, unknown>>;

function isMembers(body: unknown): body is Members {
  return typeof body === "object" && body !== null;
}

function isProblem({ headers }: Pick<Answer, "headers">): boolean {
  return String(headers["content-type"]).startsWith("application/problem+json");
}

function parsed({ headers, body }: Pick<Answer, "headers" | "body">): unknown {
  return IS_JSON.test(String(headers["content-type"])) && body !== "" ? JSON.parse(body) : null;
}

function problemFaults({ headers, statusCode }: Answer, body: Members): string[] {
  const isReplayed = headers["idempotency-replayed"] === "true";
  return [
    ...["type", "title", "detail", "code", "advice", "requestId"]
      .filter((name) => !body[name])
      .map((name) => `the problem has no ${name}`),
    ...(body["status"] === statusCode ? [] : ["the problem has another status"]),
    ...(isReplayed || body["requestId"] === headers["x-request-id"] ? [] : ["the problem has another request id"]),
  ];
}

/** The page of the document, the document itself, and nothing else. */
function isOfNothing({ url }: FuzzRequest, { statusCode }: Answer): boolean {
  return statusCode === 404 || (statusCode < 400 && /^\/(docs|openapi\.json)/.test(url));
}

const NAMES = /(?:acme|zeta)[\w-]*|(?:dep|rbk|snp|pin|rvl)_[0-9a-z]{20}/g;

/** Names that somebody of another team has written into something of their own: no answer with them gives anything away. */
function createSpoken() {
  const spoken = new Set<string>();
  return {
    hear: ({ login, body }: FuzzRequest) => {
      for (const name of body?.match(NAMES) ?? []) if (!login.startsWith(name.slice(0, 4))) spoken.add(name);
    },
    isNew: (name: string) => !spoken.has(name),
  };
}

/** Names, words and ids of a team in an answer to somebody of the other one, unless the request had them. */
function foreignNames({ login, url, body, headers }: FuzzRequest, text: string, owners: Owners): string[] {
  const reader = LOGINS.find(({ name }) => name === login);
  const others = TENANTS.filter((tenant) => reader?.isIn === false || (reader?.tenant && reader.tenant !== tenant));
  const sent = `${decoded(url)} ${body} ${Object.values(headers).join(" ")}`;
  const isOfOthers = (name: string) => others.some((other) => name.startsWith(other) || owners.get(name) === other);
  return (text.match(NAMES) ?? []).filter((name) => isOfOthers(name) && !sent.includes(name));
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
