import type { Permission } from "../../aws/gateways/facets.ts";
import { asObject, digestOf, isJsonObject, type Json, type JsonObject, sameJson } from "../../domain/json.ts";

/*
 * Statements of a function's resource policy in a normal form, in which equal meanings are equal data, and as requests of
 * AddPermission. AWS itself writes statements of AddPermission in this form (recorded in 2025).
 */

/** The place of each member of the request in a statement's `Condition`, with the key as AWS spells it. */
const CONDITIONS = [
  ["SourceAccount", "StringEquals", "AWS:SourceAccount"],
  ["EventSourceToken", "StringEquals", "lambda:EventSourceToken"],
  ["FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"],
  ["PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"],
  ["InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"],
  ["SourceArn", "ArnLike", "AWS:SourceArn"],
] as const;

/** IAM ignores the case of condition keys; these are AWS's own spellings. */
const SPELLINGS = new Map<string, string>(CONDITIONS.map(([, , key]) => [key.toLowerCase(), key]));

/** The id that IAM shows instead of the ARN of a deleted role or user (facts B5). */
const DELETED_PRINCIPAL = /^(AROA|AIDA)[A-Z0-9]+$/;

/** Whether a statement names only a role or user that was deleted, so that it lets nobody in and cannot be added again (facts I5). */
export function isDead(statement: Json | undefined): boolean {
  const principal = principalOf(asObject(statement ?? null)["Principal"]);
  return principal !== null && DELETED_PRINCIPAL.test(principal);
}

/** Whether `live` is the wanted statement, as IAM shows it since its role or user was deleted. */
export function isDeadFormOf(live: Json | undefined, wanted: Json | undefined): boolean {
  const [{ Principal: _dead, ...present }, { Principal: named, ...goal }] = [
    asObject(live ?? null),
    asObject(wanted ?? null),
  ];
  return isDead(live) && /:(role|user)\//.test(principalOf(named) ?? "") && sameJson(present, goal);
}

export interface StatementChanges {
  /** The wanted statements as far as anything can bring them back. */
  readonly reachable: JsonObject;
  /** Ids to add. A statement that changed is also among those to remove. */
  readonly adding: readonly string[];
  readonly removing: readonly string[];
  /** Wanted statements whose role or user is gone. They let nobody in: what is left of them stays as it is. */
  readonly dead: readonly string[];
}

/** What turns the live statements into the wanted ones. Pure. */
export function statementChanges(wanted: JsonObject, live: JsonObject): StatementChanges {
  const reachable = Object.fromEntries(
    Object.entries(wanted).flatMap(([id, statement]): [string, Json][] => {
      const present = Object.hasOwn(live, id) ? live[id] : undefined;
      if (isDeadFormOf(present, statement)) return [[id, present ?? null]];
      return isDead(statement) && !sameJson(present ?? null, statement) ? [] : [[id, statement]];
    }),
  );
  const isSame = (id: string) =>
    Object.hasOwn(reachable, id) && Object.hasOwn(live, id) && sameJson(reachable[id] ?? null, live[id] ?? null);
  return {
    reachable,
    adding: Object.keys(reachable).filter((id) => !isSame(id)),
    removing: Object.keys(live).filter((id) => !isSame(id)),
    dead: Object.keys(wanted).filter((id) => !sameJson(reachable[id] ?? null, wanted[id] ?? null)),
  };
}

/**
 * Statements by Sid, in normal form, without the Sid and without the resource `ownArn`. A statement without a Sid gets a
 * key made from its content. Pure.
 */
export function statementsById(statements: readonly JsonObject[], ownArn: string): JsonObject {
  return Object.fromEntries(
    statements.map((statement): [string, JsonObject] => {
      const { Sid, ...rest } = normalStatement(statement, ownArn);
      return typeof Sid === "string" ? [Sid, rest] : [unnamedId(rest), rest];
    }),
  );
}

/** A Sid has only letters, digits, `-` and `_`, so none can look like this. */
function unnamedId(statement: JsonObject): string {
  return `${UNNAMED}${digestOf(statement).slice(0, 12)}`;
}

