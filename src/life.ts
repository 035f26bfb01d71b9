import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { ArtifactInspection } from "./artifacts/artifacts.ts";
import type { DiskArtifacts } from "./artifacts/disk-artifacts.ts";
import type { AwsConnector } from "./aws/connect.ts";
import { isLeftToOthers } from "./domain/errors.ts";
import type { Clock } from "./domain/ids.ts";
import type { Dispatcher } from "./jobs/queue/dispatcher.ts";
import { Rounds, type RoundsLog } from "./jobs/queue/rounds.ts";
import { rotateKeys } from "./jobs/rotate-keys.ts";
import { verifyData } from "./jobs/verify-data.ts";
import type { Services } from "./services/services.ts";
import type { KeyRotationStore } from "./store/port/key-rotations.ts";
import type { DamageStore, VerificationStore } from "./store/port/verifications.ts";
import type { Store } from "./store/store.ts";

/*
 * What a composed service does besides answering requests, from the takeover of its data folder to its end.
 */

/** The parts of a service that is not yet at work. */
export interface Parts {
  readonly store: Store;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly app: FastifyInstance;
  readonly aws: AwsConnector;
  readonly dispatcher: Dispatcher;
  readonly stopping: AbortController;
  /** Takes over the data folder and starts the work on the jobs. Requests wait for it. Returns the admin token. */
  readonly begin: () => Promise<string>;
}

/** Requests wait until the data folder has been taken over; then those that change something are refused once it is lost. */
export function createGate(store: Store) {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const admit = async (changes: boolean) => {
    await opened;
    if (changes) await store.requireCurrent();
  };
  return { open: () => open(), admit };
}

/** Starts delivery once `ready` has ended. A write that fails there, in an outage or by the fence, meets delivery as well, which reports it. */
export async function deliver(
  dispatcher: Dispatcher,
  worker: Parameters<Dispatcher["work"]>[0],
  ready: () => Promise<void>,
): Promise<void> {
  await ready().catch(() => {});
  dispatcher.work(worker);
}

/** Waits for nothing but the rows: what jobs wait for ends at once, as a crash would end it, and their journal makes that safe. */
export async function stop(parts: Parts): Promise<void> {
  const ended = endWork(parts);
  await parts.app.close();
  await ended;
  await parts.store.close();
}

/** Ends all jobs and calls, and tells so to a service that waits to go on with them. Idempotent. */
async function endWork({ store, clock, aws, dispatcher, stopping }: Parts): Promise<void> {
  stopping.abort();
  const stopped = dispatcher.stop();
  aws.close();
  await stopped;
  // Only saves the next service a wait.
  await store.endOwnGeneration(clock.now()).catch(() => {});
}

/** How long a fenced service goes on answering, so that platforms see why it is not ready, and clients why they are refused. */
const FENCED_MS = 3_000;

/** Resolves when the service is fenced, has stopped its work and has answered for a while longer. */
export async function whenFenced(parts: Parts): Promise<void> {
  const { store, logger, clock } = parts;
  await aborted(store.fenced);
  logger.fatal("another service has taken over this data folder: this one stops its jobs and ends");
  await endWork(parts);
  await clock.sleep(FENCED_MS);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}

/** What goes on in rounds beside the jobs. */
interface RoundsContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A service that was fenced has ended by then, and its uploads with it. */
const LEFT_BEHIND_MS = 60_000;

export async function removeLeftBehind(
  artifacts: DiskArtifacts,
  { clock, logger, signal }: RoundsContext,
): Promise<void> {
  await clock.sleep(LEFT_BEHIND_MS, signal);
  if (signal.aborted) return;
  await artifacts.removeLeftBehind().catch((error: unknown) => {
    logger.error({ err: error }, "half-written artifacts of an earlier service could not be removed");
  });
}

/** How often to look for deployments and commands that were not reported in time. */
const ABANDON_CHECK_MS = 60_000;

export async function abandonExpired(
  services: Services,
  { clock, logger, afterMs, signal }: RoundsContext & { readonly afterMs: number },
): Promise<void> {
  const rounds = new Rounds(roundsLog(logger, "expired activities are abandoned"));
  while (!signal.aborted) {
    await rounds.run(async () => {
      await services.deployments.abandonExpired(afterMs);
      await services.packageCommands.abandonExpired(afterMs);
    });
    await clock.sleep(ABANDON_CHECK_MS, signal);
  }
}

/** How soon a wish to rotate the keys is met. */
const ROTATION_CHECK_MS = 2_000;

/** Goes on with the rotation of the keys that somebody asked for, beside the jobs. */
export async function rotateWhenAsked(
  store: KeyRotationStore,
  { clock, logger, signal }: RoundsContext,
): Promise<void> {
  const rounds = new Rounds(roundsLog(logger, "keys are rotated"));
  while (!signal.aborted) {
    await rounds.run(async () => {
      const master = await rotateKeys(store, { clock, signal });
      if (master !== null) logger.warn({ key: master }, KEEP_A_COPY);
    });
    await clock.sleep(ROTATION_CHECK_MS, signal);
  }
}

const KEEP_A_COPY =
  "all keys are wrapped by this master key now: where it is in a file, keep a new copy of the file elsewhere, the earlier ones do not open the data folder any more";

/** How soon a wish to check what is stored is met. */
const VERIFICATION_CHECK_MS = 1_000;

/** Goes through with the verification that somebody asked for, beside the jobs. */
export async function verifyWhenAsked(
  store: VerificationStore & DamageStore,
  files: ArtifactInspection,
  { clock, logger, signal }: RoundsContext,
): Promise<void> {
  const rounds = new Rounds(roundsLog(logger, "what is stored is verified"));
  while (!signal.aborted) {
    await rounds.run(async () => {
      const verification = await verifyData({ store, files, clock, signal });
      if (verification && verification.damaged > 0)
        logger.error({ verification: verification.id, damaged: verification.damaged }, "what is stored is damaged");
    });
    await clock.sleep(VERIFICATION_CHECK_MS, signal);
  }
}

/** Keys live an hour, and are unwrapped again when a quarter of it is over. */
const RENEW_MS = 300_000;

/** Keeps the keys that are in use at hand, so that an outage of the master key is noticed late or not at all. */
export async function renewKeys(
  store: Pick<Store, "renewKeys">,
  { clock, logger, signal }: RoundsContext,
): Promise<void> {
  const rounds = new Rounds(roundsLog(logger, "keys are unwrapped"));
  while (!signal.aborted) {
    await clock.sleep(RENEW_MS, signal);
    if (!signal.aborted) await rounds.run(() => store.renewKeys());
  }
}

/** How long what was recorded waits to be chained, at most. */
const SEQUENCE_MS = 1_000;

/** Chains the audit, with what callers without a login were refused, which is written once a minute has passed. */
export async function sequenceAudit(
  { audit }: Pick<Services, "audit">,
  { clock, logger, signal }: RoundsContext,
): Promise<void> {
  const rounds = new Rounds(roundsLog(logger, "the audit is chained"));
  while (!signal.aborted) {
    await rounds.run(() => audit.sequence());
    await clock.sleep(SEQUENCE_MS, signal);
  }
  await audit.sequence(true).catch(() => {});
}

export function roundsLog(logger: Logger, what: string): RoundsLog {
  return {
    failed: (error) => {
      // A fenced service ends, and says so once.
      if (isLeftToOthers(error)) return;
      logger.error({ err: error }, `interrupted: ${what} again when the cause is gone`);
    },
    recovered: () => logger.warn(`recovered: ${what} again`),
  };
}
