import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { isJsonObject, type Json } from "../json.ts";
import { isLoopbackHost } from "../loopback.ts";
import { patternContains } from "../name-pattern.ts";
import { EVERYWHERE, type Grant } from "./grants.ts";
import { ROLES } from "./roles.ts";
import { whyEverybody } from "./shared-issuers.ts";

/** Which pipelines get a grant without a secret: those whose OIDC token is by this issuer, for this audience, with these claims. */
export interface PipelineRule {
  readonly issuer: string;
  readonly audience: string;
  /** Patterns by claim name. At least one. */
  readonly claims: Readonly<Record<string, string>>;
  readonly grant: Grant;
}

/** The claims of a token whose signature is good. */
export type Claims = Readonly<Record<string, unknown>>;

const Text = Type.String({ minLength: 1, maxLength: 1_000 });
const Patterns = Type.Optional(Type.Array(Text, { minItems: 1 }));
const Rule = Type.Object(
  {
    issuer: Type.Refine(Type.String(), isIssuer, () => "must be an https address, written as `iss` in its tokens"),
    audience: Text,
    claims: Type.Record(Type.String(), Text, { minProperties: 1 }),
    role: Type.Enum([...ROLES]),
    ...{ applications: Patterns, stages: Patterns, targets: Patterns, stacks: Patterns, functions: Patterns },
  },
  { additionalProperties: false },
);

/** The rules that the entries of a file say, and every fault of them, which names the entry. Pure. */
export function readPipelineRules(entries: readonly Json[]): {
  readonly rules: readonly PipelineRule[];
  readonly faults: readonly string[];
} {
  const read = entries.map((entry, index) => readRule(entry, `entry ${index}`));
  return { rules: read.flatMap(({ rule }) => rule ?? []), faults: read.flatMap(({ faults }) => faults) };
}

interface ReadRule {
  readonly rule: PipelineRule | null;
  readonly faults: readonly string[];
}

function readRule(entry: Json, place: string): ReadRule {
  if (isJsonObject(entry) && "login" in entry)
    return { rule: null, faults: [`${place}: \`login\`, for people, is not supported yet`] };
  if (!Value.Check(Rule, entry)) return { rule: null, faults: [`${place}: ${shapeFaults(entry).join("; ")}`] };
  const rule = ruleOf(entry);
  const fault = whyEverybody(rule.issuer, rule.claims);
  return fault === null ? { rule, faults: [] } : { rule: null, faults: [`${place}: ${fault}`] };
}

function ruleOf({ issuer, audience, claims, ...grant }: Static<typeof Rule>): PipelineRule {
  return { issuer, audience, claims, grant: { ...EVERYWHERE, ...grant } };
}

function shapeFaults(entry: Json): string[] {
  const known = Object.keys(Rule.properties);
  const unknown = isJsonObject(entry) ? Object.keys(entry).filter((name) => !known.includes(name)) : [];
  const others = Value.Errors(Rule, entry).filter(
    ({ keyword }) => keyword !== "additionalProperties" && keyword !== "boolean",
  );
  return [
    ...unknown.map((name) => `\`${name}\` is not known`),
    ...others.map(({ instancePath, message }) => `${instancePath.slice(1)} ${message}`.trim()),
  ];
}

/** Exactly what `new URL` makes of it, but for the slash of an empty path: other spellings never equal the `iss` of a token. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, href, username, search, hash } = new URL(text);
  if (username !== "" || search !== "" || hash !== "" || (href !== text && href !== `${text}/`)) return false;
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
}

/** The grants of all rules that admit these claims. The issuer is not compared: it said which keys count. Pure. */
export function grantsFor(rules: readonly PipelineRule[], claims: Claims): readonly Grant[] {
  return rules
    .filter((rule) => isFor(rule.audience, claims["aud"]))
    .filter((rule) => Object.entries(rule.claims).every(([name, pattern]) => claimMatches(name, pattern, claims[name])))
    .map(({ grant }) => grant);
}

/** A token for several audiences could be sent here by any of the others, so it has to be for this one alone. Pure. */
export function isFor(audience: string, claim: unknown): boolean {
  return claim === audience || (Array.isArray(claim) && claim.length === 1 && claim[0] === audience);
}

/**
 * Whether a claim is a text that matches: `*` stands for any characters of one segment. Segments end at `/`, those of `sub` at
 * `:` as well. An asterisk of a claim is a character like any other. Pure.
 */
export function claimMatches(name: string, pattern: string, claim: unknown): boolean {
  if (typeof claim !== "string" || claim.length > MAX_CLAIM) return false;
  // With the separators, so that these have to be the same, too.
  const separator = name === "sub" ? /([/:])/ : /(\/)/;
  const [wanted, given] = [pattern.split(separator), claim.split(separator)];
  return wanted.length === given.length && wanted.every((part, at) => patternContains(part, given[at] ?? ""));
}

/** Longer than any claim that a pattern is for: a branch has 255 characters at most. */
const MAX_CLAIM = 1_000;
