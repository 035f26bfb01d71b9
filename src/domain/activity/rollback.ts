import type { ComponentId } from "../component/component.ts";
import type { SnapshotSummary } from "../component/snapshot.ts";
import type { AllowDestructive } from "../plan/losses.ts";
import type { Strategy } from "../plan/plan.ts";
import type { Activity } from "./activity.ts";
import type { BuildReturn } from "./build.ts";

/** What happens to a component that somebody changed after the deployment. */
export const ON_CONFLICT = ["fail", "restore", "keep-live"] as const;
export type OnConflict = (typeof ON_CONFLICT)[number];

/** What happens to the other steps when one has failed. */
export const ON_ERROR = ["stop", "continue", "compensate"] as const;
export type OnError = (typeof ON_ERROR)[number];

export interface Rollback extends Activity {
  readonly type: "rollback";
  /** The deployments that the rollback reverses, oldest first; empty for an undo. */
  readonly deployments: readonly string[];
  /** The rollback that this one undoes; null for any other. */
  readonly undoes: string | null;
  /** The build whose state is the goal; null for any other. */
  readonly toBuild: BuildReturn | null;
  /** The snapshot whose states are the goal; null where deployments or a rollback are reversed. */
  readonly restores: string | null;
  /** Whether it is a rehearsal, which is planned and never run. */
  readonly drill: boolean;
  readonly picked: readonly ComponentId[];
  readonly strategy: Strategy;
  readonly onConflict: OnConflict;
  readonly onError: OnError;
  readonly allowDestructive: AllowDestructive;
  /** By name of a stack in UPDATE_ROLLBACK_FAILED: consent to continue its own rollback, with the resources to skip. */
  readonly continueUpdateRollback: Readonly<Record<string, readonly string[]>>;
  readonly includeFailed: boolean;
  /** Digest of the plan that the caller approved; a run of another plan is refused. */
  readonly approvedDigest: string | null;
  /** The backup of its components, which the rollback takes before it changes them; null until then. */
  readonly backup: SnapshotSummary | null;
  /** The states that were read at its end, with which an undo compares live; null until then. */
  readonly record: SnapshotSummary | null;
  readonly result: RollbackResult | null;
  /** Subjects that picked or planned while it was a draft, besides whoever opened it. */
  readonly editors: readonly string[];
  /** Why it may run without approvals; null where it needs those that the stage's policy asks for. */
  readonly waiver: Waiver | null;
  /** The review of an emergency; null until then, and for any other. */
  readonly review: Review | null;
}

/** An emergency, the undo of a run that was approved with it, or a policy that lets failed deployments roll back. */
export const WAIVERS = ["emergency", "compensation", "auto-rollback"] as const;
export type Waiver = (typeof WAIVERS)[number];

export interface Review {
  readonly by: string;
  readonly at: number;
  readonly comment: string;
}

/** Whoever deployed what a rollback reverses; null for a deployment that is not there any more. */
export type Deployers = readonly (Pick<Activity, "requestedBy"> | null)[];

/** Who may not approve it: whoever opened or edited it, and whoever deployed what it reverses. Pure. */
export function requestersOf({ requestedBy, editors }: Rollback, deployments: Deployers): readonly string[] {
  const deployers = deployments.flatMap((deployment) => deployment?.requestedBy ?? []);
  return [...new Set([requestedBy, ...editors, ...deployers])];
}

/**
 * Whether its consent to losses was given for something else: for the run that it compensates, or beforehand with the
 * deployment that asked for it. Such a consent may name what this plan does not touch. Pure.
 */
export function inheritsConsent(
  { id, waiver }: Pick<Rollback, "id" | "waiver">,
  deployments: readonly ({ readonly rollback: string | null } | null)[],
): boolean {
  return waiver === "compensation" || deployments.some((deployment) => deployment?.rollback === id);
}

/** An emergency is to be reviewed within this time of its opening. */
export const REVIEW_WITHIN_MS = 48 * 60 * 60 * 1000;

export interface RollbackResult {
  readonly restored: number;
  readonly removed: number;
  readonly recreated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly failed: number;
}

/** The facts that a rollback takes over from the activity that it comes from. */
export type RollbackOrigin = Pick<
  Activity,
  "application" | "stage" | "branch" | "commit" | "build" | "target" | "identity"
>;

type Given = Pick<Rollback, "id" | "status" | "createdAt" | "requestedBy" | "grants" | "picked" | "lock">;
type Source = Pick<Rollback, "deployments" | "undoes" | "toBuild" | "restores" | "drill">;
type Choice = Pick<Rollback, "strategy" | "onConflict" | "onError" | "includeFailed" | "reason" | "ticket">;
type Consent = Pick<Rollback, "allowDestructive" | "continueUpdateRollback" | "approvedDigest" | "waiver">;
type Optional<Members> = { readonly [Name in keyof Members]?: Members[Name] | undefined };

/** The members in which one new rollback differs from another; what is left out has the API's default. */
export type RollbackOpening = Given & Optional<Source & Choice & Consent>;

/** A rollback before its first job. Pure; the only place where a new one is made. */
export function newRollback(origin: RollbackOrigin, opening: RollbackOpening): Rollback {
  const { application, stage, branch, commit, build, target, identity } = origin;
  const { id, status, createdAt, requestedBy, grants, picked, lock } = opening;
  return {
    type: "rollback",
    ...{ application, stage, branch, commit, build, target, identity },
    ...{ id, status, createdAt, requestedBy, grants, picked, lock },
    deployments: opening.deployments ?? [],
    undoes: opening.undoes ?? null,
    toBuild: opening.toBuild ?? null,
    restores: opening.restores ?? null,
    drill: opening.drill ?? false,
    strategy: opening.strategy ?? "auto",
    onConflict: opening.onConflict ?? "fail",
    onError: opening.onError ?? "stop",
    includeFailed: opening.includeFailed ?? false,
    reason: opening.reason ?? null,
    ticket: opening.ticket ?? null,
    allowDestructive: opening.allowDestructive ?? false,
    continueUpdateRollback: opening.continueUpdateRollback ?? {},
    approvedDigest: opening.approvedDigest ?? null,
    waiver: opening.waiver ?? null,
    ...NOT_BEGUN,
  };
}

const NOT_BEGUN = {
  needsRevalidation: false,
  startedAt: null,
  finishedAt: null,
  cancelRequestedAt: null,
  error: null,
  backup: null,
  record: null,
  result: null,
  editors: [],
  review: null,
} as const;

/** Whether the team's own command restores the components instead of Stepback. Pure. */
export function isByPackage({ toBuild }: Pick<Rollback, "toBuild">): boolean {
  return toBuild !== null && toBuild.package !== null;
}

/** Whether a rollback waits for that command, while no job of the rollback runs. Pure. */
export function awaitsCommand(rollback: Pick<Rollback, "status" | "toBuild">): boolean {
  return isByPackage(rollback) && rollback.status === "In Progress" && rollback.toBuild?.outcome === null;
}
