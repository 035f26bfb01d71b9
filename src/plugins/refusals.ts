import type { FastifyInstance, FastifySchema, RouteOptions } from "fastify";
import { Type } from "typebox";
import { READERS } from "../domain/access/roles.ts";
import { ERROR_TABLE, type ErrorCode } from "../domain/errors.ts";
import { isOfOne } from "./access-control.ts";
import { takesNames } from "./secret-texts.ts";

declare module "fastify" {
  interface FastifySchema {
    /** The codes of the refusals that the route may answer with, all of them. */
    "x-refused-with"?: readonly ErrorCode[];
  }
}

/** Where `refusals` leaves its codes, until `addRefusals` takes them. */
const CODES = "refusedWith";

/**
 * What an operation may be refused with, for the `response` of its schema: only what is its own. What every operation of its
 * method and address may be refused with is added by `addRefusals`. Pure.
 */
export function refusals(...codes: readonly ErrorCode[]): Record<never, never> {
  return { [CODES]: codes };
}

/** Whoever calls, and whatever the operation is about. */
const OF_ALL = [
  "VALIDATION_FAILED",
  "UNAUTHENTICATED",
  "REQUEST_NOT_OF_PAGE",
  "TOO_MANY_FAILED_LOGINS",
  "TOO_MANY_REQUESTS",
  "TOO_MANY_OPEN_REQUESTS",
  "INTERNAL",
  "KEY_LOST",
  "STORE_UNAVAILABLE",
  "KEY_UNAVAILABLE",
  "KEY_DENIED",
  "KEY_DISABLED",
  "SHUTTING_DOWN",
] as const satisfies readonly ErrorCode[];

/** Of everything that writes. */
const OF_WRITES = ["FENCED", "DISK_FULL"] as const satisfies readonly ErrorCode[];

const OF_JSON_BODIES = ["PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] as const satisfies readonly ErrorCode[];

const OF_POSTS = ["IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_IN_PROGRESS"] as const satisfies readonly ErrorCode[];

/** Adds to each route what it may be refused with because of its method and its address. A route without a query takes none. */
export function addRefusals(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const { schema = {} } = route;
    const { [CODES]: own = [], ...response } = (schema.response ?? {}) as { [CODES]?: readonly ErrorCode[] };
    route.schema = {
      ...schema,
      querystring: schema.querystring ?? NO_QUERY,
      response,
      "x-refused-with": [...new Set([...commonCodes(route), ...own])],
    };
  });
}

const NO_QUERY = Type.Object({}, { additionalProperties: false });

function commonCodes({ method, url, config, schema = {} }: RouteOptions): readonly ErrorCode[] {
  const isAddressed = url.includes(":");
  const isRead = method === "GET" || method === "HEAD";
  return [
    ...OF_ALL,
    ...(isForReaders(schema) && isOfOne(url, String(method)) ? [] : (["FORBIDDEN"] as const)),
    ...(isAddressed ? (["NOT_FOUND"] as const) : []),
    ...(isAddressed && !isForReaders(schema) ? (["OUTSIDE_GRANT"] as const) : []),
    ...(isRead && !config?.isRecorded ? [] : OF_WRITES),
    ...(isRead || !takesNames(schema) ? [] : (["SECRET_IN_NAME"] as const)),
    ...(isRead || takesBytes(schema) ? [] : OF_JSON_BODIES),
    ...(method === "POST" ? OF_POSTS : []),
    ...(config?.canWait ? (["OVERLOADED"] as const) : []),
    ...(config?.showsSecret ? (["SECRET_SHOWN_ONCE"] as const) : []),
  ];
}

/** Who may see something may read all of it, so no other grant can be missing. */
function isForReaders({ "x-required-role": roles = [] }: FastifySchema): boolean {
  return READERS.every((role) => roles.includes(role));
}

function takesBytes({ body }: FastifySchema): boolean {
  return typeof body === "object" && body !== null && "content" in body;
}

interface Described {
  "x-refused-with"?: readonly ErrorCode[];
  responses?: Record<string, unknown>;
}

interface Document {
  paths?: Record<string, Record<string, Described>>;
  components?: { responses?: Record<string, unknown> };
}

/** Writes the refusals of each operation into its responses: one a status, shared where several operations have the same. */
export function describeRefusals(document: Document): void {
  const operations = Object.values(document.paths ?? {}).flatMap((methods) => Object.values(methods));
  const refused = operations.map((operation) => ({ operation, byStatus: codesByStatus(operation) }));
  const names = refused.flatMap(({ byStatus }) => [...byStatus].map(nameOf));
  const shared = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const responses: Record<string, unknown> = {};
  for (const { operation, byStatus } of refused) {
    delete operation["x-refused-with"];
    for (const [status, codes] of byStatus) {
      const name = nameOf([status, codes]);
      if (shared.has(name)) responses[name] = refusal(codes);
      const response = shared.has(name) ? ref(name) : refusal(codes);
      operation.responses = { ...operation.responses, [status]: response };
    }
    operation.responses = { ...operation.responses, ...OTHERS };
  }
  document.components = { ...document.components, responses };
}

const PROBLEM = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };

/** What is refused before it is known which operation it is about, such as headers that are too large, and what a later version adds. */
const OTHERS = {
  "4XX": { description: "The request was refused", content: PROBLEM },
  "5XX": { description: "The service failed", content: PROBLEM },
};

function ref(name: string): object {
  return { $ref: `#/components/responses/${name}` };
}

function codesByStatus({ "x-refused-with": codes = [] }: Described): ReadonlyMap<number, readonly ErrorCode[]> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_TABLE[code];
    if (status !== null) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function nameOf([status, codes]: readonly [number, readonly ErrorCode[]]): string {
  return [status, ...codes].join("-");
}

function refusal(codes: readonly ErrorCode[]): object {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_TABLE[code].title}`).join(". "),
    "x-codes": codes,
    content: PROBLEM,
  };
}
