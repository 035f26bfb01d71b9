import { fc } from "../support/seeded.ts";
import type { Api, Schema } from "./operations.ts";

type Values = fc.Arbitrary<unknown>;

/** A thing that exists, by its number among those of its kind: see `known-names.ts`. */
export function standIn(kind: string): fc.Arbitrary<string> {
  return fc.nat({ max: 60 }).map((number) => `@${kind}:${number}`);
}

/** Names of the team that the request is about, which `withNames` puts in. */
const ofTeam = (...parts: string[]) => fc.constantFrom(...parts.map((part) => `@team-${part}`));
const application = fc.oneof(
  { weight: 9, arbitrary: fc.constant("@team") },
  { weight: 1, arbitrary: fc.constant("shop") },
);
const stage = fc.oneof({ weight: 9, arbitrary: fc.constant("prod") }, { weight: 1, arbitrary: fc.constant("dev") });
const build = fc.oneof(fc.constantFrom("1", "2", "3", "9", "1841"), fc.constant("build 0"));
const activity = fc.oneof(standIn("dep"), standIn("rbk"));
const components = fc.oneof(
  { weight: 1, arbitrary: fc.constant("all") },
  { weight: 3, arbitrary: fc.uniqueArray(standIn("component"), { maxLength: 4 }) },
);

/** What a member or a parameter of that name may well be, whatever its schema takes. */
const BY_NAME: Readonly<Record<string, Values>> = {
  application,
  stage,
  build,
  toBuild: build,
  service: fc.constantFrom("api", "other"),
  package: fc.constant("api"),
  branch: fc.constantFrom("main", "feature/x"),
  commit: fc.constantFrom("3f2c", "8d1e"),
  target: fc.constant("default"),
  componentId: standIn("component"),
  component: standIn("component"),
  components,
  add: components,
  deployment: fc.oneof(standIn("dep"), fc.uniqueArray(standIn("dep"), { minLength: 1, maxLength: 2 })),
  rollback: standIn("rbk"),
  snapshot: standIn("snp"),
  planDigest: standIn("digest"),
  stacks: fc.uniqueArray(ofTeam("api", "jobs", "open", "none"), { minLength: 1, maxLength: 2 }),
  functions: fc.uniqueArray(ofTeam("pay", "cart", "*", "p*"), { maxLength: 2 }),
  cursor: standIn("cursor"),
  wait: fc.constantFrom(0, 1),
  expiresAt: fc.constantFrom(null, "2027-11-01T00:00:00Z"),
};

/** Ids by the noun in the path. */
const ID_BY_NOUN: Readonly<Record<string, Values>> = {
  deployments: standIn("dep"),
  rollbacks: standIn("rbk"),
  snapshots: standIn("snp"),
  pins: standIn("pin"),
  tokens: standIn("tok"),
  applications: standIn("rvl"),
};

/** What fits the parameter of a path. */
export function parameterOf(path: string, name: string): Values {
  return name === "id" ? (ID_BY_NOUN[path.split("/")[2] ?? ""] ?? activity) : (BY_NAME[name] ?? fc.string());
}

/** What a schema takes. Members with a well-known name are of what exists, for the most part. */
export function valuesOf({ nouns }: Pick<Api, "nouns">, schema: Schema, name = "", depth = 0): Values {
  const inner = (part: Schema, member = "") => valuesOf({ nouns }, part, member, depth + 1);
  const wellKnown = BY_NAME[name];
  if (wellKnown && depth > 0) return wellKnown;
  if (schema.$ref) return inner(nouns[schema.$ref.split("/").at(-1) ?? ""] ?? {}, name);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => inner(one)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.type === "object" || schema.properties) return objectOf(schema, inner);
  if (schema.type === "array") {
    const { minItems = 0, maxItems = 3 } = schema;
    const spread = { minLength: minItems, maxLength: Math.min(maxItems, minItems + 3) };
    return fc.uniqueArray(inner(schema.items ?? {}), { ...spread, selector: (one) => JSON.stringify(one) });
  }
  return scalarOf(schema);
}

