import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { readTrustedProxies, type TrustedProxies } from "./domain/access/addresses.ts";
import { type PipelineRule, readPipelineRules } from "./domain/access/pipeline-rules.ts";
import { type Fault, StepbackError } from "./domain/errors.ts";
import { isJsonObject, type Json } from "./domain/json.ts";
import { isLoopbackHost } from "./domain/loopback.ts";

/** The quota classes of AWS whose rates can be set. */
const RATE_NAMES = ["lambda:GetFunction", "lambda:GetPolicy", "lambda:other", "cloudformation", "contents"] as const;
type RateName = (typeof RATE_NAMES)[number];

const LOG_LEVELS: readonly string[] = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

/** One account and region. Null means what the SDK's own standard settings say. */
export interface TargetSettings {
  readonly name: string;
  readonly region: string | null;
  readonly roleArn: string | null;
  /** The only account that jobs may work in. */
  readonly account: string | null;
  /** Bucket in the region for large code and templates. */
  readonly stagingBucket: string | null;
}

export interface Config {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly databaseFile: string;
  readonly artifactsDir: string;
  /** The file that receives the first admin token when none is configured. */
  readonly adminTokenFile: string;
  readonly adminToken: string | null;
  /** The file of the master key; made at the first start. */
  readonly masterKeyFile: string;
  /** Whether the settings name it. */
  readonly isMasterKeyFileNamed: boolean;
  /** ARN, id or alias of the key of KMS that takes the file's place; null without one. */
  readonly kmsKey: string | null;
  /** ARN of a key of KMS, or the path of a public key, that wraps every data key as well; null without one. */
  readonly recoveryKey: string | null;
  /** The path of the recovery key's private half, after the master key was lost. */
  readonly recoveryPrivateKeyFile: string | null;
  /** Whether that file lies in the data folder, where the key protects from nobody who gets the folder. */
  readonly isKeyBesideData: boolean;
  /** At least one. */
  readonly targets: readonly TargetSettings[];
  /** Which pipelines log in by their OIDC tokens, and what they may do. */
  readonly pipelineRules: readonly PipelineRule[];
  /** Calls per second; null leaves the gateways' defaults. */
  readonly rates: Readonly<Partial<Record<RateName, number>>> | null;
  readonly abandonAfterMs: number;
  readonly maxPackageBytes: number;
  readonly maxFollowers: number;
  readonly limits: RequestLimits;
  /** Whose word about the address of a caller counts. */
  readonly trustedProxies: TrustedProxies;
  readonly logLevel: string;
}

/** What one login may ask of the service, and when the service has too much to do. */
export interface RequestLimits {
  readonly requestsPerMinute: number;
  /** Requests with `?wait=` at a time. */
  readonly waits: number;
  /** Others at a time, besides followed logs. */
  readonly openRequests: number;
  /** How late the event loop may be before work that can wait is refused. */
  readonly delayMs: number;
}

type Env = Readonly<Record<string, string | undefined>>;

const HOUR_MS = 3_600_000;
const MB = 1_000_000;

/** Shorter tokens can be guessed over a network. */
const MIN_TOKEN_LENGTH = 16;

/** A text that `isGood` accepts. Otherwise `detail` is the fault, which must not repeat a secret. */
function text(isGood: (value: string) => boolean, detail: string | ((value: string) => string), options = {}) {
  return Type.Refine(Type.String(options), isGood, (value) => (typeof detail === "string" ? detail : detail(value)));
}

interface NumberOptions {
  readonly default: number;
  readonly least: number;
  readonly most: number;
  readonly description: string;
}

function wholeNumber({ default: fallback, least, most, description }: NumberOptions) {
  const isGood = (value: string) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
  const detail = `must be a whole number from ${least} to ${most}`;
  return Type.Decode(text(isGood, detail, { default: String(fallback), description }), Number);
}

