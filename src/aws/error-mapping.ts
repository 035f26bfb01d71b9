import { type ErrorCode, isUnclear, StepbackError } from "../domain/errors.ts";
import { isReadCall } from "../domain/read-calls.ts";
import { safeWords } from "./error-words.ts";
import { isUnreadable, isUnreadableRead, lackingDetail, lackingRule } from "./lacking-call.ts";
import { failureOf } from "./unrepeated.ts";

export interface CallName {
  /** The prefix of the IAM action: `lambda`, `cloudformation`, `s3`, `sts`. */
  readonly service: string;
  /** As in the API: `UpdateFunctionCode`. */
  readonly operation: string;
}

/** The members of an SDK error that decide its code. Most exceptions have no class of their own, only a name (facts C). */
interface SdkError {
  readonly name: string;
  readonly message: string;
  /** Node's code of a connection that failed. */
  readonly networkCode: string | null;
  /** Null if AWS did not respond. */
  readonly status: number | null;
}

interface Rule {
  readonly code: ErrorCode;
  readonly names: ReadonlySet<string>;
  /** For names that AWS uses for several things. */
  readonly words?: RegExp;
}

/** The first rule that matches wins. One list holds the names of all services, since no two services contradict each other. */
const RULES: readonly Rule[] = [
  rule("AWS_THROTTLED", [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "SlowDown",
  ]),
  rule("AWS_CREDENTIALS", [
    "CredentialsProviderError",
    "TokenProviderError",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "MissingAuthenticationTokenError",
    "AuthFailure",
    "RequestExpired",
    "RequestTimeTooSkewed",
  ]),
  rule("AWS_CREDENTIALS", ["Error"], /region is missing/i),
  rule("AWS_DENIED", [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "NotAuthorized",
    "OptInRequired",
    "AllAccessDisabled",
    "KMSAccessDeniedException",
    "Forbidden",
  ]),
  rule("AWS_IN_PROGRESS", ["ResourceConflictException"], /in progress|cannot be performed at this time/i),
  rule("AWS_IN_PROGRESS", ["ValidationError"], /_IN_PROGRESS (state|status)/),
  rule("AWS_IN_PROGRESS", [
    "ResourceInUseException",
    "ResourceNotReadyException",
    "OperationInProgressException",
    "OperationAborted",
  ]),
  rule("RUNTIME_BLOCKED", ["InvalidParameterValueException"], /runtime parameter of \S+ is no longer supported/),
  rule("AWS_PRECONDITION", ["PreconditionFailedException", "PreconditionFailed", "ConditionalRequestConflict"]),
  rule("AWS_PRECONDITION", ["InvalidParameterValueException"], /CodeSHA256 .* is different from current/),
  rule("AWS_NOT_FOUND", [
    "ResourceNotFoundException",
    "ChangeSetNotFound",
    "ChangeSetNotFoundException",
    "NoSuchKey",
    "NoSuchBucket",
    "NoSuchVersion",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
  ]),
  rule("AWS_NOT_FOUND", ["ValidationError"], /^(Stack|Change ?set)\b.* does not exist\.?$/i),
  rule("AWS_NOT_FOUND", ["ValidationError"], /is not imported by any stack/i),
  rule("AWS_LIMIT", [
    // The name that sdk-clients.ts gives to LimitExceededException.
    "QuotaExceeded",
    "LimitExceededException",
    "LimitExceeded",
    "CodeStorageExceededException",
    "ServiceQuotaExceededException",
    "PolicyLengthExceededException",
    "TooManyBuckets",
  ]),
  rule("AWS_ANSWER_UNREADABLE", ["UnreadableAnswer"]),
  rule("AWS_UNAVAILABLE", [
    "TimeoutError",
    "RequestTimeout",
    "RequestTimeoutException",
    "NetworkingError",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "InternalFailure",
    "InternalError",
    "InternalServiceError",
    "ServiceException",
  ]),
];

/** For responses without a name, such as S3's to a HEAD request. */
const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: "AWS_CREDENTIALS",
  403: "AWS_DENIED",
  404: "AWS_NOT_FOUND",
  408: "AWS_UNAVAILABLE",
  412: "AWS_PRECONDITION",
  429: "AWS_THROTTLED",
};

/** Turns anything that a call of the SDK threw into an AWS_* error with the original as its `cause`. Pure. */
export function toStepbackError(thrown: unknown, call: CallName): StepbackError {
  const error = failureOf(thrown);
  if (error instanceof StepbackError) return mayHaveTakenEffect(error, call) ? saidUnclear(error, call) : error;
  const facts = readError(error);
  const lacking = lackingRule({ ...facts, ...call });
  if (lacking) {
    const detail = callPrefix(call) + lackingDetail(error, lacking, facts);
    return new StepbackError("AWS_UNSUPPORTED", detail, [], { cause: error });
  }
  const code = codeOf(facts);
  const unclear = mayHaveTakenEffect({ code }, call) ? nameOf(call) : null;
  return new StepbackError(code, detailOf(code, facts, call), [], { cause: error, unclear });
}

