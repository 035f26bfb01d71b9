/** A whole service on a real SQLite store in a temporary folder. Its dispatcher only records jobs, and the tests play them. */
import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { FastifyInstance, HTTPMethods, InjectOptions } from "fastify";
import pino from "pino";
import type { Test } from "tap";
import { type AppDeps, buildApp } from "#src/app";
import type { ArtifactStore, Artifacts } from "#src/artifacts/artifacts";
import type { RequestLimits } from "#src/config";
import { EVERYWHERE, type Grant } from "#src/domain/access/grants";
import type { PipelineRule } from "#src/domain/access/pipeline-rules";
import type { Role } from "#src/domain/access/roles";
import { type Clock, idFrom, type NewId } from "#src/domain/ids";
import type { JsonObject } from "#src/domain/json";
import { createPipelineIdentity } from "#src/identity/pipeline-identity";
import type { Dispatcher } from "#src/jobs/queue/dispatcher";
import { createServices, type Services } from "#src/services/services";
import { hashOf, tokenIdOf } from "#src/services/token-text";
import type { ClaimedJob, JobRequest } from "#src/store/port/jobs";
import { openSqliteStore } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { TEST_SEALING } from "../support/sealing.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | number | string[] | undefined>;
  readonly text: string;
  /** Empty when the response is not JSON. */
  readonly body: Members;
}

export type Members = Readonly<Record<string, unknown>>;

export interface Call {
  readonly body?: unknown;
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
}

export interface TestService {
  readonly app: FastifyInstance;
  readonly store: Store;
  /** The database. */
  readonly file: string;
  readonly services: Services;
  readonly clock: TestClock;
  /** The enqueued jobs, in order. */
  readonly jobs: readonly JobRequest[];
  /** Its fault can be set. */
  readonly dispatcher: RecordingDispatcher;
  readonly artifacts: Map<string, Buffer>;
  /** The lines that the service logged as errors. */
  readonly errorLog: readonly JsonObject[];
  /** The same for warnings. */
  readonly warnings: readonly JsonObject[];
  get(url: string, call?: Call): Promise<Answer>;
  post(url: string, body?: unknown, call?: Call): Promise<Answer>;
  send(method: HTTPMethods, url: string, call?: Call): Promise<Answer>;
  /** Claims the oldest waiting job, as a worker does. */
  claim(): Promise<ClaimedJob>;
}

/** Time advances by every sleep, and by what a test adds. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  /** From now on only a signal ends a sleep. */
  freeze(): void;
}

export const TARGETS = ["default", "other"];
export const MAX_PACKAGE_BYTES = 100_000;
export const MAX_FOLLOWERS = 3;
/** More than any test asks for that is not about limits. */
export const LIMITS: RequestLimits = { requestsPerMinute: 100_000, waits: 100, openRequests: 100, delayMs: 60_000 };

/** The token of a role. Calls use that of `admin` unless a test names another one. */
export function tokenOf(role: Role): string {
  return `token-of-${role}-0123456789`;
}

/** The number of the level in pino's lines. */
const WARN = 40;

/** Nothing on loopback takes longer, but for issuers that a test makes slow. */
const QUICK = { timeoutMs: 2_000, maxBytes: 100_000 };

/** How a test's service differs from the others. */
type Settings = Partial<Pick<AppDeps, "limits" | "trustedProxies" | "isOverloaded">>;

export async function startTestService(
  t: Test,
  rules: readonly PipelineRule[] = [],
  settings: Settings = {},
): Promise<TestService> {
  const folder = await mkdtemp(join(tmpdir(), "stepback-http-"));
  const file = join(folder, "stepback.db");
  const store = await openSqliteStore(file, TEST_SEALING);
  const clock = testClock();
  const artifacts = new Map<string, Buffer>();
  const jobs: JobRequest[] = [];
  const errorLog: JsonObject[] = [];
  const warnings: JsonObject[] = [];
  const write = (line: string) => {
    const entry = JSON.parse(line) as JsonObject;
    (entry["level"] === WARN ? warnings : errorLog).push(entry);
  };
  const logger = pino({ level: "warn" }, { write });
  const dispatcher = recordingDispatcher(store, clock, jobs);
  const services = createServices({
    store,
    clock,
    artifacts: memoryArtifacts(artifacts),
    dispatcher,
    newId: countingIds(clock),
    newSecret: randomBytes,
    fingerprintAt: () => (value) => createHmac("sha256", "test").update(value).digest("hex").slice(0, 16),
    pipelines: createPipelineIdentity({ rules, clock, limits: QUICK }),
    rateOf: () => ({ quota: "all", callsPerSecond: 10 }),
    targets: TARGETS,
    maxPackageBytes: MAX_PACKAGE_BYTES,
    maxFollowers: MAX_FOLLOWERS,
  });
  await insertTokens(store, clock);
  const app = await buildApp({
    ...{ services, logger, newRequestId: () => `req_${randomUUID()}` },
    ...{ limits: LIMITS, now: clock.now, isOverloaded: () => false, ...settings },
  });
  t.teardown(async () => {
    await app.close();
    await store.close();
    await rm(folder, { recursive: true });
  });
  const send: TestService["send"] = (method, url, call) => inject(app, { method, url }, call);
  return {
    app,
    store,
    file,
    services,
    clock,
    jobs,
    dispatcher,
    artifacts,
    errorLog,
    warnings,
    send,
    get: (url, call) => send("GET", url, call),
    post: (url, body, call) => send("POST", url, { ...call, body }),
    claim: async () => {
      const job = await store.claimJob(clock.now(), 60_000);
      if (!job) throw new Error("no job is waiting");
      return job;
    },
  };
}

