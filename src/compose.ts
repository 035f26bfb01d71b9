import { randomBytes, randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { type Logger, pino } from "pino";
import { buildApp } from "./app.ts";
import { openDiskArtifacts } from "./artifacts/disk-artifacts.ts";
import { type AwsConnector, type AwsSettings, createAwsConnector } from "./aws/connect.ts";
import { DEFAULT_RATES, quotaClassOf } from "./aws/pacing.ts";
import type { Config } from "./config.ts";
import { StepbackError } from "./domain/errors.ts";
import { type Clock, idFrom, type NewId } from "./domain/ids.ts";
import { steadyNow } from "./domain/steady-clock.ts";
import type { JobDeps } from "./jobs/job-context.ts";
import type { Dispatcher } from "./jobs/queue/dispatcher.ts";
import { createInProcessDispatcher } from "./jobs/queue/in-process-dispatcher.ts";
import { Rounds, type RoundsLog } from "./jobs/queue/rounds.ts";
import { createWorker } from "./jobs/worker.ts";
import { ensureAdminToken } from "./services/access.ts";
import { loadFingerprint } from "./services/secret-files.ts";
import type { ServiceDeps } from "./services/service-deps.ts";
import { createServices, type Services } from "./services/services.ts";
import { openSqliteStore } from "./store/sqlite-store.ts";
import type { Store } from "./store/store.ts";

/** How often to look for deployments and commands that were not reported in time. */
const ABANDON_CHECK_MS = 60_000;

export interface ComposeOptions {
  /** Replaces the network between the SDK and AWS by an in-process sandbox. */
  readonly requestHandler?: AwsSettings["requestHandler"];
  readonly logger?: Logger;
  /** The machine's time by default. */
  readonly clock?: Clock;
  /** Opens the rows; the SQLite file of the configuration by default. */
  readonly openStore?: (file: string) => Promise<Store>;
}

/** The whole service, at work on its jobs, without a port. */
export interface ComposedService {
  readonly adminToken: string;
  /** Handles a request without a socket. */
  readonly inject: FastifyInstance["inject"];
  /** Serves on the configured port and resolves to the URL. */
  listen(): Promise<string>;
  /** Stops taking requests, ends what jobs wait for, and closes the store. Jobs go on at the next start. */
  close(): Promise<void>;
}

export interface RunningService extends ComposedService {
  readonly url: string;
}

/** Starts the whole service on its port. Unfinished jobs continue at once. INVALID_SETTINGS when it must not start. */
export async function startService(config: Config, options: ComposeOptions = {}): Promise<RunningService> {
  const service = await composeService(config, options);
  try {
    return { ...service, url: await service.listen() };
  } catch (error) {
    await service.close();
    throw error;
  }
}

/** As `startService`, before anybody can reach it. */
export async function composeService(config: Config, options: ComposeOptions = {}): Promise<ComposedService> {
  const logger = options.logger ?? pino({ level: config.logLevel });
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const store = await (options.openStore ?? openSqliteStore)(config.databaseFile);
  const parts = await assemble(config, store, logger, options).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const { app, adminToken } = parts;
  return {
    adminToken,
    inject: app.inject.bind(app),
    listen: () => app.listen({ host: config.host, port: config.port }),
    close: () => stop(parts, store),
  };
}

interface Parts {
  readonly app: FastifyInstance;
  readonly aws: AwsConnector;
  readonly dispatcher: Dispatcher;
  readonly adminToken: string;
  readonly stopping: AbortController;
}

async function assemble(config: Config, store: Store, logger: Logger, options: ComposeOptions): Promise<Parts> {
  const clock = await clockOver(store, options.clock ?? systemClock);
  const newId: NewId = (prefix) => idFrom(prefix, clock.now(), randomBytes(10));
  const aws = createAwsConnector({
    rates: config.rates,
    clock,
    ...handlerOf(options),
  });
  const dispatcher = createInProcessDispatcher(store, clock, {
    ...roundsLog(logger, "jobs are delivered"),
    undelivered: (error, { job, type, subject }) =>
      logger.error({ err: error, job, type, subject }, "a job was interrupted and is delivered again"),
  });
  const artifacts = await openDiskArtifacts(config.artifactsDir);
  const fingerprint = await loadFingerprint(join(config.dataDir, "fingerprint.key"), randomBytes);
  const shared: ServiceDeps = {
    store,
    artifacts,
    dispatcher,
    clock,
    newId,
    fingerprint,
    rateOf: ratesOf(config),
    targets: config.targets.map(({ name }) => name),
    maxPackageBytes: config.maxPackageBytes,
    maxFollowers: config.maxFollowers,
  };
  const services = createServices(shared);
  const { adminToken: configured, adminTokenFile: file } = config;
  const { token: adminToken, hasReplaced } = await ensureAdminToken(shared, { configured, file, newToken });
  if (hasReplaced) logger.warn("the admin token is another one now: the earlier one is not valid any more");
  await store.releaseKey(null);
  const app = await buildApp({ services, logger, newRequestId });
  const deps: JobDeps = {
    ...shared,
    connect: connector(config, aws),
    stagingBucketOf: (target) => config.targets.find(({ name }) => name === target)?.stagingBucket ?? null,
  };
  dispatcher.work(
    createWorker(deps, (error, { job, type, subject }, place) =>
      logger.error({ err: error, job, type, subject, ...place }, "a job met a fault of Stepback itself"),
    ),
  );
  const stopping = new AbortController();
  void abandonExpired(services, { clock, logger, afterMs: config.abandonAfterMs, signal: stopping.signal });
  return { app, aws, dispatcher, adminToken, stopping };
}

/** Waits for nothing but the rows: what jobs wait for ends at once, as a crash would end it, and their journal makes that safe. */
async function stop({ app, aws, dispatcher, stopping }: Parts, store: Store): Promise<void> {
  stopping.abort();
  const stopped = dispatcher.stop();
  aws.close();
  await app.close();
  await stopped;
  await store.close();
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

function connector(config: Config, aws: AwsConnector): JobDeps["connect"] {
  return (name, observe, life) => {
    const target = config.targets.find((known) => known.name === name);
    if (!target) throw new StepbackError("UNKNOWN_TARGET", `The target ${name} is no longer in STEPBACK_TARGETS.`);
    return aws.access(target, observe, life);
  };
}

async function abandonExpired(
  services: Services,
  { clock, logger, afterMs, signal }: { clock: Clock; logger: Logger; afterMs: number; signal: AbortSignal },
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

function roundsLog(logger: Logger, what: string): RoundsLog {
  return {
    failed: (error) => logger.error({ err: error }, `interrupted: ${what} again when the cause is gone`),
    recovered: () => logger.warn(`recovered: ${what} again`),
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
