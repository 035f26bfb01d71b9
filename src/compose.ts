import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { type Logger, pino } from "pino";
import { buildApp } from "./app.ts";
import { openDiskArtifacts, SEALED_FOLDER } from "./artifacts/disk-artifacts.ts";
import { inspectFiles } from "./artifacts/inspect-files.ts";
import { sealPlainArtifacts } from "./artifacts/plain-artifacts.ts";
import { watchedArtifacts } from "./artifacts/watched-artifacts.ts";
import { type AwsConnector, type AwsSettings, createAwsConnector } from "./aws/connect.ts";
import type { KmsGateway } from "./aws/gateways/kms.ts";
import { createKmsGateway } from "./aws/kms/kms-gateway.ts";
import { DEFAULT_RATES, quotaClassOf } from "./aws/pacing.ts";
import type { Config } from "./config.ts";
import type { VerificationOptions } from "./domain/activity/verification.ts";
import { StepbackError } from "./domain/errors.ts";
import { type Clock, idFrom, type NewId } from "./domain/ids.ts";
import { steadyNow } from "./domain/steady-clock.ts";
import {
  type BackupCounts,
  type BackupHead,
  extractBackup,
  extractDatabase,
  readBackup,
  requireEmpty,
  writeBackup,
} from "./folder/backup-file.ts";
import { createPipelineIdentity } from "./identity/pipeline-identity.ts";
import type { JobDeps } from "./jobs/job-context.ts";
import { awaitHandover } from "./jobs/queue/handover.ts";
import { createInProcessDispatcher } from "./jobs/queue/in-process-dispatcher.ts";
import { inspectData, type VerifiedPart } from "./jobs/verify-data.ts";
import { createWorker } from "./jobs/worker.ts";
import {
  abandonExpired,
  createGate,
  deliver,
  type Parts,
  removeLeftBehind,
  renewKeys,
  rotateWhenAsked,
  roundsLog,
  sequenceAudit,
  stop,
  verifyWhenAsked,
  whenFenced,
} from "./life.ts";
import { openMaster } from "./sealing/open-master.ts";
import { ensureAdminToken } from "./services/admin-token.ts";
import { loadFingerprint } from "./services/secret-files.ts";
import type { ServiceDeps } from "./services/service-deps.ts";
import { createServices } from "./services/services.ts";
import { copyDatabase, restoreDatabase } from "./store/database-backup.ts";
import { inspectPrepared, inspectWrapped, newestSchema } from "./store/migrations.ts";
import { openForInspection, openSqliteStore, type StoreSealing } from "./store/sqlite-store.ts";
import type { Store } from "./store/store.ts";

/** 1 kB/s: slower than any line that a person waits for. */
const BODY_PACE = { windowMs: 30_000, leastBytes: 30_000 };

export interface ComposeOptions {
  /** Replaces the network between the SDK and AWS by an in-process sandbox. */
  readonly requestHandler?: AwsSettings["requestHandler"];
  readonly logger?: Logger;
  /** The machine's time by default. */
  readonly clock?: Clock;
  /** Opens the rows; the SQLite file of the configuration by default. */
  readonly openStore?: (file: string, sealing: StoreSealing) => Promise<Store>;
}

/** The whole service, at work on its jobs, without a port. */
export interface ComposedService {
  readonly adminToken: string;
  /** Handles a request without a socket. */
  readonly inject: FastifyInstance["inject"];
  /**
   * Resolves when another service has taken over the data folder and this one has stopped its work, some seconds ago: `close`
   * is what is left to do.
   */
  readonly fenced: Promise<void>;
  /** Stops taking requests, ends what jobs wait for, and closes the store. Jobs go on at the next start. */
  close(): Promise<void>;
}

export interface RunningService extends ComposedService {
  readonly url: string;
}

/**
 * Starts the whole service on its port. Unfinished jobs continue at once, and a service that had the data folder before is fenced:
 * after the port is taken, so that a mistaken second start on the same port harms nobody. INVALID_SETTINGS when it must not start.
 */
export async function startService(config: Config, options: ComposeOptions = {}): Promise<RunningService> {
  const parts = await openParts(config, options);
  return orStop(parts, async () => {
    const url = await parts.app.listen({ host: config.host, port: config.port });
    return { ...(await begun(parts)), url };
  });
}

/** As `startService`, but nobody can reach it. */
export async function composeService(config: Config, options: ComposeOptions = {}): Promise<ComposedService> {
  const parts = await openParts(config, options);
  return orStop(parts, () => begun(parts));
}

async function begun(parts: Parts): Promise<ComposedService> {
  const adminToken = await parts.begin();
  const { app } = parts;
  return { adminToken, inject: app.inject.bind(app), fenced: whenFenced(parts), close: () => stop(parts) };
}

async function orStop<Result>(parts: Parts, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await stop(parts);
    throw error;
  }
}