async function inject(app: FastifyInstance, request: InjectOptions, call: Call = {}): Promise<Answer> {
  const { body, token = tokenOf("admin"), headers = {} } = call;
  const response = await app.inject({
    ...request,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  const isJson = /\bjson\b/.test(String(response.headers["content-type"]));
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    body: isJson && response.body ? response.json<Members>() : {},
  };
}

async function insertTokens(store: Store, clock: Clock): Promise<void> {
  for (const role of ["admin", "operator", "ci", "approver", "auditor"] as const)
    await insertLogin(store, clock, tokenOf(role), { name: role, grants: [{ role, ...EVERYWHERE }] });
}

/** Makes a text of a test's own a token. */
export async function insertLogin(
  store: Store,
  clock: Clock,
  text: string,
  facts: { name: string; grants: readonly Grant[]; expiresAt?: number; createdBy?: string; deployment?: string },
): Promise<void> {
  await store.insertToken(hashOf(text), {
    ...{ id: tokenIdOf(text) ?? "", createdBy: "test", createdAt: clock.now(), expiresAt: null, lastUsedAt: null },
    ...{ revokedAt: null, revokedBy: null, deployment: null },
    ...facts,
  });
}

/** What names the principal of a role in jobs. */
export function subjectOf(role: Role): string {
  return `token:${tokenIdOf(tokenOf(role))}:${role}`;
}

function testClock(): TestClock {
  let now = Date.UTC(2026, 10, 1);
  let isFrozen = false;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    freeze: () => {
      isFrozen = true;
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (!isFrozen || signal?.aborted) setImmediate(resolve);
        else signal?.addEventListener("abort", () => resolve(), { once: true });
        now += ms;
      }),
  };
}

function countingIds(clock: Clock): NewId {
  let count = 0;
  return (prefix) => {
    count += 1;
    const noise = Buffer.alloc(10);
    noise.writeUInt32BE(count, 0);
    return idFrom(prefix, clock.now(), noise);
  };
}

type RecordingDispatcher = Omit<Dispatcher, "fault"> & { fault: Dispatcher["fault"] };

function recordingDispatcher(store: Store, clock: Clock, jobs: JobRequest[]): RecordingDispatcher {
  return {
    enqueue: async (transaction, job) => {
      await store.insertJob(transaction, job, clock.now());
      jobs.push(job);
    },
    work: () => {},
    cancel: () => {},
    fault: null,
    stop: async () => {},
  };
}

/** Holds the bytes of all owners in one place. */
function memoryArtifacts(stored: Map<string, Buffer>): ArtifactStore {
  const artifacts: Artifacts = {
    put: async (bytes) => {
      const whole = Buffer.concat(await bytes.toArray());
      const digest = createHash("sha256").update(whole).digest("hex");
      stored.set(digest, whole);
      return { digest, sizeBytes: whole.length };
    },
    check: async (digest) => {
      const bytes = stored.get(digest);
      return bytes ? { sizeBytes: bytes.length } : { damage: "are missing" };
    },
    open: (digest) => Readable.from([stored.get(digest) ?? Buffer.alloc(0)]),
  };
  return { ofTarget: () => artifacts, ofPackages: () => artifacts };
}

export function idOf({ body, text }: Answer): string {
  if (typeof body["id"] !== "string") throw new Error(`no id in ${text}`);
  return body["id"];
}

export function itemsOf({ body, text }: Answer): readonly Members[] {
  if (!Array.isArray(body["items"])) throw new Error(`no items in ${text}`);
  return body["items"];
}

/** The faults of a problem document. */
export function faultsOf({ body }: Answer): readonly Members[] {
  return Array.isArray(body["errors"]) ? body["errors"] : [];
}
