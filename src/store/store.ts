/**
 * What the rest of Stepback may ask of its rows. Coarse and asynchronous: one method is one transaction and is named for
 * what it means, so that another database can stand behind it without a change above.
 */
import type {
  Activity,
  Deployment,
  LogLevel,
  LogLine,
  Outcome,
  Rollback,
  RollbackResult,
  Status,
  TargetIdentity,
} from "../domain/activity/activity.ts";
import type { Altered } from "../domain/activity/altered.ts";
import type { Build } from "../domain/activity/build.ts";
import type { Package, PackageName, StageName } from "../domain/activity/package.ts";
import type { CarriedPin, PinChanges } from "../domain/activity/pins.ts";
import type { Claim } from "../domain/activity/scope.ts";
import type { CapturedComponent, ComponentId, Components } from "../domain/component/component.ts";
import type { ErrorCode, Problem, StepbackError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { MeasuredStep } from "../domain/plan/estimate.ts";
import type { Action, Plan, StepAction } from "../domain/plan/plan.ts";
import type { ReadinessCounts, Verdict } from "../domain/plan/readiness.ts";
import type { HistoryStore } from "./history-rows.ts";
import type { PinStore } from "./pin-store.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { RevalidationStore } from "./revalidation-store.ts";

/** An open transaction. Opaque above the store: it is only handed on to `Dispatcher.enqueue`. */
export interface Transaction {
  readonly transaction: unique symbol;
}

/** Puts a job into the same transaction as the rows that it belongs to. */
export type Enqueue = (transaction: Transaction) => Promise<void>;

/** Looks at a row inside the transaction that would change it. An error refuses; nothing is changed then. */
export type Guard<Row> = (row: Row) => StepbackError | null;

export const JOB_TYPES = ["take-snapshot", "record-deployment", "plan-rollback", "run-rollback"] as const;
export type JobType = (typeof JOB_TYPES)[number];

export interface JobRequest {
  readonly type: JobType;
  /** Id of the deployment or rollback. */
  readonly subject: string;
}

/** Ownership of a running job. Every write of the job carries it; a stale one gets LEASE_LOST and changes nothing. */
export interface Fence {
  readonly job: number;
  readonly fence: number;
}

export interface ClaimedJob extends JobRequest, Fence {}

/** A log line before it has its number. */
export type NewLine = Omit<LogLine, "seq">;

export interface Page {
  readonly limit: number;
  /** What the page before answered as `next`; null for the first. An unreadable one is VALIDATION_FAILED. */
  readonly cursor: string | null;
}

export interface Paged<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}

export interface ActivityFilter {
  readonly type?: "deploy" | "rollback";
  readonly application?: string;
  readonly stage?: string;
  readonly branch?: string;
  readonly target?: string;
  readonly status?: Status;
  /** Rollbacks of this deployment only. */
  readonly deployment?: string;
}

export type StepStatus =
  | "Pending"
  | "Running"
  | "Restored"
  | "Removed"
  | "Recreated"
  | "Unchanged"
  | "Skipped"
  | "Failed";