/** What is wrong with a list of trusted proxies; null for a good one. */
function proxiesFault(value: string): string | null {
  try {
    readTrustedProxies(value);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A variable that is reserved for a later version. */
function unsupported(prefix: string, name: string, kept: string) {
  return text(
    () => false,
    (value) =>
      value.startsWith(prefix) ? `${name} is not supported yet` : `must be empty: ${kept} are kept in the data folder`,
    { description: `Must be empty: ${kept} are kept in the data folder; ${name} is not supported yet.` },
  );
}

/** ARN of a key or of an alias, a key's id (also of one in several regions), or an alias. */
function isKmsKey(value: string): boolean {
  return /^(arn:[^:\s]+:kms:[^:\s]+:\d{12}:(key|alias)\/\S+|alias\/\S+|mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.test(
    value,
  );
}

/** An alias may lead to another key later, so a recovery key is named itself. */
function isRecoveryKey(value: string): boolean {
  return !value.startsWith("arn:") || /^arn:[^:\s]+:kms:[^:\s]+:\d{12}:key\/\S+$/.test(value);
}

function rateOf(entry: string): [string, number] {
  const [name = "", rate = ""] = entry.split("=").map((part) => part.trim());
  return [name, rate === "" ? Number.NaN : Number(rate)];
}

function isRate(entry: string): boolean {
  const [name, rate] = rateOf(entry);
  return RATE_NAMES.some((known) => known === name) && rate > 0 && Number.isFinite(rate);
}

/** The variables that the service reads; `STEPBACK_RATES` is split at its commas first. docs/reference/settings.md shows them. */
export const Variables = Type.Object({
  STEPBACK_HOST: Type.String({
    default: "127.0.0.1",
    description: "Address to listen on. Any other than loopback needs `STEPBACK_ADMIN_TOKEN`.",
  }),
  STEPBACK_PORT: wholeNumber({
    default: 8700,
    least: 0,
    most: 65_535,
    description: "Port to listen on; 0 takes a free one.",
  }),
  STEPBACK_DATA_DIR: Type.String({
    default: "./data",
    description: "Folder of the database, the artifacts and the admin token.",
  }),
  STEPBACK_DATABASE_URL: Type.Optional(unsupported("postgres", "PostgreSQL", "rows")),
  STEPBACK_ARTIFACTS: Type.Optional(unsupported("s3://", "S3", "artifacts")),
  STEPBACK_ADMIN_TOKEN: Type.Optional(
    text(
      (token) => token.length >= MIN_TOKEN_LENGTH && !/\s/.test(token),
      `must have at least ${MIN_TOKEN_LENGTH} characters and no spaces`,
      {
        description: `The first admin token, at least ${MIN_TOKEN_LENGTH} characters. Without it, the first start makes one and writes it to \`admin-token\` in the data folder.`,
      },
    ),
  ),
  STEPBACK_MASTER_KEY_FILE: Type.Optional(
    Type.String({
      description:
        "Path of the file with the master key, under which everything in the data folder is sealed. Without it, the first start makes `master.key` in the data folder, from where it is to be moved: next to the data, it protects nothing. Whoever loses it loses every backup.",
    }),
  ),
  STEPBACK_KMS_KEY: Type.Optional(
    text(isKmsKey, "must be the ARN, the id or the alias (`alias/…`) of a key of KMS", {
      description:
        "ARN, id or alias of a symmetric key of AWS KMS that takes the place of the master key file ([operating](../operating.md#the-master-key)). The service uses it with its own credentials, in the region of the ARN.",
    }),
  ),
  STEPBACK_RECOVERY_KEY: Type.Optional(
    text(isRecoveryKey, "must be a path, or the ARN of a key of KMS (`arn:…:key/…`)", {
      description:
        "A second key that opens everything once the master key is lost: the path of a public key in PEM (X25519, or RSA of 2,048 bits or more) whose private half lies elsewhere, or the ARN of a key of KMS, as in another region. Keys that are there already get it by `stepback keys rotate`.",
    }),
  ),
  STEPBACK_RECOVERY_PRIVATE_KEY_FILE: Type.Optional(
    Type.String({
      description:
        "Path of the recovery key's private half in PEM. Only for the time after the master key was lost, until `stepback keys rotate` has wrapped everything under a new one.",
    }),
  ),
  STEPBACK_TARGETS: Type.Optional(
    Type.String({
      description:
        'Path of a JSON file with the accounts and regions: `[{ "name", "region", "roleArn", "account", "stagingBucket" }]`, all but the name optional. Jobs refuse to work in another account than `account`, or than the role\'s; `stagingBucket` takes the place of `STEPBACK_STAGING_BUCKET`, for a target in another region. Without the file, there is one target, `default`, with the SDK\'s own region and credentials.',
    }),
  ),
  STEPBACK_OIDC: Type.Optional(
    Type.String({
      description:
        'Path of a JSON file with the rules by which pipelines log in without a secret: `[{ "issuer", "audience", "claims": { NAME: PATTERN }, "role", "applications", "stages", "targets", "stacks", "functions" }]`, the last five optional ([access](../access.md#pipelines-without-secrets)). It is read at the start.',
    }),
  ),
  STEPBACK_STAGING_BUCKET: Type.Optional(
    Type.String({
      description:
        "Bucket in the targets' region for code over 50 MB and templates over 51,200 bytes, and for code whose own key holds other bytes now. Keep what is under `stepback/code/`: templates name it. Without it, steps that need it are refused.",
    }),
  ),
  STEPBACK_RATES: Type.Optional(
    Type.Array(
      text(isRate, (entry) => `\`${entry}\` is not NAME=CALLS_PER_SECOND with one of ${RATE_NAMES.join(", ")}`),
      {
        description: `Calls per second, as \`lambda:GetFunction=50,lambda:other=8\`; the names are ${RATE_NAMES.map((name) => `\`${name}\``).join(", ")}. Without it, AWS's quotas; no limit with a custom endpoint.`,
      },
    ),
  ),
  // At most a year: a deployment that nobody finishes locks its components until then.
  STEPBACK_ABANDON_AFTER_HOURS: wholeNumber({
    default: 24,
    least: 1,
    most: 8760,
    description:
      "Hours after which a deployment, or the command of a rollback by package, that nobody reported ends in Exception.",
  }),
  // Lambda takes 250 MB of unpacked code per function, and a package holds a service. S3 takes 5 GB in one upload.
  STEPBACK_MAX_PACKAGE_MB: wholeNumber({
    default: 500,
    least: 1,
    most: 5_000,
    description: "Size limit of one stored package in MB.",
  }),
  // An idle one costs a timer and a socket; the default leaves room for every pipeline of a large team.
  STEPBACK_MAX_FOLLOWERS: wholeNumber({
    default: 2_000,
    least: 1,
    most: 100_000,
    description: "Logs that one token may follow at a time; one more is refused with 429.",
  }),
  // Fifty clients that poll ten times a second each, on one token.
  STEPBACK_MAX_REQUESTS: wholeNumber({
    default: 30_000,
    least: 60,
    most: 10_000_000,
    description: "Requests that one login may send in a minute; the next ones are refused with 429 and `Retry-After`.",
  }),
  // A waiting request costs a timer and a socket. Fifty clients have fifty.
  STEPBACK_MAX_WAITS: wholeNumber({
    default: 1_000,
    least: 1,
    most: 100_000,
    description: "Requests with `?wait=` that one login may have under way at a time; one more is refused with 429.",
  }),
  // Each may hold a body of 1 MB in memory, or a file open for hours.
  STEPBACK_MAX_OPEN_REQUESTS: wholeNumber({
    default: 200,
    least: 4,
    most: 100_000,
    description:
      "Other requests that one login may have under way at a time, packages that come and go among them; one more is refused with 429.",
  }),
  // Reading one large template takes a second.
  STEPBACK_MAX_DELAY_MS: wholeNumber({
    default: 2_000,
    least: 50,
    most: 60_000,
    description:
      "Milliseconds by which the process may be late, on average of a second, before it refuses work that can wait with 503 and `Retry-After`: new deployments, drills and packages ([operating](../operating.md#limits)).",
  }),
  STEPBACK_TRUST_PROXY: Type.Optional(
    text(
      (value) => proxiesFault(value) === null,
      (value) => proxiesFault(value) ?? "",
      {
        description:
          "Whose `X-Forwarded-For` says from where a request comes: addresses and networks of proxies, as `10.0.0.0/8,192.0.2.7`, or the number of proxies that every request passes, where nobody else reaches the port. Without it, nobody's: the other end of the line counts.",
      },
    ),
  ),
  STEPBACK_LOG_LEVEL: text((level) => LOG_LEVELS.includes(level), `must be one of ${LOG_LEVELS.join(", ")}`, {
    default: "info",
    description: `Level of the service's own log: ${LOG_LEVELS.join(", ")}.`,
  }),
});

/** Reads the settings from the environment and from nothing else. INVALID_SETTINGS lists every fault at once. */
export function readConfig(env: Env): Config {
  const given = Value.Default(Variables, givenVariables(env)) as Record<string, string | undefined>;
  const { targets, faults } = readTargets(given["STEPBACK_TARGETS"], given["STEPBACK_STAGING_BUCKET"] ?? null);
  const { rules, faults: ruleFaults } = readRules(given["STEPBACK_OIDC"]);
  faults.unshift(...variableFaults(given));
  faults.push(...ruleFaults);
  if (faults.length > 0) {
    const detail = faults.map((fault) => `${fault.pointer}: ${fault.detail}`).join("\n");
    throw new StepbackError("INVALID_SETTINGS", detail, faults);
  }
  const read = Value.Decode(Variables, given);
  const dataDir = resolve(read.STEPBACK_DATA_DIR);
  const masterKeyFile = resolve(read.STEPBACK_MASTER_KEY_FILE ?? join(dataDir, "master.key"));
  return {
    host: read.STEPBACK_HOST,
    port: read.STEPBACK_PORT,
    dataDir,
    databaseFile: join(dataDir, "stepback.db"),
    artifactsDir: join(dataDir, "artifacts"),
    adminTokenFile: join(dataDir, "admin-token"),
    adminToken: read.STEPBACK_ADMIN_TOKEN ?? null,
    masterKeyFile,
    isMasterKeyFileNamed: read.STEPBACK_MASTER_KEY_FILE !== undefined,
    kmsKey: read.STEPBACK_KMS_KEY ?? null,
    recoveryKey: recoveryKeyOf(read.STEPBACK_RECOVERY_KEY),
    recoveryPrivateKeyFile: pathOrNull(read.STEPBACK_RECOVERY_PRIVATE_KEY_FILE),
    isKeyBesideData: !relative(dataDir, masterKeyFile).startsWith(".."),
    targets,
    pipelineRules: rules,
    rates: read.STEPBACK_RATES ? Object.fromEntries(read.STEPBACK_RATES.map(rateOf)) : null,
    abandonAfterMs: HOUR_MS * read.STEPBACK_ABANDON_AFTER_HOURS,
    maxPackageBytes: MB * read.STEPBACK_MAX_PACKAGE_MB,
    maxFollowers: read.STEPBACK_MAX_FOLLOWERS,
    limits: {
      requestsPerMinute: read.STEPBACK_MAX_REQUESTS,
      waits: read.STEPBACK_MAX_WAITS,
      openRequests: read.STEPBACK_MAX_OPEN_REQUESTS,
      delayMs: read.STEPBACK_MAX_DELAY_MS,
    },
    trustedProxies: read.STEPBACK_TRUST_PROXY === undefined ? null : readTrustedProxies(read.STEPBACK_TRUST_PROXY),
    logLevel: read.STEPBACK_LOG_LEVEL,
  };
}

function pathOrNull(path: string | undefined): string | null {
  return path === undefined ? null : resolve(path);
}

/** An ARN, or a path. */
function recoveryKeyOf(value: string | undefined): string | null {
  return value?.startsWith("arn:") ? value : pathOrNull(value);
}

/** An empty variable counts as not set. */
function givenVariables(env: Env): Record<string, unknown> {
  const set = Object.keys(Variables.properties).flatMap((name) => {
    const value = env[name]?.trim();
    return value ? [[name, name === "STEPBACK_RATES" ? value.split(",") : value]] : [];
  });
  return Object.fromEntries(set);
}

function variableFaults(given: Record<string, string | undefined>): Fault[] {
  // One variable at a time, because TypeBox stops after eight errors of one value.
  const faults = Object.entries(Variables.properties).flatMap(([name, schema]) =>
    name in given
      ? Value.Errors(schema, given[name]).map(({ message }): Fault => ({ pointer: name, detail: message }))
      : [],
  );
  const host = given["STEPBACK_HOST"] ?? "";
  if (isLoopbackHost(host) || given["STEPBACK_ADMIN_TOKEN"] !== undefined) return faults;
  // Other machines reach any address but loopback, so the operator has to choose a token first.
  return [...faults, { pointer: "STEPBACK_HOST", detail: `${host} is not loopback: set STEPBACK_ADMIN_TOKEN first` }];
}

const OPTIONAL_MEMBERS = "region, roleArn, account (twelve digits) and stagingBucket";
const TextOrNull = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const Target = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    region: TextOrNull,
    roleArn: TextOrNull,
    account: Type.Optional(Type.Union([Type.String({ pattern: "^\\d{12}$" }), Type.Null()])),
    stagingBucket: TextOrNull,
  },
  { additionalProperties: false },
);