export function hasSid(id: string): boolean {
  return !id.startsWith(UNNAMED);
}

/** The key as others see it: a digest of a statement would prove a guess of what it says. */
export function shownId(id: string): string {
  return hasSid(id) ? id : UNNAMED.trim();
}

const UNNAMED = "(no Sid) ";

/** One spelling for whatever has several in IAM: lists with one item, order in lists, principals, condition keys. */
function normalStatement({ Resource, Principal, Condition, ...others }: JsonObject, ownArn: string): JsonObject {
  return {
    ...Object.fromEntries(Object.entries(others).map(([key, value]) => [key, normalSet(value)])),
    ...(Principal === undefined ? {} : { Principal: normalPrincipal(Principal) }),
    ...(Condition === undefined ? {} : { Condition: normalCondition(asObject(Condition)) }),
    ...(Resource === undefined || normalSet(Resource) === ownArn ? {} : { Resource: normalSet(Resource) }),
  };
}

function normalSet(value: Json): Json {
  if (!Array.isArray(value)) return value;
  const items = [...new Set((value as readonly Json[]).map(String))].sort();
  return items.length === 1 ? (items[0] ?? null) : items;
}

function normalPrincipal(principal: Json): Json {
  if (!isJsonObject(principal)) return principal;
  const sorted = Object.fromEntries(Object.entries(principal).map(([key, value]) => [key, normalSet(value)]));
  return sorted["AWS"] === "*" && Object.keys(sorted).length === 1 ? "*" : sorted;
}

function normalCondition(condition: JsonObject): JsonObject {
  const normalTests = (tests: Json) =>
    Object.fromEntries(
      Object.entries(asObject(tests)).map(([key, value]) => [
        SPELLINGS.get(key.toLowerCase()) ?? key,
        normalSet(typeof value === "boolean" ? String(value) : value),
      ]),
    );
  return Object.fromEntries(Object.entries(condition).map(([operator, tests]) => [operator, normalTests(tests)]));
}

/** The request that adds a statement, or why none can. */
type Addable = { readonly permission: Permission } | { readonly lost: string };

/** AddPermission's request for a statement in normal form. It covers the whole statement or is refused. Pure. */
export function toPermission(id: string, statement: JsonObject): Addable {
  const { Effect, Action, Principal, Condition, ...others } = statement;
  const lost = (why: string) => ({ lost: `The statement ${id} ${why}.` });
  if (!hasSid(id)) return lost("has no Sid, and AddPermission needs one");
  if (Effect !== "Allow") return lost(`has the effect ${JSON.stringify(Effect)}, and only Allow can be added`);
  if (typeof Action !== "string") return lost("does not name exactly one action");
  const unknown = Object.keys(others);
  if (unknown.length > 0) return lost(`has ${unknown.join(", ")}, which cannot be added`);
  const principal = principalOf(Principal);
  if (principal === null) return lost("has a principal that cannot be added");
  if (DELETED_PRINCIPAL.test(principal)) return lost(`names the role or user ${principal}, which was deleted`);
  const conditions = conditionsOf(asObject(Condition));
  if (conditions === null) return lost("has a condition that cannot be added");
  return { permission: { StatementId: id, Action, Principal: principal, ...conditions } };
}

function principalOf(principal: Json | undefined): string | null {
  if (principal === "*") return "*";
  const [[kind, value] = [], ...more] = Object.entries(asObject(principal));
  const isKnown = (kind === "Service" || kind === "AWS") && typeof value === "string" && more.length === 0;
  return isKnown ? value : null;
}

/** Null if the request cannot express a test. */
function conditionsOf(condition: JsonObject): Partial<Permission> | null {
  const found: Record<string, string | boolean> = {};
  for (const [operator, tests] of Object.entries(condition)) {
    for (const [key, value] of Object.entries(asObject(tests))) {
      const known = CONDITIONS.find(([, op, name]) => op === operator && name === key);
      if (!known || typeof value !== "string") return null;
      found[known[0]] = operator === "Bool" ? value === "true" : value;
    }
  }
  return found as Partial<Permission>;
}
