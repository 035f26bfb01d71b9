import { createHash } from "node:crypto";
import { StepbackError } from "../domain/errors.ts";
import type { AccessStore } from "../store/port/access.ts";
import { readSecret, writeSecret } from "./secret-files.ts";
import type { Uses } from "./service-deps.ts";

/**
 * Roles by rank: each role may do what the roles below it may. `auditor` and `approver` read, `ci` opens and reports
 * deployments, `operator` rolls back, `admin` may do everything.
 */
const RANKS = { auditor: 0, approver: 0, ci: 1, operator: 2, admin: 3 } as const;
export type Role = keyof typeof RANKS;

export interface Principal {
  readonly name: string;
  readonly role: Role;
}

export interface AccessService {
  /** Who sends this `Authorization` header. UNAUTHENTICATED when the header is missing, malformed or unknown. */
  authenticate(header: string | undefined): Promise<Principal>;
}

export function createAccessService({ store }: Uses<AccessStore>): AccessService {
  return {
    authenticate: async (header) => {
      const token = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
      const row = token ? await store.findToken(hashOf(token)) : null;
      if (!row || !isRole(row.role))
        throw new StepbackError("UNAUTHENTICATED", "The request carries no known bearer token.");
      return { name: row.name, role: row.role };
    },
  };
}

/** Whether `role` may do what requires at least the role `least`. Pure. */
export function mayAct(role: Role, least: Role): boolean {
  return RANKS[role] >= RANKS[least];
}

export interface AdminToken {
  readonly token: string;
  /** Whether another admin token was valid until now. */
  readonly hasReplaced: boolean;
}

/**
 * Makes sure that there is exactly one admin token, and returns it: the configured one, else the one in `file`, else a new one,
 * which is written to the file first. Idempotent. The process may die at any point: the next start makes the token in the
 * file valid.
 */
export async function ensureAdminToken(
  { store, clock }: Uses<AccessStore, "clock">,
  { configured, file, newToken }: { configured: string | null; file: string; newToken: () => string },
): Promise<AdminToken> {
  const token = configured ?? (await readToken(file)) ?? (await writeToken(file, newToken()));
  const replaced = await store.replaceToken(hashOf(token), { name: "admin", role: "admin" }, clock.now());
  return { token, hasReplaced: replaced > 0 };
}

/** Null for a file that is missing or empty. */
async function readToken(file: string): Promise<string | null> {
  try {
    return (await readSecret(file))?.toString().trim() || null;
  } catch (cause) {
    throw new StepbackError("INVALID_SETTINGS", `The file of the admin token cannot be read: ${file}`, [], { cause });
  }
}

async function writeToken(file: string, token: string): Promise<string> {
  await writeSecret(file, Buffer.from(`${token}\n`));
  return token;
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function isRole(text: string): text is Role {
  return Object.hasOwn(RANKS, text);
}
