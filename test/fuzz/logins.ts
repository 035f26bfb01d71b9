import { EVERYWHERE, type Grant } from "#src/domain/access/grants";
import { ROLES, type Role } from "#src/domain/access/roles";
import type { Clock } from "#src/domain/ids";
import type { Store } from "#src/store/store";
import { insertLogin } from "../http/test-service.ts";

/** Two teams that share a service and an account. All names of a team begin with its own. */
export const TENANTS = ["acme", "zeta"] as const;
export type Tenant = (typeof TENANTS)[number];

/** Who sends a request. */
export interface Login {
  readonly name: string;
  /** The only team whose names the login may see; null for one that may see all, or nothing. */
  readonly tenant: Tenant | null;
  /** Whether it is let in at all. */
  readonly isIn: boolean;
}

const ROLE_LOGINS: readonly Login[] = TENANTS.flatMap((tenant) =>
  ROLES.map((role) => ({ name: `${tenant}-${role}`, tenant, isIn: true })),
);

/** Each role of each team, somebody who may do everything, a login of one deployment, and those that are let in nowhere. */
export const LOGINS: readonly Login[] = [
  ...ROLE_LOGINS,
  { name: "root", tenant: null, isIn: true },
  { name: "acme-bound", tenant: "acme", isIn: true },
  { name: "none", tenant: null, isIn: false },
  { name: "basic", tenant: null, isIn: false },
  { name: "garbage", tenant: null, isIn: false },
  { name: "pipeline", tenant: null, isIn: false },
  { name: "expired", tenant: null, isIn: false },
];

function grantOf(tenant: Tenant, role: Role): Grant {
  return { role, ...EVERYWHERE, applications: [tenant], stacks: [`${tenant}-*`], functions: [`${tenant}-*`] };
}

/** The text of a login's token in a round. The requests of a round may revoke it. */
export function tokenIn(round: string, name: string): string {
  return `token-of-${name}-in-${round}-0123456789`;
}

/** Makes the tokens of a round. */
export async function insertLogins(
  { store, clock }: { store: Store; clock: Clock },
  round: string,
  bound: string,
): Promise<void> {
  const insert = (name: string, grants: readonly Grant[], more: { expiresAt?: number; deployment?: string } = {}) =>
    insertLogin(store, clock, tokenIn(round, name), { name, grants, ...more });
  for (const tenant of TENANTS) for (const role of ROLES) await insert(`${tenant}-${role}`, [grantOf(tenant, role)]);
  const everything: Grant = { role: "admin", ...EVERYWHERE };
  await insert("root", [everything]);
  await insert("acme-bound", [grantOf("acme", "ci")], { deployment: bound });
  await insert("expired", [everything], { expiresAt: clock.now() - 1 });
}

/** The `authorization` header of a login; undefined for none. */
export function authorizationOf(round: string, name: string): string | undefined {
  const odd: Readonly<Record<string, string | undefined>> = {
    none: undefined,
    basic: "Basic YTpi",
    garbage: `Bearer sbk_${"0".repeat(5_000)}`,
    pipeline: "Bearer eyJhbGciOiJub25lIn0.e30.",
  };
  return name in odd ? odd[name] : `Bearer ${tokenIn(round, name)}`;
}
