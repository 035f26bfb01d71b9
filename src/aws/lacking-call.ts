import { isReadCall } from "../domain/read-calls.ts";
import { safeWords } from "./error-words.ts";
import { hostOf } from "./responding-host.ts";

/*
 * How to tell that a server lacks a call: an older region, another partition, a server that only resembles AWS. Such a
 * response does not change, so nothing may say "try again later". One rule for all calls.
 */

/** What the rule looks at. */
export interface LackingFacts {
  readonly service: string;
  readonly operation: string;
  readonly name: string;
  readonly message: string;
  readonly status: number | null;
}

/** Names that only a server without the operation returns. AWS itself uses the first two. */
const NAMES = new Set(["InvalidAction", "UnknownOperationException", "UnknownOperation", "NotImplemented"]);

/** The services whose responses always have a body that can be parsed. S3 returns bytes, and HEAD returns nothing. */
const WITH_BODY = new Map([
  ["sts", "XML"],
  ["lambda", "JSON"],
  ["cloudformation", "XML"],
  ["sqs", "JSON"],
  ["dynamodb", "JSON"],
  ["sns", "XML"],
  ["logs", "JSON"],
]);

/** Stands in for a response that the SDK would retry or take for an empty one. Its message is the rule. */
export class LackingCall extends Error {
  override readonly name = "LackingCall";
}

/** Stands in for an empty response to a write. Its message is the rule. */
export class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
}

/** The rule by which the server lacks the call; null if it may have it. Pure. */
export function lackingRule({ service, operation, name, message, status }: LackingFacts): string | null {
  if (name === "LackingCall") return message;
  if (status === 501) return "HTTP 501";
  if (NAMES.has(name)) return status === null ? name : `HTTP ${status}, ${name}`;
  const format = WITH_BODY.get(service);
  if (format && status === 405) return "HTTP 405";
  // After a write, an unreadable response says nothing about its effect.
  if (!isReadCall(operation) || !isUnreadable(message)) return null;
  const isPage = format ? saysNothingElse(status) : status === 200;
  return isPage ? `HTTP ${status}, the answer is not ${format ?? "XML"}` : null;
}

/**
 * Whether a read brought nothing that can be read, although its status says nothing of a server that lacks it. Such an answer may have
 * been cut off on its way, which passes: only a second one like it tells of the server.
 */
export function isUnreadableRead({ operation, name, message, status }: Omit<LackingFacts, "service">): boolean {
  return isReadCall(operation) && (name === "LackingCall" || (isUnreadable(message) && status === 200));
}

/**
 * A successful response with none of the members that every response to the call has. To many writes AWS responds without
 * members, but never without the id of the request.
 */
export function isEmptyResponse(operation: string, output: object, hasRequestId: boolean): boolean {
  if (WITH_ETAG.has(operation)) return !("ETag" in output) || output.ETag === undefined;
  const isBare = Object.entries(output).every(([key, value]) => OF_THE_PROTOCOL.has(key) || value === undefined);
  const mayBeBare = !isReadCall(operation) || BARE_FOR_NONE.has(operation);
  return isBare && !(mayBeBare && hasRequestId);
}

/** Members of an output that say nothing of the body. */
const OF_THE_PROTOCOL: ReadonlySet<string> = new Set(["$metadata", "StatusCode"]);

/** The error that stands in for such a response. */
export function emptyAnswer(operation: string): Error {
  const rule = "HTTP 200, the answer is empty";
  return isReadCall(operation) ? new LackingCall(rule) : new UnreadableAnswer(rule);
}

/** Calls to which AWS responds without members where there is nothing; a real response names its request (recorded). */
const BARE_FOR_NONE = new Set(["GetStackPolicy", "GetFunctionCodeSigningConfig"]);

/** Any server's page has a length and a type, but only an object has an ETag. */
const WITH_ETAG = new Set(["GetObject", "HeadObject"]);

/** The detail of an error: which host lacks which call, by which rule, and in the server's words where it has any. */
export function lackingDetail(error: unknown, rule: string, { message }: Pick<LackingFacts, "message">): string {
  const isBare = [rule, "", "UnknownError"].includes(message) || isUnreadable(message);
  const words = isBare ? "" : `: ${safeWords(message)}`;
  return `${hostOf(error) ?? "the server"} lacks the call (${rule})${words}`;
}

/** The SDK's words for a body that it cannot parse. */
export function isUnreadable(message: string): boolean {
  return message.includes("Deserialization error");
}

/** A gateway's page for an overloaded server (502 to 504), for credentials or for a limit speaks by its status. */
const SPEAKING = new Set([401, 403, 408, 412, 429, 502, 503, 504]);

function saysNothingElse(status: number | null): boolean {
  return status !== null && !SPEAKING.has(status);
}