/** Whether a write failed in a way that does not say whether AWS has performed it. */
function mayHaveTakenEffect(error: { readonly code: ErrorCode; readonly unclear?: string | null }, call: CallName) {
  return !error.unclear && isUnclear(error) && !isReadCall(call.operation);
}

function saidUnclear({ code, detail, faults, cause }: StepbackError, call: CallName): StepbackError {
  return new StepbackError(code, detail, faults, { cause, unclear: nameOf(call) });
}

function nameOf({ service, operation }: CallName): string {
  return `${service} ${operation}`;
}

/** Whether a read failed because of an answer that nobody can read, and that may be better at the next try. */
export function isReadCutOff(error: unknown, { operation }: CallName): boolean {
  return error instanceof StepbackError && isUnreadableRead({ ...readError(error.cause), operation });
}

/** The beginning of a detail, before AWS's own words: `lambda GetFunction: `. */
export function callPrefix(call: CallName): string {
  return `${nameOf(call)}: `;
}

/** Whether AWS returned an error of this name whose message matches `words`, if given. */
export function isAwsError(error: unknown, name: string, words?: RegExp): boolean {
  if (!(error instanceof StepbackError)) return false;
  const facts = readError(error.cause);
  return facts.name === name && (words?.test(facts.message) ?? true);
}

export function isCode(error: unknown, ...codes: ErrorCode[]): error is StepbackError {
  return error instanceof StepbackError && codes.includes(error.code);
}

/** Resolves to null instead of throwing AWS_NOT_FOUND. */
export async function nullIfMissing<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (isCode(error, "AWS_NOT_FOUND")) return null;
    throw error;
  }
}

/**
 * Resolves to null where AWS names one of these errors. Any other 404 comes from a server that does not know the path, and
 * says nothing about the thing.
 */
export async function nullIfNamed<Value>(reading: Promise<Value>, names: readonly string[]): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (names.some((name) => isAwsError(error, name))) return null;
    throw error;
  }
}

function codeOf(error: SdkError): ErrorCode {
  const known = RULES.find(({ names, words }) => names.has(error.name) && (words?.test(error.message) ?? true));
  if (known) return known.code;
  if (isUnreadable(error.message) && error.status !== null && error.status < 300) return "AWS_ANSWER_UNREADABLE";
  if (error.networkCode !== null) return "AWS_UNAVAILABLE";
  if (error.status !== null && error.status >= 500) return "AWS_UNAVAILABLE";
  return (error.status !== null ? CODE_BY_STATUS[error.status] : undefined) ?? "AWS_REJECTED";
}

function detailOf(code: ErrorCode, error: SdkError, call: CallName): string {
  const words = saysNothing(error.message) ? (error.networkCode ?? error.name) : safeWords(error.message);
  if (code !== "AWS_DENIED") return callPrefix(call) + words;
  return `${callPrefix(call)}the action ${deniedAction(error.message, call)} is not allowed. ${words}`;
}

/** `UnknownError` is the SDK's word for a response without a body, such as S3's to a HEAD request. */
function saysNothing(message: string): boolean {
  return message === "" || message === "UnknownError";
}

/** Operations whose IAM action has another name. S3 also denies what does not exist, unless the principal may list it. */
const ACTIONS: Readonly<Record<string, string>> = { "s3:HeadObject": "s3:GetObject or s3:ListBucket" };

/** Most of AWS's messages name the action, which may differ from the call's own (`iam:PassRole`). */
function deniedAction(message: string, { service, operation }: CallName): string {
  const named = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1];
  const own = `${service}:${operation}`;
  return named ?? ACTIONS[own] ?? own;
}

function rule(code: ErrorCode, names: readonly string[], words?: RegExp): Rule {
  return { code, names: new Set(names), ...(words ? { words } : {}) };
}

function readError(error: unknown): SdkError {
  const thrown = (typeof error === "object" && error !== null ? error : {}) as ThrownError;
  return {
    name: typeof thrown.name === "string" ? thrown.name : "Error",
    message: typeof thrown.message === "string" ? thrown.message : "",
    networkCode: networkCodeOf(thrown) ?? networkCodeOf((thrown.cause ?? {}) as ThrownError),
    status: thrown.$metadata?.httpStatusCode ?? null,
  };
}

/** An error of any shape: libraries may throw anything, so each member is checked. */
interface ThrownError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function networkCodeOf(error: ThrownError): string | null {
  return typeof error.code === "string" && /^(E[A-Z_]+|UND_ERR_[A-Z_]+|CERT_[A-Z_]+)$/.test(error.code)
    ? error.code
    : null;
}
