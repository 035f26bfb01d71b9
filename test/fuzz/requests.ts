import { fc } from "../support/seeded.ts";
import { LOGINS } from "./logins.ts";
import type { Api, Operation } from "./operations.ts";
import { mutated, ODD, parameterOf, valuesOf } from "./values.ts";

/** A request as data. What exists is named by stand-ins. */
export interface FuzzRequest {
  /** Who sends it: a name of `LOGINS`. */
  readonly login: string;
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for none. */
  readonly body: string | null;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

const anyone = fc.constantFrom(...LOGINS.map(({ name }) => name));

/** Most may do what they ask for: only they get as far as the services. */
function loginFor({ roles }: Operation): fc.Arbitrary<string> {
  const allowed = LOGINS.filter(({ name, isIn }) => isIn && (roles ?? []).some((role) => name.endsWith(`-${role}`)));
  const fitting = fc.constantFrom("root", ...allowed.map(({ name }) => name));
  return fc.oneof({ weight: 4, arbitrary: fitting }, { weight: 1, arbitrary: anyone });
}

/** Requests over all operations: whole ones, spoilt ones, and some about nothing. */
export function requestsOf(api: Api): fc.Arbitrary<FuzzRequest> {
  const each = api.operations.map((operation) => requestOf(api, operation));
  return fc.oneof({ weight: 30, arbitrary: fc.oneof(...each) }, { weight: 1, arbitrary: wild(api) });
}

function requestOf(api: Api, operation: Operation): fc.Arbitrary<FuzzRequest> {
  const headers = fc.tuple(ownHeaders(operation), oddHeaders).map(([own, odd]) => ({ ...own, ...odd }));
  const parts = fc.record({
    login: loginFor(operation),
    path: pathOf(operation),
    query: queryOf(api, operation),
    headers,
    body: bodyOf(api, operation),
  });
  return parts.map(({ path, query, body, ...rest }) => ({
    ...rest,
    method: operation.method,
    url: query === "" ? path : `${path}?${query}`,
    headers: body === null ? rest.headers : { ...body.headers, ...rest.headers },
    body: body?.text ?? null,
  }));
}

function pathOf({ path }: Operation): fc.Arbitrary<string> {
  const segments = path.split("/").map((segment): fc.Arbitrary<string> => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) return fc.constant(segment);
    const odd = fc.oneof(
      ODD.map(encoded),
      fc.constantFrom("", ".", "..", "%", "%ZZ", "%00", "%2f", "%252f", "%c0%af", "x".repeat(1_300)),
    );
    return fc.oneof({ weight: 12, arbitrary: parameterOf(path, name).map(encoded) }, { weight: 1, arbitrary: odd });
  });
  const whole = fc.tuple(...segments).map((parts) => parts.join("/"));
  const spoilt = fc
    .tuple(whole, fc.constantFrom("/", "//", "/x", "%00", ";a=b", "/..", "/%2e%2e"))
    .map((parts) => parts.join(""));
  return fc.oneof({ weight: 40, arbitrary: whole }, { weight: 1, arbitrary: spoilt });
}

/** Lone surrogates become U+FFFD, as everywhere in UTF-8. Stand-ins stay readable: what they stand for has nothing to encode but the colon of a component. */
function encoded(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return encodeURIComponent(Buffer.from(text).toString())
    .replace(/%40(\w+)%3A(\d+)/g, "@$1:$2")
    .replaceAll("%40team", "@team");
}

function queryOf(api: Api, operation: Operation): fc.Arbitrary<string> {
  const known = operation.parameters.filter((one) => one.in === "query");
  const pair = (name: string, value: unknown) => `${encoded(name)}=${encoded(value)}`;
  const whole = known.map(({ name, schema, required }) => {
    const one = valuesOf(api, schema, name, 1).map((value) => pair(name, value));
    return fc.option(one, { nil: "", freq: required ? 20 : 1 });
  });
  const odd = fc.tuple(
    fc.oneof(
      fc.constantFrom("limit", "x", "wait", "cursor", "__proto__", ...known.map(({ name }) => name)),
      fc.string(),
    ),
    ODD,
  );
  const joined = fc.tuple(...whole).map((pairs) => pairs.filter((one) => one !== "").join("&"));
  const spoilt = fc.tuple(joined, odd).map(([rest, [name, value]]) => `${rest}&${pair(name, value)}`);
  return fc.oneof({ weight: 8, arbitrary: joined }, { weight: 1, arbitrary: spoilt });
}