async function openParts(config: Config, options: ComposeOptions): Promise<Parts> {
  const logger = options.logger ?? pino({ level: config.logLevel });
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const kms = createKmsGateway(options.requestHandler ?? null);
  const { now } = options.clock ?? systemClock;
  const sealing = sealingOf(config, kms, { logger, now });
  const store = await (options.openStore ?? openSqliteStore)(config.databaseFile, sealing);
  return assemble(config, { store, kms }, { ...options, logger }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
}

/**
 * Checks the data folder of the settings without a service, or beside one. Changes nothing. INVALID_SETTINGS where there is no
 * folder of this version, or its master key is missing.
 */
export async function inspectFolder(
  config: Config,
  options: VerificationOptions,
): Promise<AsyncGenerator<VerifiedPart>> {
  const logger = pino({ level: "silent" });
  const kms = createKmsGateway(null);
  const store = await openForInspection(config.databaseFile, sealingOf(config, kms, { logger, now: systemClock.now }));
  const files = inspectFiles(join(config.artifactsDir, SEALED_FOLDER), store);
  return (async function* () {
    try {
      yield* inspectData({ store, files }, options, new AbortController().signal);
    } finally {
      await store.close();
      kms.close();
    }
  })();
}

/** Backs up the data folder of the settings into one file, while a service may be at work on it. INVALID_SETTINGS. */
export async function backUpFolder(config: Config, file: string): Promise<BackupCounts> {
  const { installation } = inspectPrepared(config.databaseFile);
  const madeAt = new Date(systemClock.now()).toISOString();
  return writeBackup(file, {
    dataDir: config.dataDir,
    head: { madeAt, installation, schema: newestSchema() },
    copyDatabase: (to) => copyDatabase(config.databaseFile, to),
  });
}

/**
 * Brings a backup into the data folder of the settings, which has to be empty. Whatever is refused is refused before anything is
 * written: INVALID_SETTINGS for a folder that is not empty, a file that is cut, foreign or newer, and a missing master key.
 */
export async function restoreFolder(config: Config, file: string): Promise<BackupHead> {
  const logger = pino({ level: "silent" });
  await requireEmpty(config.dataDir, config.masterKeyFile);
  const head = await readBackup(file);
  if (head.schema > newestSchema())
    throw new StepbackError("INVALID_SETTINGS", `${file} was written by a newer version of Stepback.`);
  const kms = createKmsGateway(null);
  const sealing = sealingOf(config, kms, { logger, now: systemClock.now });
  try {
    await checkMasterKey(file, sealing);
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    await extractBackup(file, config.dataDir, (database) => restoreDatabase(database, sealing, head.madeAt));
    return head;
  } finally {
    kms.close();
  }
}

/** Opens the master key for a copy of the database beside nothing else, so that a missing one is refused before the folder is touched. */
async function checkMasterKey(file: string, { openMaster }: StoreSealing): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "stepback-restore-"));
  try {
    await openMaster(inspectWrapped(await extractDatabase(file, scratch)));
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** A master key beside the data protects from nobody who gets the folder, so each start says so. */
function sealingOf(
  config: Config,
  kms: KmsGateway,
  { logger, now }: { logger: Logger; now: Clock["now"] },
): StoreSealing {
  const { masterKeyFile: file, isKeyBesideData } = config;
  return {
    now,
    random: randomBytes,
    openMaster: async (wrapped) => {
      const { master, isNew, isFile, isRecovering } = await openMaster(config, { wrapped, kms, random: randomBytes });
      if (isNew)
        logger.warn(
          { file, key: master.id },
          "made the master key: keep a copy elsewhere, without it no backup can be read",
        );
      if (isFile && isKeyBesideData) logger.warn({ file }, MOVE_KEY);
      if (isRecovering) logger.warn(TAKE_RECOVERY_AWAY);
      return master;
    },
  };
}

const TAKE_RECOVERY_AWAY =
  "the private half of the recovery key is at hand: run `stepback keys rotate`, then take it away and unset STEPBACK_RECOVERY_PRIVATE_KEY_FILE";

const MOVE_KEY =
  "the master key lies beside the data that it seals: move it out of the data folder and name its place in STEPBACK_MASTER_KEY_FILE";

interface Opened {
  readonly store: Store;
  readonly kms: KmsGateway;
}

async function assemble(
  config: Config,
  { store, kms }: Opened,
  options: ComposeOptions & { readonly logger: Logger },
): Promise<Parts> {
  const { logger } = options;
  const clock = await clockOver(store, options.clock ?? systemClock);
  const newId: NewId = (prefix) => idFrom(prefix, clock.now(), randomBytes(10));
  const connector = createAwsConnector({
    rates: config.rates,
    clock,
    mayChange: () => store.requireCurrent(),
    keyedFor: (target) => async (digest) => (await store.findDigester(target))(digest),
    ...handlerOf(options),
  });
  const aws: AwsConnector = {
    ...connector,
    close: () => {
      connector.close();
      kms.close();
    },
  };
  const dispatcher = createInProcessDispatcher(store, clock, {
    ...roundsLog(logger, "jobs are delivered"),
    undelivered: (error, { job, type, subject }) =>
      logger.error({ err: error, job, type, subject }, "a job was interrupted and is delivered again"),
  });
  const files = await openDiskArtifacts(config.artifactsDir, { keys: store, random: randomBytes });
  await sealPlainArtifacts(config.artifactsDir, files, () => store.findArtifactOwners());
  const artifacts = watchedArtifacts(files, {
    damaged: (owner, digest, damage) => store.noteDamage({ part: { owner, digest }, damage, at: clock.now() }),
    whole: (owner, digest) => store.forgetDamage({ owner, digest }),
  });
  const fingerprintAt = await loadFingerprint(store, join(config.dataDir, "fingerprint.key"));
  const shared: ServiceDeps = {
    store,
    artifacts,
    dispatcher,
    clock,
    newId,
    newSecret: randomBytes,
    fingerprintAt,
    pipelines: createPipelineIdentity({ rules: config.pipelineRules, clock }),
    rateOf: ratesOf(config),
    targets: config.targets.map(({ name }) => name),
    maxPackageBytes: config.maxPackageBytes,
    maxFollowers: config.maxFollowers,
  };
  const services = createServices(shared);
  const gate = createGate(store);
  const app = await buildApp({
    services,
    logger,
    newRequestId,
    admit: gate.admit,
    bodyPace: { ...BODY_PACE, sleep: clock.sleep },
    limits: config.limits,
    now: clock.now,
    trustedProxies: config.trustedProxies,
  });
  const deps: JobDeps = {
    ...shared,
    connect: connecting(config, aws),
    stagingBucketOf: (target) => config.targets.find(({ name }) => name === target)?.stagingBucket ?? null,
  };
  const worker = createWorker(deps, (error, { job, type, subject }, place) =>
    logger.error({ err: error, job, type, subject, ...place }, "a job met a fault of Stepback itself"),
  );
  const stopping = new AbortController();
  const { signal } = stopping;
  const begin = async () => {
    const self = { host: hostname(), pid: process.pid };
    const earlier = await store.takeOver(self, clock.now());
    const { adminToken: configured, adminTokenFile: file } = config;
    const { token, hasReplaced, isRevoked } = await ensureAdminToken(shared, { configured, file, newToken });
    if (hasReplaced) logger.warn("the admin token is another one now: the earlier one is not valid any more");
    if (isRevoked)
      logger.warn(`the admin token in ${file} was revoked: delete the file to have a new one made at the next start`);
    await store.releaseKey(null);
    gate.open();
    const handedOver = awaitHandover(store, clock, { earlier, self, signal });
    void deliver(dispatcher, worker, () => handedOver);
    void abandonExpired(services, { clock, logger, afterMs: config.abandonAfterMs, signal });
    void handedOver.catch(() => {}).then(() => rotateWhenAsked(store, { clock, logger, signal }));
    void renewKeys(store, { clock, logger, signal });
    void sequenceAudit(services, { clock, logger, signal });
    void verifyWhenAsked(store, files.inspection, { clock, logger, signal });
    void removeLeftBehind(files, { clock, logger, signal });
    return token;
  };
  return { store, logger, clock, app, aws, dispatcher, stopping, begin };
}

function handlerOf({ requestHandler }: ComposeOptions): Pick<AwsSettings, "requestHandler"> {
  return requestHandler === undefined ? {} : { requestHandler };
}

/** The configured rates, and AWS's own quotas for classes without one. */
function ratesOf({ rates }: Config): ServiceDeps["rateOf"] {
  return (service, operation) => {
    const quota = quotaClassOf(service, operation);
    return quota && { quota, callsPerSecond: rates?.[quota] ?? DEFAULT_RATES[quota] };
  };
}

function connecting(config: Config, aws: AwsConnector): JobDeps["connect"] {
  return (name, observe, life) => {
    const target = config.targets.find((known) => known.name === name);
    if (!target) throw new StepbackError("UNKNOWN_TARGET", `The target ${name} is no longer in STEPBACK_TARGETS.`);
    return aws.access(target, observe, life);
  };
}

/** Rows are compared by their times, so no later time may be earlier than theirs. */
async function clockOver(store: Store, { now, sleep }: Clock): Promise<Clock> {
  const machine = { current: now, elapsed: () => performance.now() };
  return { now: steadyNow(machine, await store.latestTime()), sleep };
}

/** The machine's time. The one place that reads it. */
const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener("abort", end);
      if (signal?.aborted) end();
    }),
};

const newRequestId = () => `req_${randomUUID()}`;

const TOKEN_BYTES = 32;

const newToken = () => randomBytes(TOKEN_BYTES).toString("base64url");