/** One picked component of a running or ended rollback. */
export interface StepRow {
  readonly order: number;
  readonly component: ComponentId;
  readonly action: StepAction;
  readonly status: StepStatus;
  readonly verified: boolean | null;
  readonly strategy: "stack" | "direct";
  readonly warnings: readonly ErrorCode[];
  readonly error: Problem | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** One mutation in the journal (N9): `intent` is committed before AWS is called, `done` with what came back. */
export interface JournalEntry {
  readonly step: number;
  /** Order within the step, from 0. */
  readonly index: number;
  readonly action: Action;
  /** Stable over restarts; goes to AWS as the idempotency token where a call takes one. */
  readonly token: string;
  readonly status: "intent" | "done";
  readonly result: Json;
}

export interface NewSnapshot {
  readonly id: string;
  readonly takenAt: number;
  readonly components: readonly CapturedComponent[];
  /** How well each one can go back; only a deployment's backup says that (N6). */
  readonly verdicts?: ReadonlyMap<ComponentId, Verdict>;
}

/** A component of a snapshot with its verdict; null in every snapshot but a deployment's backup. */
export interface JudgedComponent extends CapturedComponent {
  readonly verdict: Verdict | null;
}

export interface SnapshotRow {
  readonly id: string;
  readonly purpose: "backup" | "record";
  /** The deployment or rollback that owns it. */
  readonly activity: string;
  readonly status: "Pending" | "Ready" | "Failed";
  readonly takenAt: number | null;
  readonly components: number;
  readonly sizeBytes: number;
}

export interface TokenRow {
  readonly name: string;
  readonly role: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ActivityStore {
  findDeployment(id: string): Promise<Deployment | null>;
  findRollback(id: string): Promise<Rollback | null>;
  /** Newest first. */
  listActivities(filter: ActivityFilter, page: Page): Promise<Paged<Activity>>;
  listDeployments(filter: ActivityFilter, page: Page): Promise<Paged<Deployment>>;
  listRollbacks(filter: ActivityFilter, page: Page): Promise<Paged<Rollback>>;
  /** Sets the time of the first request only. True when the activity had not ended. */
  requestCancel(id: string, at: number): Promise<boolean>;
  isCancelRequested(id: string): Promise<boolean>;
  /** Ends an unfinished activity outside of any job (abandoned, cancelled before it began). False when it had ended. */
  endActivity(id: string, problem: Problem, at: number): Promise<boolean>;
  /** Ends an activity in Exception and its job with it. Pending snapshots of it become Failed, open steps Skipped. */
  failActivity(
    fence: Fence,
    id: string,
    failure: { problem: Problem; at: number; lines: readonly NewLine[] },
  ): Promise<void>;
  /** Stores the account and region of the first job; throws WRONG_TARGET when others are stored. */
  identify(fence: Fence, id: string, identity: TargetIdentity): Promise<void>;
}

export interface DeploymentStore {
  /**
   * Inserts a Queued deployment with a Pending backup and its job. `guard` sees every unfinished deployment and every
   * Queued or In Progress rollback of the same target, inside the transaction.
   */
  openDeployment(deployment: Deployment, guard: Guard<readonly Activity[]>, enqueue: Enqueue): Promise<void>;
  /** Backup Ready, deployment In Progress, job done: one transaction. */
  saveBackup(fence: Fence, deployment: string, snapshot: NewSnapshot, also: BackupExtras): Promise<void>;
  /** Stores what CI reported and enqueues the record. The same outcome again changes nothing and enqueues nothing. */
  reportOutcome(
    deployment: string,
    report: { outcome: Outcome; message: string | null },
    guard: Guard<Deployment>,
    enqueue: Enqueue,
  ): Promise<void>;
  /** Record Ready, altered rows, the final status and the end of the job; `follow` is the rollback that onFailure asked for. */
  saveRecord(fence: Fence, deployment: string, end: RecordEnd): Promise<void>;
  /** Every altered row, parents before children. */
  findAltered(deployment: string): Promise<readonly Altered[]>;
  listAltered(deployment: string, page: Page): Promise<Paged<Altered>>;
  /** Ids of unfinished deployments that were opened before. */
  listOpenSince(before: number): Promise<readonly string[]>;
}

export interface BackupExtras {
  /** How well the components of the backup can go back. */
  readonly readiness?: ReadinessCounts;
  /** What the deployment holds from now on: the backup knows which functions its stacks own. Null leaves the claim. */
  readonly claim: Claim | null;
  readonly lines: readonly NewLine[];
}

export interface RecordEnd {
  readonly snapshot: NewSnapshot;
  readonly altered: readonly Altered[];
  /** Pinned states among the altered ones (N13); absent where there are none. */
  readonly pinned?: readonly CarriedPin[];
  readonly status: "Completed" | "Exception";
  readonly problem: Problem | null;
  readonly at: number;
  readonly lines: readonly NewLine[];
  readonly follow: Follow | null;
}

/** A rollback that begins where a job ends: it holds its components from that very moment. */
export interface Follow {
  readonly rollback: Rollback;
  readonly enqueue: Enqueue;
}

export interface RollbackStore {
  /** Inserts a Draft (no enqueue) or a Queued rollback with its job; guard as for openDeployment, not called for drafts. */
  openRollback(rollback: Rollback, guard: Guard<readonly Activity[]>, enqueue: Enqueue | null): Promise<void>;
  /** Replaces the picked components of a draft, and forgets its plan. `edit` may throw StepbackError. */
  editDraft(id: string, edit: (rollback: Rollback) => readonly ComponentId[]): Promise<Rollback>;
  /** Enqueues planning of a draft. The plan that it had is forgotten. */
  requestPlan(id: string, guard: Guard<Rollback>, enqueue: Enqueue): Promise<void>;
  /** Draft → Queued with the claim and the approved digest; `busy` as the guard of openRollback. */
  requestRun(id: string, run: RunRequest): Promise<void>;
  /** The plan, and the job's end. With `next`, the run is enqueued in the same transaction. */
  savePlan(
    fence: Fence,
    id: string,
    plan: { plan: Plan; lines: readonly NewLine[]; next: Enqueue | null },
  ): Promise<void>;
  /** Null where there is none (yet). */
  findPlan(id: string): Promise<Plan | null>;
  /**
   * Backup of the picked components Ready, status In Progress, one Pending row a step: the last moment before mutations.
   * With `waits` the job ends here: somebody else's command comes next, and its report enqueues another job.
   */
  beginRun(fence: Fence, id: string, begin: RunBeginning): Promise<void>;
  findSteps(id: string): Promise<readonly StepRow[]>;
  listSteps(id: string, page: Page): Promise<Paged<StepRow>>;
  /** How long proven steps of the newest rollbacks of a target took: what a drill expects (N15). */
  listMeasuredSteps(target: string): Promise<readonly MeasuredStep[]>;
  findJournal(id: string): Promise<readonly JournalEntry[]>;
  startStep(fence: Fence, id: string, order: number, at: number): Promise<void>;
  /** Commits the intent. The same step and index again keeps the first token and answers the entry that stands. */
  intend(fence: Fence, id: string, entry: Omit<JournalEntry, "status" | "result">): Promise<JournalEntry>;
  finishAction(
    fence: Fence,
    id: string,
    done: { step: number; index: number; result: Json; lines: readonly NewLine[] },
  ): Promise<void>;
  finishStep(fence: Fence, id: string, end: { row: StepRow; lines: readonly NewLine[] }): Promise<void>;
  /** Result, record of the states read back, status, and the end of the job. Rows may be corrected by the last look. */
  endRollback(fence: Fence, id: string, end: RollbackEnd): Promise<void>;
}

export interface RunBeginning {
  readonly snapshot: NewSnapshot;
  readonly steps: readonly StepRow[];
  readonly at: number;
  readonly lines: readonly NewLine[];
  readonly waits?: boolean;
}

export interface RunRequest {
  readonly planDigest: string;
  readonly claim: Rollback["claim"];
  readonly guard: Guard<Rollback>;
  readonly busy: Guard<readonly Activity[]>;
  readonly enqueue: Enqueue;
}

export interface RollbackEnd {
  readonly status: "Completed" | "Exception";
  readonly result: RollbackResult;
  readonly problem: Problem | null;
  readonly record: NewSnapshot | null;
  readonly rows: readonly StepRow[];
  readonly at: number;
  readonly lines: readonly NewLine[];
  /** The undo that `onError: compensate` asks for. */
  readonly follow: Follow | null;
  /** Pins and marks; absent where nothing was brought back. */
  readonly pinChanges?: PinChanges;
}

export interface SnapshotStore {
  findSnapshot(id: string): Promise<SnapshotRow | null>;
  /** Every component with its state. Empty for a snapshot that is not Ready. */
  findComponents(snapshot: string): Promise<Components>;
  findComponent(snapshot: string, component: ComponentId): Promise<JudgedComponent | null>;
  listComponents(snapshot: string, page: Page): Promise<Paged<JudgedComponent>>;
  /**
   * Digest of what Stepback last recorded of each component in a target (at a deployment's finish or a rollback's end),
   * no older than `since`. Null as digest: recorded as absent. Missing: never recorded.
   */
  findLastRecorded(
    identity: TargetIdentity,
    components: readonly ComponentId[],
    since: number,
  ): Promise<ReadonlyMap<ComponentId, string | null>>;
  /** What Stepback last recorded of each component in a target, however long ago. Missing: absent, or never recorded. */
  findRecorded(identity: TargetIdentity, components: readonly ComponentId[]): Promise<Components>;
}

export interface LogStore {
  /** With a fence the line is refused to a worker that lost its lease. */
  appendLines(fence: Fence | null, activity: string, lines: readonly NewLine[]): Promise<void>;
  /** Ascending by seq, `after` exclusive. */
  listLines(
    activity: string,
    filter: { component?: ComponentId; level?: LogLevel; after: number; limit: number },
  ): Promise<readonly LogLine[]>;
}

export interface BuildStore {
  /** Stores what a package is; its bytes are artifacts already. Answers the row that stands, which may be an older one. */
  putPackage(given: Package): Promise<Package>;
  findPackage(name: PackageName): Promise<Package | null>;
  /** Null for a build that no deployment and no package of the stage names. */
  findBuild(stage: StageName, build: string): Promise<Build | null>;
  /** Newest first, by when a build was first heard of. */
  listBuilds(stage: StageName, page: Page): Promise<Paged<Build>>;
}

/** What happens while a rollback by package waits for the command that deploys the package. */
export interface CommandStore {
  /** Appends lines that the command printed; the guard sees the rollback inside the transaction. */
  appendOutput(rollback: string, lines: readonly NewLine[], guard: Guard<Rollback>): Promise<void>;
  /**
   * Stores what the command did, with the problem where it failed, and enqueues the job that looks. The same outcome again
   * changes nothing and enqueues nothing.
   */
  reportCommand(
    rollback: string,
    report: { outcome: Outcome; problem: Problem | null },
    guard: Guard<Rollback>,
    enqueue: Enqueue,
  ): Promise<void>;
  /** Ids of rollbacks that were opened before and still wait for their command. */
  listAwaitingSince(before: number): Promise<readonly string[]>;
}

export interface JobStore {
  insertJob(transaction: Transaction, job: JobRequest, at: number): Promise<void>;
  /** The oldest queued job, now running under a raised fence. Null when nothing waits. */
  claimJob(now: number, leaseMs: number): Promise<ClaimedJob | null>;
  /** Running jobs whose lease has run out, or all of them with `everything`, go back to the queue with raised fences. */
  requeueJobs(now: number, everything: boolean): Promise<number>;
  /** False when the lease is lost. */
  renewLease(fence: Fence, until: number): Promise<boolean>;
  /** Ends a job that ended without a row of its own to write. */
  endJob(fence: Fence): Promise<void>;
}

export interface AccessStore {
  countTokens(): Promise<number>;
  /** `hash`: SHA-256 of the token. The same hash again changes nothing. */
  insertToken(hash: string, token: TokenRow, at: number): Promise<void>;
  findToken(hash: string): Promise<TokenRow | null>;
  /** `new`: the caller now owns the key. Keys older than 24 h are forgotten. */
  reserveKey(
    key: string,
    fingerprint: string,
    now: number,
  ): Promise<{ state: "new" | "running" | "differs" } | { state: "done"; answer: StoredAnswer }>;
  completeKey(key: string, answer: StoredAnswer): Promise<void>;
  /** Frees a key whose request failed inside, so that it may be tried again. At start: frees every running one. */
  releaseKey(key: string | null): Promise<void>;
}

export interface Store
  extends ActivityStore,
    DeploymentStore,
    RollbackStore,
    SnapshotStore,
    HistoryStore,
    PinStore,
    RevalidationStore,
    PolicyStore,
    LogStore,
    BuildStore,
    CommandStore,
    JobStore,
    AccessStore {
  /** Resolves when rows can be read and written; throws otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