interface Body {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

function bodyOf(api: Api, { id, bodies }: Operation): fc.Arbitrary<Body | null> {
  const schema = bodies["application/json"]?.schema;
  const json = (values: fc.Arbitrary<unknown>) => values.map((value) => bodyWith(JSON.stringify(value)));
  const strange = fc.oneof(
    json(ODD),
    fc
      .constantFrom(
        "",
        "{",
        "{}",
        "null",
        "[",
        '{"a":1}',
        '{"a":1,"a":2}',
        "1e400",
        "\ufeff{}",
        '{"__proto__":{}}',
        "[".repeat(3_000),
      )
      .map(bodyWith),
  );
  if (!schema) return fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: strange });
  const whole = (ONLY_ONE_OF[id] ?? anyValue)(valuesOf(api, schema));
  return fc.oneof(
    { weight: 10, arbitrary: json(whole) },
    { weight: 6, arbitrary: json(mutated(whole)) },
    { weight: 1, arbitrary: strange },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

const anyValue = (values: fc.Arbitrary<unknown>) => values;

/** Members that exclude each other, which no schema says: one of them stays. */
const keepingOne =
  (...names: string[]) =>
  (values: fc.Arbitrary<unknown>) =>
    fc.tuple(values, fc.constantFrom(...names)).map(([value, kept]) => {
      const dropped = new Set(names.filter((name) => name !== kept));
      return Object.fromEntries(Object.entries(value as object).filter(([name]) => !dropped.has(name)));
    });

const ONLY_ONE_OF: Readonly<Record<string, typeof anyValue>> = {
  openRollback: keepingOne("deployment", "deployment", "rollback", "snapshot"),
  createToken: keepingOne("role", "grants"),
};

function bodyWith(text: string): Body {
  return { text, headers: { "content-type": "application/json" } };
}

/** Keys come again, with the same request and with others. */
const idempotencyKey = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 30 }).map((number) => `key-${number}`) },
  { weight: 1, arbitrary: fc.constantFrom("", "k".repeat(255), "k".repeat(256), "a\u007fb", "é", "a,b") },
);

function ownHeaders({ method }: Operation): fc.Arbitrary<Record<string, string>> {
  if (method !== "POST") return fc.constant({});
  return fc.option(
    idempotencyKey.map((key) => ({ "idempotency-key": key })),
    { nil: {}, freq: 1 },
  );
}

const digits = fc.constantFrom("0", "5", "", "-1", "x", "99999999999999999999");
const oddHeader: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc
    .constantFrom(
      "application/json; charset=utf-8",
      "application/json;charset=latin1",
      "text/plain",
      "",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/problem+json",
      "x",
      "application/x-tar",
    )
    .map((value) => ({ "content-type": value })),
  digits.map((value) => ({ "content-length": value })),
  digits.map((value) => ({ "last-event-id": value })),
  fc.constantFrom("*", '"x"', 'W/"x"').map((value) => ({ "if-match": value })),
  fc.constantFrom("*", '"x"').map((value) => ({ "if-none-match": value })),
  fc.constantFrom("Thu, 01 Jan 1970 00:00:00 GMT", "x").map((value) => ({ "if-modified-since": value })),
  fc.constantFrom("bytes=0-1", "bytes=5-", "x").map((value) => ({ range: value })),
  fc.constantFrom("text/html", "*/*;q=0", "x").map((value) => ({ accept: value })),
  fc.constantFrom("gzip", "identity;q=0").map((value) => ({ "accept-encoding": value })),
  fc.constantFrom("chunked", "gzip").map((value) => ({ "transfer-encoding": value })),
  fc
    .constantFrom("forged", "127.0.0.1")
    .map((value) => ({ "x-request-id": value, "x-forwarded-for": value, "x-http-method-override": "DELETE" })),
  fc.constantFrom("sha-256=:x:", `sha-256=:${"A".repeat(43)}=:`).map((value) => ({ "content-digest": value })),
  fc.constantFrom("x", "0".repeat(64)).map((value) => ({ "x-content-sha256": value })),
  fc.constantFrom("https://example.org", "null").map((value) => ({ origin: value, cookie: "session=x" })),
);
const oddHeaders = fc
  .option(oddHeader, { nil: {}, freq: 1 })
  .chain((one) => fc.boolean().map((isKept) => (isKept ? one : {})));

/** Other methods and other addresses. */
function wild({ operations }: Api): fc.Arbitrary<FuzzRequest> {
  const address = fc.oneof(
    fc.constantFrom(
      "/",
      "/v1",
      "/v1/",
      "/v2/deployments",
      "/openapi.json",
      "/docs",
      "/docs/static/%2e%2e/x",
      "/metrics",
      "/livez/x",
    ),
    fc.oneof(...operations.map(pathOf)),
    fc.webPath().map((path) => path || "/"),
  );
  return fc.record({
    login: anyone,
    method: fc.constantFrom(...METHODS),
    url: address,
    headers: oddHeaders,
    body: fc.constant(null),
  });
}
