import { readdir } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { Problem } from "#client/api-types";
import type { CallRecord } from "#sandbox/core/contract";
import { ERROR_TABLE, type ErrorCode } from "#src/domain/errors";
import { type TestAccount, until } from "../test-account.ts";
import { differences } from "./differences.ts";
import { BYSTANDER, eventsOf, leftOvers, liveStacks } from "./picture.ts";
import { repetitions } from "./places.ts";

/*
 * What has to be true after every visit. Each function returns what is not, in words; nothing where all is well.
 */

/** Faults of Stepback itself: none of AWS's answers may end in one. */
const OUR_FAULTS: ReadonlySet<string> = new Set<ErrorCode>(["INTERNAL", "JOB_FAULT"]);

/** A problem that somebody can act on: a code of the table, which has an advice, and words about this case. */
export function problemFaults(about: string, error: Problem | null): string[] {
  if (!error) return [`${about} ended without a reason`];
  if (!Object.hasOwn(ERROR_TABLE, error.code)) return [`${about} ended in ${error.code}, which is not in the table`];
  const codes = [error.code, ...(error.errors ?? []).map(({ code }) => code ?? "")];
  if (codes.some((code) => OUR_FAULTS.has(code))) return [`${about} ended in ${codes.join(", ")}: ${error.detail}`];
  const { advice } = ERROR_TABLE[error.code as ErrorCode];
  return advice && error.detail ? [] : [`${about} ended in ${error.code} and says nothing of it`];
}

/** Statuses with which a row may stay. */
const SETTLED: ReadonlySet<string> = new Set(["Restored", "Removed", "Recreated", "Unchanged", "Skipped", "Failed"]);

/** The rows of a rollback that has ended: each has its own end, and those of a Completed one are all done. */
export async function rowFaults(w: TestAccount, id: string, isCompleted: boolean): Promise<string[]> {
  const { items } = (await w.api("GET", `/v1/rollbacks/${id}/components?limit=200`)).body;
  return items.flatMap(({ component, status, error }) => {
    const about = `${component} in ${id}`;
    if (!SETTLED.has(status)) return [`${about} is ${status} for ever`];
    if (status === "Failed") return problemFaults(about, error);
    return isCompleted && status === "Skipped" ? [`${about} was skipped, and the rollback is Completed`] : [];
  });
}

/** Effects that a second time adds to, or that somebody would notice. */
const EFFECTS: ReadonlySet<string> = new Set([
  ...["ExecuteChangeSet", "DeleteStack", "ContinueUpdateRollback", "SetStackPolicy", "UpdateTerminationProtection"],
  ...["PutObject", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion", "CreateFunction"],
]);

/** Members of an input that differ each time, although the effect is the same. */
const PASSING_MEMBERS: ReadonlySet<string> = new Set(["ChangeSetName", "ClientRequestToken", "ClientToken"]);

/**
 * How often each effect was brought about. What the SDK sends in place of one call that got no answer counts once: AWS recognises it
 * by its token, or takes it for the same.
 */
export function effectsOf(calls: readonly CallRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const isRepetition = repetitions();
  for (const call of calls) {
    const { service, operation, input, performed } = call;
    if (isRepetition(call) || !performed || !EFFECTS.has(operation)) continue;
    const members = Object.entries(input).filter(([name]) => !PASSING_MEMBERS.has(name));
    const effect = `${service} ${operation} ${JSON.stringify(Object.fromEntries(members))}`;
    counts.set(effect, (counts.get(effect) ?? 0) + 1);
  }
  return counts;
}

/** Effects that a visit had more often than the one without a fault. An effect that only the visit had may occur once. */
export function doubledEffects(calls: readonly CallRecord[], clean: ReadonlyMap<string, number>): string[] {
  return [...effectsOf(calls)]
    .filter(([effect, times]) => times > (clean.get(effect) ?? 1))
    .map(([effect, times]) => `it did ${times} times: ${effect}`);
}

/** Change sets and empty stacks that nobody has named in a log. */
export async function leftOverFaults(w: TestAccount, logged: string): Promise<string[]> {
  const left = await leftOvers(w);
  return left
    .filter(({ stack, changeSet }) => !logged.includes(`The change set ${changeSet ?? ""}`) || !logged.includes(stack))
    .map(({ stack, changeSet }) => `${stack} keeps ${changeSet ? `the change set ${changeSet}` : "its empty shell"}`);
}

/** Bytes that have not arrived completely, below the folder of the artifacts. */
export async function halfArtifacts(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir, { recursive: true });
  return names.filter((name) => /(^|\/)incoming-/.test(name)).map((name) => `half an artifact is left: ${name}`);
}

/** CloudFormation ends by itself what it has begun, also where a job could not wait for it. */
const SETTLING_MS = 20_000;

/** Jobs that have not ended, and stacks that are still at work after a while. */
export async function unfinishedFaults(w: TestAccount): Promise<string[]> {
  const atWork = async () => {
    const stacks = await liveStacks(w);
    return stacks.filter(
      ({ StackStatus }) => StackStatus.endsWith("_IN_PROGRESS") && StackStatus !== "REVIEW_IN_PROGRESS",
    );
  };
  await until(async () => (await atWork()).length === 0, SETTLING_MS).catch(() => {});
  const unsettled = await atWork();
  const open = await Promise.all(
    ["Queued", "In%20Progress"].map((status) => w.api("GET", `/v1/activities?status=${status}`)),
  );
  return [
    ...unsettled.map(({ StackName, StackStatus }) => `${StackName} is in ${StackStatus}`),
    ...open.flatMap(({ body }) => body.items).map(({ id, status }) => `${id} is ${status}`),
  ];
}

export async function bystanderFaults(w: TestAccount, events: readonly string[]): Promise<string[]> {
  return isDeepStrictEqual(await eventsOf(w, BYSTANDER), events) ? [] : ["the bystander was touched"];
}

export function pictureFaults(about: string, found: object, wanted: object): string[] {
  return differences(found, wanted).map((difference) => `${about} live differs: ${difference}`);
}
