import type { ApiCalls } from "./api-calls.ts";
import type { Followed } from "./followers.ts";
import { type Ledger, median, pause } from "./ledger.ts";
import { readArtifactOf } from "./readers.ts";
import { unfinishedIn } from "./rows.ts";
import type { Stage } from "./stories.ts";

const QUIET_MS = 60_000;

/** Lines of one action are committed together at its end, so those of functions side by side mix by as much as one takes. */
const SIDE_BY_SIDE_MS = 60_000;

/** What a start that finds jobs, followers and readers may take beyond one on an empty folder, which is the machine's own. */
const PROMISED_MS = 5_000;

/** Everything may end by itself now; what has not ended in time is named. */
export async function judgeEnds(dataDir: string, ledger: Ledger): Promise<void> {
  const deadline = performance.now() + QUIET_MS;
  while (unfinishedIn(dataDir).length > 0 && performance.now() < deadline) await pause(200);
  for (const unfinished of unfinishedIn(dataDir)) ledger.breakRule("nothing is left Queued or In Progress", unfinished);
}

/** Every activity was asked for, once. */
export async function judgeMade({ api, ledger, made }: Stage): Promise<void> {
  let cursor = "";
  do {
    const { items, next } = await api.send("GET", `/v1/activities?limit=200${cursor}`);
    for (const { id } of items) if (!made.has(id)) ledger.breakRule("nothing is made twice", `nobody asked for ${id}`);
    ledger.count("activities", "listed", items.length);
    cursor = next === null ? "" : `&cursor=${encodeURIComponent(next)}`;
  } while (cursor !== "");
}

/** Each log is numbered without a gap, its times never go back, and whoever followed it has seen all of it. */
export async function judgeLogs({ api, jobs, ledger }: Stage, followed: readonly Followed[]): Promise<void> {
  for (const job of jobs) {
    const lines = await linesOf(api, job);
    ledger.count("log lines", "stored", lines.length);
    const gap = lines.findIndex(({ seq }, index) => seq !== index + 1);
    if (gap >= 0) ledger.breakRule("log lines are numbered without a gap", `${job}: ${lines[gap]?.seq} at ${gap + 1}`);
    const back = lines.findIndex(
      ({ at }, index) => Date.parse(at) + SIDE_BY_SIDE_MS < Date.parse(lines[index - 1]?.at ?? at),
    );
    if (back >= 0)
      ledger.breakRule(
        "times of a log never go back",
        `${job}: ${lines[back]?.at} at line ${back + 1}, behind ${lines[back - 1]?.at}`,
      );
    for (const short of followed.filter((one) => one.job === job && one.lines !== lines.length))
      ledger.breakRule("followers see each line once and in order", `${job}: ${short.lines} of ${lines.length} lines`);
  }
  ledger.count("followers", "logs read to their ends", followed.length);
}

async function linesOf(api: ApiCalls, job: string): Promise<{ seq: number; at: string }[]> {
  const lines: { seq: number; at: string }[] = [];
  for (let after = 0; ; ) {
    const { items } = await api.send("GET", `${job}/logs?limit=200&after=${after}`);
    lines.push(...items);
    if (items.length < 200) return lines;
    after = items.at(-1)?.seq ?? 0;
  }
}

/** The bytes of every snapshot, each digest once. */
export async function judgeArtifacts({ api, jobs, ledger }: Stage): Promise<void> {
  const seen = new Set<string>();
  for (const job of jobs) {
    const { snapshot, record } = await api.send("GET", job);
    for (const id of [snapshotId(snapshot), snapshotId(record)]) {
      if (id === null) continue;
      await readArtifactOf({ api, ledger }, id, (all) =>
        all.filter(({ artifacts: [only] }) => only && !seen.has(only.digest) && seen.add(only.digest)),
      );
    }
  }
}

/** A deployment has `{ id, status }`, a rollback the id. */
function snapshotId(snapshot: unknown): string | null {
  if (typeof snapshot === "string") return snapshot;
  const { id, status } = (snapshot ?? {}) as { id?: string; status?: string };
  return id !== undefined && status === "Ready" ? id : null;
}

/** Against the floor of the same machine: a slow machine starts everything slowly. Returns what to print. */
export function judgeTimes(ledger: Ledger): string[] {
  const floor = median(ledger.samples("floor"));
  const limit = floor + PROMISED_MS;
  return ["ready after", "resumed after"].map((name) => {
    const values = ledger.samples(name);
    const most = Math.max(0, ...values);
    if (median(values) > limit)
      ledger.breakRule(`${name} at most ${Math.round(limit)} ms`, `median ${Math.round(median(values))} ms`);
    return `${name}: median ${Math.round(median(values))} ms, most ${Math.round(most)} ms, of ${values.length}; a start on an empty folder ${Math.round(floor)} ms`;
  });
}

/** Without these, a run shows nothing. */
const MUST_HAPPEN = [
  ["disturbances", "SIGKILL"],
  ["disturbances", "full disk"],
  ["disturbances", "held rows"],
  ["disturbances", "clock jump"],
  ["rollbacks compared", "Completed"],
  ["downloads", "whole"],
  ["followers", "logs read to their ends"],
] as const;

export function judgeCoverage(ledger: Ledger): void {
  for (const [group, name] of MUST_HAPPEN)
    if (ledger.countOf(group, name) === 0) ledger.breakRule("a run meets everything", `${group}: no ${name}`);
}
