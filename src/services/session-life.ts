import type { SessionRow } from "../store/port/access.ts";

/** Without any request for this long, nobody is there any more. */
export const IDLE_MS = 30 * 60_000;
/** Whoever is there for longer signs in again. */
export const LIFE_MS = 12 * 60 * 60_000;

/** Why a session is over; null while it is not. Pure. */
export function whyOver({ createdAt, usedAt }: Pick<SessionRow, "createdAt" | "usedAt">, now: number): string | null {
  if (usedAt + IDLE_MS <= now) return `You were signed out after ${IDLE_MS / 60_000} minutes without a request.`;
  if (createdAt + LIFE_MS <= now) return `You were signed out after ${LIFE_MS / 3_600_000} hours.`;
  return null;
}