/** The targets in a file, or the one target that every installation has. */
function readTargets(
  file: string | undefined,
  stagingBucket: string | null,
): { targets: readonly TargetSettings[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const targets: TargetSettings[] = [];
  const refuse = (detail: string) => faults.push({ pointer: "STEPBACK_TARGETS", detail });
  const entries = file === undefined ? [{ name: "default" }] : readList(file, TARGETS_FORM, refuse);
  for (const [index, entry] of entries.entries()) {
    if (!isJsonObject(entry)) refuse(`entry ${index} is no object`);
    else if (!Value.Check(Target, entry))
      refuse(`entry ${index} must have a name, may have ${OPTIONAL_MEMBERS}, and nothing else`);
    else if (targets.some(({ name }) => name === entry.name)) refuse(`names the target ${entry.name} more than once`);
    else targets.push(targetOf(entry, stagingBucket));
  }
  return { targets, faults };
}

/** Without a bucket of its own, the target has the one of all targets. */
function targetOf(
  { name, region, roleArn, account, stagingBucket }: Static<typeof Target>,
  bucket: string | null,
): TargetSettings {
  const own = { region: region ?? null, roleArn: roleArn ?? null, stagingBucket: stagingBucket ?? bucket };
  return { name, ...own, account: account ?? roleArn?.split(":")[4] ?? null };
}

/** The rules in a file; none without one. */
function readRules(file: string | undefined): { rules: readonly PipelineRule[]; faults: readonly Fault[] } {
  const faults: string[] = [];
  const entries = file === undefined ? [] : readList(file, RULES_FORM, (detail) => faults.push(detail));
  const read = readPipelineRules(entries);
  return { ...read, faults: [...faults, ...read.faults].map((detail) => ({ pointer: "STEPBACK_OIDC", detail })) };
}

const TARGETS_FORM = `must hold a list of objects with a name, and ${OPTIONAL_MEMBERS}`;
const RULES_FORM = "must hold a list of objects with an issuer, an audience, claims, and a role";

function readList(file: string, form: string, refuse: (detail: string) => void): readonly Json[] {
  try {
    const entries: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (Array.isArray(entries) && entries.length > 0) return entries;
    refuse(form);
  } catch (error) {
    refuse(`cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return [];
}
