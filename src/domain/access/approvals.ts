import { StepbackError } from "../errors.ts";
import type { Role } from "./roles.ts";

/** How many people have to approve a plan before it may run. */
export interface ApprovalRule {
  /** 0 for none. */
  readonly required: number;
  /** Whether those who asked for it, edited it, or deployed what it reverses may not approve it. */
  readonly notByRequester: boolean;
  readonly validForMinutes: number;
}

export const NO_APPROVALS: ApprovalRule = { required: 0, notByRequester: true, validForMinutes: 60 };

/** Who may run without approvals, in a night that cannot wait for them. */
export interface EmergencyRule {
  readonly roles: readonly Role[];
}

export const DECISIONS = ["approve", "refuse"] as const;
export type Decision = (typeof DECISIONS)[number];

/** What somebody decided about a plan, or about a looser policy. */
export interface Approval {
  /** The id of the rollback, or the name of the policy. */
  readonly about: string;
  /** Digest of everything that the decision is about: another plan, option or consent needs another decision. */
  readonly covers: string;
  readonly by: string;
  /** The subjects that made the login of `by`, up to the settings: whoever makes a token may use it. */
  readonly madeBy: readonly string[];
  readonly decision: Decision;
  readonly comment: string | null;
  readonly at: number;
}

export interface ApprovalState {
  readonly required: number;
  readonly given: number;
  readonly missing: number;
  /** Subjects whose refusal holds the run back. */
  readonly refusedBy: readonly string[];
}

/** What the decisions are held against. */
export interface Asked {
  readonly covers: string;
  /** Subjects that may not approve. */
  readonly excluded: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * How far the approvals have come. Each person's last decision counts, once; one refusal holds everything back until that
 * person approves. Pure.
 */
export function approvalState(rule: ApprovalRule, decisions: readonly Approval[], asked: Asked): ApprovalState {
  const last = new Map(decisions.filter(({ covers }) => covers === asked.covers).map((one) => [one.by, one]));
  const valid = [...last.values()].filter((one) => !rule.notByRequester || !isExcluded(one, asked.excluded));
  const refusedBy = valid.filter(({ decision }) => decision === "refuse").map(({ by }) => by);
  const since = asked.now - rule.validForMinutes * MINUTE_MS;
  const given = valid.filter(({ decision, at }) => decision === "approve" && at > since).length;
  return { required: rule.required, given, missing: Math.max(0, rule.required - given), refusedBy };
}

const MINUTE_MS = 60_000;

/** Whether somebody, or whoever made their login, is excluded. Pure. */
export function isExcluded({ by, madeBy }: Pick<Approval, "by" | "madeBy">, excluded: readonly string[]): boolean {
  return [by, ...madeBy].some((subject) => excluded.includes(subject));
}

/** APPROVAL_NEEDED while approvals are missing or somebody has refused; null when it may run. Pure. */
export function approvalError({ required, given, missing, refusedBy }: ApprovalState): StepbackError | null {
  if (required === 0) return null;
  if (refusedBy.length > 0) return new StepbackError("APPROVAL_NEEDED", `It was refused by ${refusedBy.join(", ")}.`);
  if (missing === 0) return null;
  return new StepbackError(
    "APPROVAL_NEEDED",
    `It has ${given} of the ${required} approvals that the stage's policy asks for.`,
  );
}
