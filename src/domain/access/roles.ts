/**
 * What a principal may do, by name. They are no ranks: an approver may approve and not roll back, an auditor reads what an
 * approver does not. Each operation names the roles that it takes.
 */
export const ROLES = ["ci", "operator", "approver", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Everybody reads, without bytes and revealed values. */
export const READERS: readonly Role[] = [...ROLES];

/** Those who deploy. */
export const DEPLOYERS: readonly Role[] = ["ci", "operator", "admin"];

/** Those who restore, and who see bytes. */
export const OPERATORS: readonly Role[] = ["operator", "admin"];

/** Those who decide about plans that others made. */
export const APPROVERS: readonly Role[] = ["approver", "admin"];

/** Those who read the audit. */
export const AUDITORS: readonly Role[] = ["auditor", "admin"];

export const ADMINS: readonly Role[] = ["admin"];
