import { type ErrorCode, StepbackError } from "../domain/errors.ts";
import { safeWords } from "./error-words.ts";

export interface CallName {
  /** As in IAM's actions: `lambda`, `cloudformation`, `s3`, `sts`. */
  readonly service: string;
  /** As in the API: `UpdateFunctionCode`. */
  readonly operation: string;
}

/** The members of the SDK's errors that count. Most exceptions have no class of their own: the name tells (facts C). */
interface SdkError {
  readonly name: string;
  readonly message: string;
  /** Node's code of a connection that failed. */
  readonly networkCode: string | null;
  /** Null where AWS did not answer. */
  readonly status: number | null;
}

interface Rule {
  readonly code: ErrorCode;
  readonly names: ReadonlySet<string>;
  /** Where AWS uses one name for several things. */
  readonly words?: RegExp;
}

/** The first rule that matches counts. Names of all services together: they never contradict each other. */
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

/** For answers without a name, as S3 gives to HEAD. */
const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: "AWS_CREDENTIALS",
  403: "AWS_DENIED",
  404: "AWS_NOT_FOUND",
  408: "AWS_UNAVAILABLE",
  412: "AWS_PRECONDITION",
  429: "AWS_THROTTLED",
};

/** Anything that a call of the SDK threw, as one of the AWS_* errors; the original stays its `cause`. Pure. */
export function toStepbackError(error: unknown, call: CallName): StepbackError {
  if (error instanceof StepbackError) return error;
  const facts = readError(error);
  const code = codeOf(facts);
  return new StepbackError(code, detailOf(code, facts, call), [], { cause: error });
}

/** What stands before AWS's words in a detail: `lambda GetFunction: `. */
export function nameOf({ service, operation }: CallName): string {
  return `${service} ${operation}: `;
}

/** Whether the error came from an answer of AWS with this name, and a message that matches where one is given. */
export function isAnswer(error: unknown, name: string, words?: RegExp): boolean {
  if (!(error instanceof StepbackError)) return false;
  const facts = readError(error.cause);
  return facts.name === name && (words?.test(facts.message) ?? true);
}

export function isCode(error: unknown, ...codes: ErrorCode[]): error is StepbackError {
  return error instanceof StepbackError && codes.includes(error.code);
}

/** Null in place of the answer where AWS does not know the thing. */
export async function nullIfMissing<Answer>(asking: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asking;
  } catch (error) {
    if (isCode(error, "AWS_NOT_FOUND")) return null;
    throw error;
  }
}

function codeOf(error: SdkError): ErrorCode {
  const known = RULES.find(({ names, words }) => names.has(error.name) && (words?.test(error.message) ?? true));
  if (known) return known.code;
  if (error.networkCode !== null) return "AWS_UNAVAILABLE";
  if (error.status !== null && error.status >= 500) return "AWS_UNAVAILABLE";
  return (error.status !== null ? CODE_BY_STATUS[error.status] : undefined) ?? "AWS_REJECTED";
}

function detailOf(code: ErrorCode, error: SdkError, call: CallName): string {
  const words = saysNothing(error.message) ? (error.networkCode ?? error.name) : safeWords(error.message);
  if (code !== "AWS_DENIED") return nameOf(call) + words;
  return `${nameOf(call)}the action ${deniedAction(error.message, call)} is not allowed. ${words}`;
}

/** The SDK's own word for an answer without a body, as S3 gives to HEAD. */
function saysNothing(message: string): boolean {
  return message === "" || message === "UnknownError";
}

/** Where IAM asks for something else than the operation's name. S3 denies, too, what does not exist and may not be listed. */
const ACTIONS: Readonly<Record<string, string>> = { "s3:HeadObject": "s3:GetObject or s3:ListBucket" };

/** AWS names the action in most of its messages; it may be another one than the call's (`iam:PassRole`). */
function deniedAction(message: string, { service, operation }: CallName): string {
  const named = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1];
  const own = `${service}:${operation}`;
  return named ?? ACTIONS[own] ?? own;
}

function rule(code: ErrorCode, names: readonly string[], words?: RegExp): Rule {
  return { code, names: new Set(names), ...(words ? { words } : {}) };
}

function readError(error: unknown): SdkError {
  const outside = (typeof error === "object" && error !== null ? error : {}) as OutsideError;
  return {
    name: typeof outside.name === "string" ? outside.name : "Error",
    message: typeof outside.message === "string" ? outside.message : "",
    networkCode: networkCodeOf(outside) ?? networkCodeOf((outside.cause ?? {}) as OutsideError),
    status: outside.$metadata?.httpStatusCode ?? null,
  };
}

/** An error from outside, read member by member: libraries throw what they like. */
interface OutsideError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function networkCodeOf(error: OutsideError): string | null {
  return typeof error.code === "string" && /^(E[A-Z_]+|UND_ERR_[A-Z_]+|CERT_[A-Z_]+)$/.test(error.code)
    ? error.code
    : null;
}
