import { createHash } from "node:crypto";
import type { CallRecord, Shape } from "#sandbox/core/contract";
import type { Sandbox } from "#sandbox/sandbox";
import { type Account, accountOf } from "../support/answers.ts";
import { settled, stackSettled, until } from "../support/test-account.ts";

/** One call that changed an account. Bytes in its input are `{ "base64": … }` in the file. */
export interface AccountCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Shape;
}

/** Operations that change nothing; the same rule as in the log of the sandbox. */
const READING = /^(Get|List|Describe|Head)/;

/** An account that records every call that changes it. Its ids depend only on the order of those calls. */
export function recordingAccount(sandbox: Sandbox, calls: AccountCall[], beginCall: (call: number) => void): Account {
  return accountOf((service, operation, input) => {
    if (!READING.test(operation)) beginCall(calls.push({ service, operation, input }));
    return sandbox.service(service).call(operation, input, "wire");
  });
}

/** Performs recorded calls one after another with the ids that they had. Waits until each has settled. */
export async function replay(
  sandbox: Sandbox,
  calls: readonly AccountCall[],
  beginCall: (call: number) => void,
): Promise<Account> {
  const account = recordingAccount(sandbox, [], () => {});
  for (const [index, call] of calls.entries()) {
    beginCall(index + 1);
    const answer = await account.aws(call.service, call.operation, call.input);
    await settle(account, call, answer);
  }
  return account;
}

async function settle(account: Account, { operation, input }: AccountCall, answer: Shape): Promise<void> {
  if (operation === "CreateChangeSet") return changeSetSettled(account, input);
  if (typeof input["StackName"] === "string") await stackSettled(account, input["StackName"]);
  if (operation.endsWith("EventSourceMapping")) return triggerSettled(account, String(answer["UUID"]));
  if (typeof input["FunctionName"] === "string" && operation !== "DeleteFunction")
    await settled(account, input["FunctionName"]);
}

async function changeSetSettled(account: Account, { StackName, ChangeSetName }: Shape): Promise<void> {
  const describe = () => account.aws("cloudformation", "DescribeChangeSet", { StackName, ChangeSetName });
  await until(async () => /_COMPLETE$|FAILED$/.test((await describe()).Status));
}

export async function triggerSettled(account: Account, UUID: string): Promise<void> {
  await until(async () => !/ing$/.test((await account.aws("lambda", "GetEventSourceMapping", { UUID })).State));
}

/** The calls of a service that took effect, as they can be replayed. Their bytes are looked up in the calls in `known`. */
export function performedCalls(records: readonly CallRecord[], known: readonly AccountCall[]): AccountCall[] {
  const bytes = new Map(known.flatMap(({ input }) => bytesIn(input)).map((found) => [sha256(found), found]));
  return records
    .filter(({ performed }) => performed)
    .map(({ service, operation, input }) => ({ service, operation, input: withoutGuard(withBytes(input, bytes)) }));
}

/** Leaves out the expected revision: its id differs in the replay. */
function withoutGuard(input: unknown): Shape {
  const { RevisionId: _guard, ...rest } = input as Shape;
  return rest;
}

function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(bytesIn) : [];
}

/** Replaces what the sandbox's log has instead of bytes, their length and SHA-256, with the bytes. */
function withBytes(value: unknown, known: ReadonlyMap<string, Uint8Array>): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => withBytes(item, known));
  if (!("sha256" in value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withBytes(member, known)]));
  }
  const bytes = known.get(String(value.sha256));
  if (!bytes) throw new Error(`no recorded call has the bytes ${value.sha256}`);
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** One call a line. */
export function callsToText(calls: readonly AccountCall[]): string {
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(plain);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  };
  return calls.map((call) => `${JSON.stringify(plain(call))}\n`).join("");
}

export function callsFromText(text: string): AccountCall[] {
  const revive = (_name: string, value: unknown): unknown =>
    value !== null && typeof value === "object" && "base64" in value
      ? new Uint8Array(Buffer.from(String(value.base64), "base64"))
      : value;
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line, revive) as AccountCall);
}

/** The mutations that took effect, each as its operation and subject. Sorted, because jobs run side by side. */
export function effectsOf(records: readonly CallRecord[]): string[] {
  const names = ["FunctionName", "Name", "StackName", "ChangeSetName", "Bucket", "Key", "UUID", "Resource"];
  return records
    .filter(({ performed }) => performed)
    .map(({ operation, input }) => [operation, ...names.flatMap((name) => input[name] ?? [])].join(" "))
    .sort();
}
