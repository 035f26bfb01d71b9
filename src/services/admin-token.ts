import { EVERYWHERE } from "../domain/access/grants.ts";
import { StepbackError } from "../domain/errors.ts";
import type { TokenRow, TokenStore } from "../store/port/access.ts";
import { readSecret, writeSecret } from "./secret-files.ts";
import type { Uses } from "./service-deps.ts";
import { hashOf, tokenIdOf } from "./token-text.ts";

export interface AdminToken {
  readonly token: string;
  /** Whether another admin token was valid until now. */
  readonly hasReplaced: boolean;
  /** Whether somebody revoked the token of the file. The service works with the tokens that were made meanwhile. */
  readonly isRevoked: boolean;
}

export interface AdminTokenSettings {
  readonly configured: string | null;
  readonly file: string;
  readonly newToken: () => string;
}

/**
 * Makes sure that there is exactly one admin token of the settings, and returns it: the configured one, else the one in
 * `file`, else a new one, which is written to the file first. Idempotent. The process may die at any point: the next start
 * makes the token in the file valid. INVALID_SETTINGS for a configured token that was revoked: whoever revoked it believes
 * that it opens nothing.
 */
export async function ensureAdminToken(
  { store, clock }: Uses<TokenStore, "clock">,
  { configured, file, newToken }: AdminTokenSettings,
): Promise<AdminToken> {
  const token = configured ?? (await readToken(file)) ?? (await writeToken(file, newToken()));
  const id = tokenIdOf(token);
  if (id === null) throw new StepbackError("INVALID_SETTINGS", `${placeOf(configured, file)} was cut or mistyped.`);
  const known = await store.findToken(id);
  const isRevoked = known !== null && known.token.revokedAt !== null;
  if (isRevoked && configured !== null) throw revokedError(known.token);
  const hasReplaced = isRevoked ? 0 : await store.replaceAdminToken(hashOf(token), adminRow(id, clock.now()));
  return { token, hasReplaced: hasReplaced > 0, isRevoked };
}

function revokedError({ revokedAt, revokedBy }: TokenRow): StepbackError {
  const when = new Date(revokedAt ?? 0).toISOString();
  const found = `STEPBACK_ADMIN_TOKEN was revoked by ${revokedBy} at ${when}, so it may open nothing any more.`;
  return new StepbackError(
    "INVALID_SETTINGS",
    `${found} Set another one, or leave it out to use the tokens that you made.`,
  );
}

function adminRow(id: string, createdAt: number): TokenRow {
  return {
    ...{ id, name: "admin", grants: [{ role: "admin", ...EVERYWHERE }], createdBy: null, createdAt },
    ...{ expiresAt: null, lastUsedAt: null, revokedAt: null, revokedBy: null, deployment: null },
  };
}

function placeOf(configured: string | null, file: string): string {
  return configured === null ? `The admin token in ${file}` : "STEPBACK_ADMIN_TOKEN";
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
