import type { Role } from "../access/roles.ts";
import type { Json, JsonObject } from "../json.ts";
import { auditDigest, portableText, sha256 } from "./audit-text.ts";

/** Who did it. `system` is the service itself, without anybody who asked for it. */
export interface AuditActor {
  /** `token:<id>`, `oidc:<issuer>|<sub>`, `job:<id>`, `anonymous` or `system`. */
  readonly subject: string;
  readonly method: "token" | "oidc" | "job" | "none";
  readonly role?: Role;
  /** Address of the pipeline's run. */
  readonly run?: string;
  /** What people call the subject, and who started its pipeline. */
  readonly name?: string;
  readonly person?: string;
}

/** What something was done to, or tried with. */
export interface AuditSubject {
  /** The noun: `deployment`, `rollback`, `token`, `stage`, `pin`, … */
  readonly type: string;
  readonly id: string;
  readonly application?: string;
  readonly stage?: string;
  readonly component?: string;
}

/** A call of AWS that may have changed something. */
export interface AuditCall {
  readonly service: string;
  readonly operation: string;
  /** Null where no answer came. */
  readonly requestId: string | null;
}

/** Where a request came from. */
export interface AuditSource {
  readonly requestId?: string;
  readonly ip?: string;
  readonly userAgent?: string;
}

/** What a record says, before it has its place in the chain. Members of `PERSONAL` hold the text itself. */
export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: AuditActor;
  readonly source?: AuditSource;
  /** The operation of the API, or what a job did: `openRollback`, `aws.call`, `step.end`, … */
  readonly action: string;
  readonly subject: AuditSubject;
  readonly before?: Json;
  readonly after?: Json;
  readonly reason?: string;
  readonly ticket?: string;
  readonly approval?: string;
  readonly planDigest?: string;
  readonly aws?: AuditCall;
  /** `done`, or an error's code. */
  readonly outcome: string;
}

/** A record without its place in the chain: what may be about a person stands as a salted hash. */
export type AuditBody = JsonObject;

/** A record as it is stored, exported and hashed. */
export interface AuditRecord {
  readonly [member: string]: Json;
  readonly v: 1;
  /** From 1, without a gap. */
  readonly seq: number;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly previous: string;
  readonly hash: string;
}

/** Behind a record: a text that it holds as a hash. Removing it leaves the record true. */
export interface AuditSideText {
  /** JSON pointer of the hash in the record. */
  readonly pointer: string;
  /** 32 hexadecimal digits. */
  readonly salt: string;
  readonly value: string;
}

/** The hash before the first record. */
export const NO_RECORD = "0".repeat(64);

/** Addresses, user agents, names of people and texts of theirs. Each is a string. */
const PERSONAL = ["/actor/name", "/actor/person", "/source/ip", "/source/userAgent", "/reason", "/ticket"] as const;

const SALT_BYTES = 16;

/** Splits an entry into what is chained and the texts beside it. `random` gives bytes that nobody can guess. */
export function splitEntry(
  entry: AuditEntry,
  random: (bytes: number) => Buffer,
): { readonly body: AuditBody; readonly texts: readonly AuditSideText[] } {
  const { at, ...said } = entry;
  const body: Record<string, Json> = { v: 1, at: new Date(at).toISOString(), ...asPlain(said) };
  const texts = PERSONAL.flatMap((pointer) => {
    const found = memberAt(body, pointer);
    if (!found) return [];
    const text = { pointer, salt: random(SALT_BYTES).toString("hex"), value: found.value };
    found.holder[found.name] = saltedHash(text);
    return [text];
  });
  return { body, texts };
}

/** How many texts a record holds as hashes. Pure. */
export function countHashedTexts(record: JsonObject): number {
  return PERSONAL.filter((pointer) => textAt(record, pointer) !== null).length;
}

/** What stands in a record for a text: SHA-256 over the salt's bytes and the text in UTF-8. */
export function saltedHash({ salt, value }: Pick<AuditSideText, "salt" | "value">): string {
  return `salted-sha256:${sha256(Buffer.concat([Buffer.from(salt, "hex"), Buffer.from(value)]))}`;
}

/** The text that a record holds at a pointer of `PERSONAL`; null for none. */
export function textAt(record: JsonObject, pointer: string): string | null {
  return memberAt(record as Record<string, Json>, pointer)?.value ?? null;
}

function memberAt(body: Record<string, Json>, pointer: string) {
  const [first = "", second] = pointer.slice(1).split("/");
  const holder = second === undefined ? body : (body[first] as Record<string, Json> | undefined);
  const name = second ?? first;
  const value = holder?.[name];
  return holder && typeof value === "string" ? { holder, name, value } : null;
}

/** A copy without absent members, with every text in a form that every implementation can write. */
function asPlain(value: object): Record<string, Json> {
  const copy = JSON.parse(JSON.stringify(value), (_key, member: Json) =>
    typeof member === "string" ? portableText(member) : member,
  ) as Record<string, Json>;
  return copy;
}

/** Puts a body at its place in the chain. */
export function chainRecord(body: AuditBody, { seq, previous }: { seq: number; previous: string }): AuditRecord {
  const unhashed = { ...body, seq, previous };
  return { ...unhashed, hash: auditDigest(unhashed) } as unknown as AuditRecord;
}

/** The hash that a record has to have. */
export function hashOfRecord({ hash: _hash, ...record }: AuditRecord): string {
  return auditDigest(record);
}
