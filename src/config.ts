import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Fault, StepbackError } from "./domain/errors.ts";
import { isJsonObject, type Json } from "./domain/json.ts";

/** The quota classes of AWS whose rates can be set, in calls a second. */
export const RATE_NAMES = ["lambda:GetFunction", "lambda:GetPolicy", "lambda:other", "cloudformation"] as const;
export type RateName = (typeof RATE_NAMES)[number];

export const LOG_LEVEL_NAMES = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevelName = (typeof LOG_LEVEL_NAMES)[number];

/** One account and region. Null: what the SDK's own standard settings say. */
export interface TargetSettings {
  readonly name: string;
  readonly region: string | null;
  readonly roleArn: string | null;
}

export interface Config {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly databaseFile: string;
  readonly artifactsDir: string;
  /** Where the first admin token is written when none is configured. */
  readonly adminTokenFile: string;
  readonly adminToken: string | null;
  /** At least one; the first is the default of a deployment. */
  readonly targets: readonly TargetSettings[];
  readonly stagingBucket: string | null;
  /** Calls a second; null leaves the gateways' defaults. */
  readonly rates: Readonly<Partial<Record<RateName, number>>> | null;
  readonly abandonAfterMs: number;
  readonly maxPackageBytes: number;
  readonly logLevel: LogLevelName;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The reader of one setting adds what is wrong with it to `faults` and goes on with a harmless value. */
interface Reading {
  readonly env: Env;
  readonly faults: Fault[];
}

const HOUR_MS = 3_600_000;
const MB = 1_000_000;

/** Shorter tokens can be guessed over a network. */
const MIN_TOKEN_LENGTH = 16;

/** The settings from the environment, and nothing from anywhere else. INVALID_SETTINGS lists every fault at once. */
export function readConfig(env: Env): Config {
  const reading: Reading = { env, faults: [] };
  const dataDir = resolve(text(reading, "STEPBACK_DATA_DIR") ?? "./data");
  refuseUnsupported(reading);
  const config: Config = {
    host: text(reading, "STEPBACK_HOST") ?? "127.0.0.1",
    port: wholeNumber(reading, "STEPBACK_PORT", { fallback: 8700, least: 0, most: 65_535 }),
    dataDir,
    databaseFile: join(dataDir, "stepback.db"),
    artifactsDir: join(dataDir, "artifacts"),
    adminTokenFile: join(dataDir, "admin-token"),
    adminToken: readAdminToken(reading),
    targets: readTargets(reading),
    stagingBucket: text(reading, "STEPBACK_STAGING_BUCKET"),
    rates: readRates(reading),
    // A year: whoever never finishes deployments holds their components for ever.
    abandonAfterMs:
      HOUR_MS * wholeNumber(reading, "STEPBACK_ABANDON_AFTER_HOURS", { fallback: 24, least: 1, most: 8760 }),
    // Lambda takes 250 MB of unpacked code a function; a package holds those of a service. S3 takes 5 GB at once.
    maxPackageBytes: MB * wholeNumber(reading, "STEPBACK_MAX_PACKAGE_MB", { fallback: 500, least: 1, most: 5_000 }),
    logLevel: readLogLevel(reading),
  };
  refuseOpenDoor(reading, config);
  if (reading.faults.length > 0) {
    const detail = reading.faults.map((fault) => `${fault.pointer}: ${fault.detail}`).join("\n");
    throw new StepbackError("INVALID_SETTINGS", detail, reading.faults);
  }
  return config;
}

/** Null where a variable is not set or empty. */
function text({ env }: Reading, name: string): string | null {
  return env[name]?.trim() || null;
}

function fault({ faults }: Reading, name: string, detail: string): void {
  faults.push({ pointer: name, detail });
}

function wholeNumber(
  reading: Reading,
  name: string,
  { fallback, least, most }: { fallback: number; least: number; most: number },
): number {
  const given = text(reading, name);
  if (given === null) return fallback;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  fault(reading, name, `must be a whole number from ${least} to ${most}`);
  return fallback;
}

function refuseUnsupported(reading: Reading): void {
  const database = text(reading, "STEPBACK_DATABASE_URL");
  if (database?.startsWith("postgres")) fault(reading, "STEPBACK_DATABASE_URL", "PostgreSQL is not supported yet");
  else if (database) fault(reading, "STEPBACK_DATABASE_URL", "must be empty: rows are kept in the data folder");
  const artifacts = text(reading, "STEPBACK_ARTIFACTS");
  if (artifacts?.startsWith("s3://")) fault(reading, "STEPBACK_ARTIFACTS", "S3 is not supported yet");
  else if (artifacts) fault(reading, "STEPBACK_ARTIFACTS", "must be empty: artifacts are kept in the data folder");
}

function readAdminToken(reading: Reading): string | null {
  const token = text(reading, "STEPBACK_ADMIN_TOKEN");
  if (token !== null && (token.length < MIN_TOKEN_LENGTH || /\s/.test(token))) {
    fault(reading, "STEPBACK_ADMIN_TOKEN", `must have at least ${MIN_TOKEN_LENGTH} characters and no spaces`);
  }
  return token;
}

/** Other machines reach any address but loopback, so nobody may start there without having chosen a token. */
function refuseOpenDoor(reading: Reading, { host, adminToken }: Config): void {
  const isLoopback = host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
  if (isLoopback || adminToken !== null) return;
  fault(reading, "STEPBACK_HOST", `${host} is not loopback: set STEPBACK_ADMIN_TOKEN first`);
}

function readLogLevel(reading: Reading): LogLevelName {
  const given = text(reading, "STEPBACK_LOG_LEVEL") ?? "info";
  const level = LOG_LEVEL_NAMES.find((name) => name === given);
  if (!level) fault(reading, "STEPBACK_LOG_LEVEL", `must be one of ${LOG_LEVEL_NAMES.join(", ")}`);
  return level ?? "info";
}

/** `lambda:GetFunction=50,lambda:other=8`. */
function readRates(reading: Reading): Config["rates"] {
  const given = text(reading, "STEPBACK_RATES");
  if (given === null) return null;
  const rates: Partial<Record<RateName, number>> = {};
  for (const entry of given.split(",")) {
    const [name = "", rate = ""] = entry.split("=").map((part) => part.trim());
    const known = RATE_NAMES.find((candidate) => candidate === name);
    const value = Number(rate);
    if (known && rate !== "" && value > 0 && Number.isFinite(value)) rates[known] = value;
    else fault(reading, "STEPBACK_RATES", `\`${entry}\` is not NAME=CALLS_A_SECOND with ${RATE_NAMES.join(", ")}`);
  }
  return rates;
}

const DEFAULT_TARGETS: readonly TargetSettings[] = [{ name: "default", region: null, roleArn: null }];

function readTargets(reading: Reading): readonly TargetSettings[] {
  const file = text(reading, "STEPBACK_TARGETS");
  if (file === null) return DEFAULT_TARGETS;
  const entries = readJsonFile(reading, "STEPBACK_TARGETS", file);
  if (!Array.isArray(entries) || entries.length === 0) {
    if (entries !== undefined) fault(reading, "STEPBACK_TARGETS", "must hold a list of { name, region, roleArn }");
    return DEFAULT_TARGETS;
  }
  const targets = (entries as readonly Json[]).flatMap((entry, index) => readTarget(reading, entry, index));
  const doubled = targets.find(({ name }, index) => targets.findIndex((other) => other.name === name) < index);
  if (doubled) fault(reading, "STEPBACK_TARGETS", `names the target ${doubled.name} more than once`);
  return targets;
}

function readTarget(reading: Reading, entry: Json, index: number): TargetSettings[] {
  if (!isJsonObject(entry)) {
    fault(reading, "STEPBACK_TARGETS", `entry ${index} is no object`);
    return [];
  }
  const { name, region = null, roleArn = null, ...unknown } = entry;
  const isTextOrNull = (value: Json): value is string | null => value === null || typeof value === "string";
  if (
    typeof name === "string" &&
    name &&
    isTextOrNull(region) &&
    isTextOrNull(roleArn) &&
    !Object.keys(unknown).length
  ) {
    return [{ name, region, roleArn }];
  }
  fault(reading, "STEPBACK_TARGETS", `entry ${index} must have a name, may have region and roleArn, and nothing else`);
  return [];
}

/** Undefined where the file cannot be read as JSON; the fault is noted then. */
function readJsonFile(reading: Reading, name: string, file: string): Json | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Json;
  } catch (error) {
    fault(reading, name, `cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
