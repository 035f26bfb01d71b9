import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { FoundToken, TokenRow } from "../store/port/access.ts";

/** `sbk_<id>_<secret><crc32>`: scanners for leaked secrets find it by its shape, and sort out what only looks like one. */
const TOKEN = /^sbk_([0-9a-z]{20})_([A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

/** Random bytes of a token. */
export const SECRET_BYTES = 32;

/** A token from its id (`tok_…`) and 32 random bytes. Pure. */
export function tokenText(id: string, secret: Buffer): string {
  const text = `sbk_${id.slice(4)}_${secret.toString("base64url")}`;
  return text + checksum(text);
}

/**
 * The id under which a token is stored: the one that it names, or, for a text that people chose for themselves, one that
 * follows from it. Null for a token that was cut or mistyped. Pure.
 */
export function tokenIdOf(text: string): string | null {
  const [, id, secret, sum] = TOKEN.exec(text) ?? [];
  if (id === undefined) return text.startsWith("sbk_") ? null : `tok_${hashOf(text).slice(0, 20)}`;
  return sum === checksum(`sbk_${id}_${secret}`) ? `tok_${id}` : null;
}

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

export function subjectOf({ id, name }: Pick<TokenRow, "id" | "name">): string {
  return `token:${id}:${name}`;
}

/** The command line reads in this time what became of its deployment. */
const AFTER_SETTLED_MS = 5 * 60_000;

/**
 * Why a token is not valid any more; null while it is. `settledAt`: when the only deployment that it may touch was settled,
 * null while it is not. Pure.
 */
export function whyEnded(
  { token: { revokedAt, expiresAt, deployment }, settledAt }: Pick<FoundToken, "token" | "settledAt">,
  now: number,
): string | null {
  if (revokedAt !== null) return `The token was revoked at ${new Date(revokedAt).toISOString()}.`;
  if (expiresAt !== null && expiresAt <= now) return `The token expired at ${new Date(expiresAt).toISOString()}.`;
  if (settledAt !== null && settledAt + AFTER_SETTLED_MS <= now)
    return `The token was for ${deployment}, which ended at ${new Date(settledAt).toISOString()}.`;
  return null;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
