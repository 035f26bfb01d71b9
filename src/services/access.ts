import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";
import type { Store } from "../store/store.ts";

/**
 * What a role may do, as a rank: whoever may do more may do what lies below. `auditor` and `approver` read, `ci` opens and
 * reports deployments, `operator` rolls back, `admin` may everything.
 */
const RANKS = { auditor: 0, approver: 0, ci: 1, operator: 2, admin: 3 } as const;
export type Role = keyof typeof RANKS;

export interface Principal {
  readonly name: string;
  readonly role: Role;
}

export interface AccessService {
  /** Who sends this `Authorization` header. UNAUTHENTICATED where it is missing, malformed or unknown. */
  authenticate(header: string | undefined): Promise<Principal>;
}

export function createAccessService({ store }: { store: Pick<Store, "findToken"> }): AccessService {
  return {
    authenticate: async (header) => {
      const token = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
      const row = token ? await store.findToken(hashOf(token)) : null;
      if (!row || !isRole(row.role)) throw new StepbackError("UNAUTHENTICATED", "No known bearer token was sent.");
      return { name: row.name, role: row.role };
    },
  };
}

/** Whether somebody in `role` may do what asks for at least `least`. Pure. */
export function mayAct(role: Role, least: Role): boolean {
  return RANKS[role] >= RANKS[least];
}

/** Readable by the user who runs the service, and by nobody else. */
const TOKEN_FILE_MODE = 0o600;

/**
 * Makes sure that there is an admin token, and answers it: the configured one, else the one in `file`, else a new one,
 * which is written there first. Idempotent, and safe to be killed at any point: a token in the file becomes valid at the
 * next start.
 */
export async function ensureAdminToken(
  { store, clock }: { store: Pick<Store, "insertToken">; clock: Clock },
  { configured, file, newToken }: { configured: string | null; file: string; newToken: () => string },
): Promise<string> {
  const token = configured ?? (await readToken(file)) ?? (await writeToken(file, newToken()));
  await store.insertToken(hashOf(token), { name: "admin", role: "admin" }, clock.now());
  return token;
}

async function readToken(file: string): Promise<string | null> {
  try {
    return (await readFile(file, "utf8")).trim() || null;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new StepbackError("INVALID_SETTINGS", `The admin token's file cannot be read: ${file}`, [], { cause: error });
  }
}

async function writeToken(file: string, token: string): Promise<string> {
  await writeFile(file, `${token}\n`, { mode: TOKEN_FILE_MODE });
  return token;
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function isRole(text: string): text is Role {
  return Object.hasOwn(RANKS, text);
}