function objectOf({ properties = {}, required = [] }: Schema, inner: (part: Schema, member: string) => Values): Values {
  const members = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part, name)]));
  return fc.record(members, { requiredKeys: [...required] });
}

function scalarOf(schema: Schema): Values {
  const { minimum = 0, maximum = 1_000, minLength = 0, maxLength = 40 } = schema;
  const spread = { minLength, maxLength: Math.min(maxLength, 40) };
  const scalars: Readonly<Record<string, Values>> = {
    integer: fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum)),
    boolean: fc.boolean(),
    null: fc.constant(null),
    string: schema.pattern
      ? fc.oneof(fc.stringMatching(new RegExp(schema.pattern)), fc.constantFrom("a", "b-c"))
      : fc.oneof(fc.string(spread), fc.constantFrom("words", "more words")),
  };
  return scalars[schema.type ?? "string"] ?? fc.jsonValue();
}

/** What no schema takes, or only just: other types, bounds, texts that are long, odd or dangerous. */
export const ODD: Values = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, [], {}, "", [[]], [null], "all", "*", "**", "a*b"),
  fc.constantFrom(0, -0, -1, 1, 200, 201, 2 ** 31, 2 ** 53, -(2 ** 53), 1.5, 1e300, 5e-324, Number.MAX_VALUE),
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "$ref", "undefined", "NaN"),
  fc.constantFrom(
    "\u0000",
    "a\u001bb",
    "\u007f",
    "\u0085",
    "a\r\nb",
    "\u2028",
    "\ufeff",
    "\u202eabc",
    "\ud800",
    "\udfffx",
    "é",
    "e\u0301",
    "𝔘𝔫",
    "🦆".repeat(60),
  ),
  fc.constantFrom(
    "../../etc/passwd",
    "%2e%2e%2f",
    "'; DROP TABLE activities;--",
    "${7*7}",
    "<script>alert(1)</script>",
    "=1+1",
    "\\",
    "/",
    "//",
    "?a=b",
    "#",
  ),
  fc.constantFrom("x".repeat(201), "x".repeat(4_001), "y".repeat(70_000), "\u0000".repeat(300)),
  fc.oneof(activity, standIn("snp"), standIn("tok"), standIn("pin"), standIn("component"), standIn("digest")),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(400, 5_001).map((length) => Array.from({ length }, (_, number) => `stack:s${number}`)),
);

/** Names of members that nothing has. */
const ODD_NAMES = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "extra", "", " ", "a\u0000b", "a/b~c", "Application"),
  fc.string({ unit: "binary", maxLength: 12 }),
);

/** A value with one to three changes somewhere in it: another value, a member less, a member more. */
export function mutated(values: Values): Values {
  const change = fc.record({
    at: fc.array(fc.nat({ max: 20 }), { maxLength: 4 }),
    how: fc.constantFrom("replace", "remove", "add"),
    name: ODD_NAMES,
    value: ODD,
  });
  return fc
    .tuple(values, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) => changes.reduce<unknown>((sum, one) => changed(sum, one), value));
}

interface Change {
  readonly at: readonly number[];
  readonly how: string;
  readonly name: string;
  readonly value: unknown;
}

function changed(whole: unknown, { at, how, name, value }: Change): unknown {
  const [first, ...rest] = at;
  const entries = typeof whole === "object" && whole !== null ? Object.entries(whole) : [];
  const rebuilt = (members: readonly (readonly [string, unknown])[]) =>
    Array.isArray(whole) ? members.map(([, one]) => one) : fromEntries(members);
  if (how === "add" && (first === undefined || entries.length === 0)) return rebuilt([...entries, [name, value]]);
  if (first === undefined || entries.length === 0) return value;
  const index = first % entries.length;
  if (how === "remove" && rest.length === 0) return rebuilt(entries.filter((_, other) => other !== index));
  return rebuilt(
    entries.map(([key, one], other) => [key, other === index ? changed(one, { at: rest, how, name, value }) : one]),
  );
}

/** `__proto__` becomes a member like any other, as in the JSON of an attacker. */
function fromEntries(members: readonly (readonly [string, unknown])[]): object {
  const made = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of members) Object.defineProperty(made, key, { value, enumerable: true, configurable: true });
  return made;
}
