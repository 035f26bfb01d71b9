import type { Grant } from "./grants.ts";
import type { Role } from "./roles.ts";

export const LOGIN_METHODS = ["token", "oidc"] as const;

/** Who calls. */
export interface Principal {
  /** Names the caller in rows, logs and the audit: `token:<id>:<name>`, or `oidc:<issuer>|<sub>`. */
  readonly subject: string;
  /** What people call them. */
  readonly name: string;
  readonly method: (typeof LOGIN_METHODS)[number];
  readonly grants: readonly Grant[];
  /** When the login ends by itself; null for never. */
  readonly expiresAt: number | null;
  /** The token of the login, which can be revoked; null for a login without one. */
  readonly token: string | null;
  /** The signed-in browser; null for a login that was sent with the request itself. */
  readonly session: string | null;
  /** The only deployment that the login may touch; null for any. */
  readonly deployment: string | null;
  /** The pipeline's run, as an address, and the person who started it; null where nobody says. */
  readonly run: string | null;
  readonly actor: string | null;
}

/** A principal in one operation. */
export interface Caller {
  readonly subject: string;
  /** Those whose role the operation takes. */
  readonly grants: readonly Grant[];
  /** Those by which the caller may know of something. */
  readonly visible: readonly Grant[];
}

/** The grants of a principal that have one of the roles. */
export function actingGrants({ grants }: Pick<Principal, "grants">, roles: readonly Role[]): readonly Grant[] {
  return grants.filter(({ role }) => roles.includes(role));
}
