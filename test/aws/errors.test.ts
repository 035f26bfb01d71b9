import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import t from "tap";
import { isAwsError, nullIfMissing, toStepbackError } from "#src/aws/error-mapping";
import { type ErrorCode, StepbackError } from "#src/domain/errors";
import { ROOT } from "../support/root.ts";

const CALL = { service: "lambda", operation: "UpdateFunctionCode" };

/** An error of the form that the SDK throws. */
function answer(name: string, message = "AWS's words", more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

const TABLE: readonly (readonly [ErrorCode, Error])[] = [
  ["AWS_THROTTLED", answer("TooManyRequestsException", "Rate exceeded", status(429))],
  ["AWS_THROTTLED", answer("Throttling", "Rate exceeded", status(400))],
  ["AWS_THROTTLED", answer("SlowDown", "Please reduce your request rate.", status(503))],
  ["AWS_THROTTLED", answer("429", "UnknownError", status(429))],
  ["AWS_DENIED", answer("AccessDeniedException", "", status(403))],
  ["AWS_DENIED", answer("AccessDenied", "Access Denied", status(403))],
  ["AWS_DENIED", answer("403", "UnknownError", status(403))],
  ["AWS_CREDENTIALS", answer("CredentialsProviderError", "Could not load credentials from any providers")],
  [
    "AWS_CREDENTIALS",
    answer("ExpiredTokenException", "The security token included in the request is expired", status(403)),
  ],
  [
    "AWS_CREDENTIALS",
    answer("InvalidClientTokenId", "The security token included in the request is invalid.", status(403)),
  ],
  ["AWS_CREDENTIALS", answer("UnrecognizedClientException", "The security token is invalid", status(403))],
  ["AWS_CREDENTIALS", new Error("Region is missing")],
  ["AWS_NOT_FOUND", answer("ResourceNotFoundException", "Function not found: arn", status(404))],
  ["AWS_NOT_FOUND", answer("ValidationError", "Stack with id shop does not exist", status(400))],
  ["AWS_NOT_FOUND", answer("ValidationError", "Stack [shop] does not exist", status(400))],
  ["AWS_NOT_FOUND", answer("ChangeSetNotFound", "ChangeSet [x] does not exist", status(404))],
  ["AWS_NOT_FOUND", answer("NoSuchKey", "The specified key does not exist.", status(404))],
  ["AWS_NOT_FOUND", answer("NotFound", "UnknownError", status(404))],
  ["AWS_REJECTED", answer("ValidationError", "Resource T does not exist for stack shop", status(400))],
  ["AWS_REJECTED", answer("ValidationError", "S3 error: The specified key does not exist.", status(400))],
  [
    "AWS_IN_PROGRESS",
    answer(
      "ResourceConflictException",
      "The operation cannot be performed at this time. An update is in progress for resource: arn",
      status(409),
    ),
  ],
  [
    "AWS_IN_PROGRESS",
    answer(
      "ResourceConflictException",
      "The operation cannot be performed at this time. The function is currently in the following state: Pending",
      status(409),
    ),
  ],
  ["AWS_IN_PROGRESS", answer("ResourceInUseException", "being updated", status(400))],
  [
    "AWS_IN_PROGRESS",
    answer("ValidationError", "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.", status(400)),
  ],
  [
    "AWS_REJECTED",
    answer("ValidationError", "Stack:arn is in ROLLBACK_COMPLETE state and can not be updated.", status(400)),
  ],
  ["AWS_REJECTED", answer("ResourceConflictException", "Function already exist: pay", status(409))],
  ["AWS_PRECONDITION", answer("PreconditionFailedException", "The Revision Id provided does not match", status(412))],
  [
    "AWS_PRECONDITION",
    answer(
      "InvalidParameterValueException",
      "CodeSHA256 (a) is different from current CodeSHA256 in $LATEST (b).",
      status(400),
    ),
  ],
  ["AWS_LIMIT", answer("CodeStorageExceededException", "Code storage limit exceeded.", status(400))],
  ["AWS_LIMIT", answer("QuotaExceeded", "Limit for stack has been exceeded", status(400))],
  ["AWS_UNAVAILABLE", answer("Error", "connect ECONNREFUSED 127.0.0.1:1", { code: "ECONNREFUSED" })],
  ["AWS_UNAVAILABLE", answer("TypeError", "fetch failed", { cause: { code: "ENOTFOUND" } })],
  ["AWS_UNAVAILABLE", answer("TimeoutError", "Socket timed out")],
  ["AWS_UNAVAILABLE", answer("ServiceException", "", status(500))],
  ["AWS_UNAVAILABLE", answer("SomethingNew", "", status(502))],
  ["AWS_ANSWER_UNREADABLE", answer("SyntaxError", "Unexpected end. Deserialization error: …", status(200))],
  ["AWS_ANSWER_UNREADABLE", answer("UnreadableAnswer", "HTTP 200, the answer is empty")],
  ["AWS_UNAVAILABLE", answer("SyntaxError", "Unexpected end. Deserialization error: …", status(500))],
  ["AWS_REJECTED", answer("InvalidParameterValueException", "Could not unzip uploaded file.", status(400))],
  [
    "AWS_REJECTED",
    answer("RequestEntityTooLargeException", "Zipped size must be smaller than 52428800 bytes", status(413)),
  ],
];

t.test("every error of AWS has its code, and AWS's own words after service and operation", async (t) => {
  for (const [code, error] of TABLE) {
    const mapped = toStepbackError(error, CALL);
    t.equal(mapped.code, code, `${error.name}: ${error.message}`);
    t.ok(mapped.detail.startsWith("lambda UpdateFunctionCode: "));
    t.ok(mapped.detail.length > "lambda UpdateFunctionCode: ".length, "and says something");
    t.equal(mapped.cause, error);
  }
  t.match(toStepbackError(answer("X", "Its own words."), CALL).detail, "Its own words.");
  t.equal(toStepbackError("not even an error", CALL).code, "AWS_REJECTED");
});

t.test(
  "a write that failed without saying whether it took effect is named; a read, and a refusal, never",
  async (t) => {
    const lost = answer("TimeoutError", "Socket timed out");
    t.equal(toStepbackError(lost, CALL).unclear, "lambda UpdateFunctionCode");
    t.equal(toStepbackError(lost, { service: "lambda", operation: "GetFunction" }).unclear, null);
    t.equal(toStepbackError(answer("AccessDenied", "", status(403)), CALL).unclear, null);
    const cut = toStepbackError(new StepbackError("AWS_ANSWER_TOO_LARGE", "300 MB"), CALL);
    t.match(cut, { code: "AWS_ANSWER_TOO_LARGE", detail: "300 MB", unclear: "lambda UpdateFunctionCode" });
    t.equal(toStepbackError(cut, CALL), cut);
  },
);

t.test("a denied call names the action to grant, even if AWS denied another one than the call's own", async (t) => {
  const denied = (message: string, call = CALL) => toStepbackError(answer("AccessDenied", message), call).detail;
  t.match(denied(""), "the action lambda:UpdateFunctionCode is not allowed");
  t.match(denied("User: arn is not authorized to perform: iam:PassRole on resource: arn"), "the action iam:PassRole");
  t.match(denied("", { service: "s3", operation: "HeadObject" }), "the action s3:GetObject or s3:ListBucket");
});

t.test(
  "no detail holds a presigned URL's query, an environment, a canonical request or an echoed template",
  async (t) => {
    const secrets = [
      "PUT failed: https://bucket.s3.amazonaws.com/key?X-Amz-Signature=s3cret&X-Amz-Credential=s3cret is gone",
      'exceeded the 4KB limit. String measured: {"PASSWORD":"s3cret"}',
      "1 validation error detected: Value '{PASSWORD=s3cret}' at 'environment.variables' failed to satisfy constraint",
      "The request signature does not match. The Canonical String for this request should have been\n'x-amz-security-token:s3cret'",
      "X-Amz-Security-Token=s3cret&more",
    ];
    for (const words of secrets) {
      const { message } = toStepbackError(answer("InvalidParameterValueException", words), CALL);
      t.notMatch(message, "s3cret");
    }
    t.ok(toStepbackError(answer("ValidationError", "x".repeat(60_000)), CALL).detail.length < 1_000);
    const kept = "1 validation error detected: Value 'a b' at 'functionName' failed to satisfy constraint";
    t.match(toStepbackError(answer("ValidationException", kept), CALL).detail, kept, "names stay, they are no secret");
  },
);

t.test("a mapped error passes unchanged, and is recognised by AWS's name", async (t) => {
  const mapped = toStepbackError(answer("AlreadyExistsException", "ChangeSet c already exists"), CALL);
  t.equal(toStepbackError(mapped, CALL), mapped);
  t.ok(isAwsError(mapped, "AlreadyExistsException"));
  t.ok(isAwsError(mapped, "AlreadyExistsException", /already/));
  t.notOk(isAwsError(mapped, "AlreadyExistsException", /gone/));
  t.notOk(isAwsError(new Error("x"), "Error"));
  t.equal(await nullIfMissing(Promise.reject(new StepbackError("AWS_NOT_FOUND", "gone"))), null);
  await t.rejects(nullIfMissing(Promise.reject(mapped)), mapped);
});

const RECORDINGS = pathToFileURL(join(ROOT, "../shared/aws-recordings/"));

interface RecordedError {
  readonly Code: string;
  readonly Message?: string;
}

/** Every error in a recording, with its HTTP status. */
function* errorsIn(value: unknown): Generator<{ error: RecordedError; status: number }> {
  if (typeof value !== "object" || value === null) return;
  const { Error: error, ResponseMetadata: metadata } = value as {
    Error?: Partial<RecordedError> | null;
    ResponseMetadata?: { HTTPStatusCode: number };
  };
  if (error?.Code && metadata) yield { error: { ...error, Code: error.Code }, status: metadata.HTTPStatusCode };
  for (const part of Object.values(value)) yield* errorsIn(part);
}

const skip = existsSync(RECORDINGS) ? false : "the recordings are not beside the project";

t.test("recorded errors of the real AWS get the code that their status and words call for", { skip }, async (t) => {
  const byCode: Record<string, number> = {};
  for (const file of readdirSync(RECORDINGS).filter((name) => name.endsWith(".json"))) {
    const recording: unknown = JSON.parse(readFileSync(new URL(file, RECORDINGS), "utf8"));
    for (const { error, status: code } of errorsIn(recording)) {
      const mapped = toStepbackError(answer(error.Code, error.Message ?? "", status(code)), CALL);
      byCode[mapped.code] = (byCode[mapped.code] ?? 0) + 1;
      t.equal(mapped.code === "AWS_NOT_FOUND", isMissing(error, code), `${error.Code}: ${error.Message}`);
      if (code === 412) t.equal(mapped.code, "AWS_PRECONDITION");
      if (code === 403) t.equal(mapped.code, "AWS_DENIED");
      if (/in progress/i.test(error.Message ?? "")) t.equal(mapped.code, "AWS_IN_PROGRESS");
      t.notMatch(mapped.detail, /xxxxx/, "the environment is left out");
    }
  }
  t.comment(byCode);
});

function isMissing({ Code, Message = "" }: RecordedError, httpStatus: number): boolean {
  return httpStatus === 404 || (Code === "ValidationError" && /^Stack .*does not exist$/.test(Message));
}
