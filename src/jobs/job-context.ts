import type { ArtifactStore, Artifacts } from "../artifacts/artifacts.ts";
import type { AwsAccess, CallLife, CallObserver, Cancellation } from "../aws/gateways/access.ts";
import type { Activity } from "../domain/activity/activity.ts";
import { lockedError } from "../domain/activity/locked.ts";
import type { LogLevel } from "../domain/activity/log.ts";
import { NOTHING_DISCLOSED } from "../domain/activity/stage-policy.ts";
import type { CapturedComponent, ComponentId } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Clock, NewId } from "../domain/ids.ts";
import type { Fingerprint, FingerprintAt } from "../domain/secrets/mark.ts";
import { type SecretValues, secretsOf } from "../domain/secrets/secret-values.ts";
import type { Fence } from "../store/port/jobs.ts";
import type { NewLine, Transaction } from "../store/port/transaction.ts";
import type { Store } from "../store/store.ts";
import { checkedOnce } from "./checked-once.ts";
import type { Dispatcher } from "./queue/dispatcher.ts";

/** Everything that a job may use. */
export interface JobDeps {
  readonly store: Store;
  readonly artifacts: ArtifactStore;
  readonly dispatcher: Pick<Dispatcher, "enqueue">;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly fingerprintAt: FingerprintAt;
  /** The gateways to a target by its name in the settings; UNKNOWN_TARGET where the settings no longer have it. */
  readonly connect: (target: string, observe: CallObserver, life: CallLife) => AwsAccess;
  /** A target's bucket for large uploads; null where none is configured. */
  readonly stagingBucketOf: (target: string) => string | null;
}

/** One running job: its dependencies, its lease, its log, and its access to AWS. */
export interface JobContext extends Omit<JobDeps, "artifacts" | "fingerprintAt"> {
  /** Those of the activity's target. */
  readonly artifacts: Artifacts;
  readonly fence: Fence;
  readonly signal: AbortSignal;
  readonly cancellation: Cancellation;
  readonly log: JobLog;
  /** Writes an error that nobody foresaw to the service's log, with the ids of the job. */
  readonly report: (error: unknown, place: FaultPlace) => void;
  /** Fingerprints of the activity's target and stage. */
  readonly fingerprint: Fingerprint;
  /**
   * Takes note of the secrets in what was just captured, before anything is said about it: no text of the stage that is kept later
   * has one of them.
   */
  learnSecrets(components: readonly CapturedComponent[]): Promise<void>;
  /** The secrets of the activity's stage; what becomes known later is found, too. */
  findSecrets(): Promise<SecretValues>;
  /** What stands for a digest of settings in plans and logs, where others see it. */
  shownDigest(digest: string): Promise<string>;
  /** The bucket of the activity's target; null where none is configured. */
  readonly stagingBucket: string | null;
  /** Gateways that log their calls under a component and a step of the plan. `also` hears of each call, too. */
  access(component: ComponentId | null, step: number | null, also?: CallObserver): AwsAccess;
  /** The same for work that goes from step to step: each call is logged under what `about` returns at that moment. */
  accessUnder(about: () => { readonly component: ComponentId; readonly step: number }): AwsAccess;
  /**
   * The same job with a log of its own, for work that runs in parallel: each branch commits its own lines together with
   * the rows that they describe.
   */
  fork(): JobContext;
}

/** Where in a job something happened. */
export interface FaultPlace {
  readonly component?: ComponentId;
  readonly step?: number;
}

/** Log lines that wait to be committed together with the rows that they describe. */
export interface JobLog {
  add(level: LogLevel, message: string, about?: { component?: ComponentId | null; step?: number | null }): void;
  observer(component: ComponentId | null, step: number | null): CallObserver;
  /** Says that AWS does not answer, at once. */
  silence(component: ComponentId | null, step: number | null): NonNullable<CallLife["silent"]>;
  /** Hands out the waiting lines, to be stored in the caller's transaction. */
  take(): NewLine[];
  /** Takes over the lines that a fork of the job left behind. */
  keep(lines: readonly NewLine[]): void;
  /** Stores the waiting lines, so that they can be read while the job runs. */
  flush(): Promise<void>;
}

export function createJobLog(store: Pick<Store, "appendLines">, fence: Fence, activity: string, clock: Clock): JobLog {
  let waiting: NewLine[] = [];
  const take = () => {
    const lines = waiting;
    waiting = [];
    return lines;
  };
  const flush = async () => {
    const lines = take();
    if (lines.length > 0) await store.appendLines(fence, activity, lines);
  };
  return {
    add(level, message, { component = null, step = null } = {}) {
      waiting.push({ at: clock.now(), level, component, step, message, aws: null });
    },
    observer: (component, step) => (call) => {
      const { error, ...aws } = call;
      const message = error
        ? `${call.service}:${call.operation} answered ${error}`
        : `${call.service}:${call.operation}`;
      // "Not found" is an answer, not a failure: the caller knows what it means.
      const level = error && !error.startsWith("AWS_NOT_FOUND") ? "warn" : "debug";
      const outcome = error?.split(":", 1)[0] ?? "done";
      waiting.push({ at: clock.now(), level, component, step, message, aws, outcome });
    },
    silence:
      (component, step) =>
      ({ service, operation }, waitedMs) => {
        const message = `Waiting for ${service}:${operation} for ${waitedMs / 1000} s.`;
        waiting.push({ at: clock.now(), level: "warn", component, step, message, aws: null });
        void flush().catch(() => {});
      },
    take,
    keep: (lines) => void waiting.push(...lines),
    flush,
  };
}

type RunningJob = { readonly activity: Activity } & Pick<JobContext, "fence" | "signal" | "cancellation" | "report">;

export function createJobContext(deps: JobDeps, job: RunningJob): JobContext {
  return contextOf({ ...deps, artifacts: checkedOnce(deps.artifacts.ofTarget(job.activity.target)) }, job);
}

type ContextDeps = Omit<JobDeps, "artifacts"> & Pick<JobContext, "artifacts">;

function contextOf(deps: ContextDeps, job: RunningJob): JobContext {
  const { fence, activity, signal, cancellation, report } = job;
  const log = createJobLog(deps.store, fence, activity.id, deps.clock);
  return {
    ...deps,
    fence,
    signal,
    cancellation,
    report,
    log,
    fingerprint: deps.fingerprintAt(activity),
    shownDigest: async (digest) => (await deps.store.findDigester(activity.target))(digest),
    learnSecrets: async (components) => {
      const policy = (await deps.store.findPolicy(activity)) ?? NOTHING_DISCLOSED;
      const values = components.flatMap(({ id, state }) => secretsOf(id, state, policy));
      if (values.length > 0) await deps.store.learnSecrets(activity, values);
    },
    findSecrets: () => deps.store.findSecrets(activity),
    stagingBucket: deps.stagingBucketOf(activity.target),
    access: (component, step, also) => {
      const life = { signal, cancellation, silent: log.silence(component, step) };
      const observe = log.observer(component, step);
      const both: CallObserver = (call) => {
        observe(call);
        also?.(call);
      };
      return deps.connect(activity.target, both, life);
    },
    accessUnder: (about) => {
      const observe: CallObserver = (call) => {
        const { component, step } = about();
        log.observer(component, step)(call);
      };
      return deps.connect(activity.target, observe, { signal, cancellation, silent: log.silence(null, null) });
    },
    fork: () => contextOf(deps, job),
  };
}

/**
 * Makes sure that the credentials belong to the account and region in which earlier jobs of the activity worked, and that
 * no other work has locked its components there under another name of the target. DEPLOYMENT_IN_PROGRESS, ROLLBACK_IN_PROGRESS.
 */
export async function identify(context: JobContext, activity: Activity): Promise<void> {
  const identity = await context.access(null, null).identity.whoAmI();
  const guard = (unfinished: readonly Activity[]) => lockedError(activity.lock, activity.grants, unfinished);
  await context.store.identify(context.fence, activity.id, identity, guard);
  context.log.add("info", `Working in account ${identity.account}, region ${identity.region}.`);
}

/**
 * The safe point between two steps: throws CANCELLED when someone asked for it, SHUTTING_DOWN when the service stops.
 */
export async function checkpoint(context: JobContext, activity: string): Promise<void> {
  if (context.signal.aborted)
    throw new StepbackError("SHUTTING_DOWN", "The service is stopping; the job goes on after its restart.");
  if (await context.store.isCancelRequested(activity))
    throw new StepbackError("CANCELLED", "The job was cancelled on request; its log says by whom.");
}

export function enqueueing(
  { dispatcher }: Pick<JobDeps, "dispatcher">,
  type: "plan-rollback" | "run-rollback",
  subject: string,
) {
  return (transaction: Transaction) => dispatcher.enqueue(transaction, { type, subject });
}
