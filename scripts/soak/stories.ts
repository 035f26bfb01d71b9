import { createHash } from "node:crypto";
import type { Dice } from "../../test/corpus/dice.ts";
import type { Account, Job } from "../../test/support/answers.ts";
import { tarOf } from "../../test/support/archives.ts";
import type { ApiCalls } from "./api-calls.ts";
import { compareSights } from "./compare-sights.ts";
import type { Ledger } from "./ledger.ts";
import { deployTo, lookAt, type Sight, type Site } from "./sites.ts";

/** What all stories share, and what the followers, the readers and the judge know of them. */
export interface Stage {
  readonly api: ApiCalls;
  readonly account: Account;
  readonly ledger: Ledger;
  /** Paths of jobs that have begun, the latest last. */
  readonly jobs: string[];
  /** Ids of everything that a request has made. */
  readonly made: Set<string>;
  /** Paths of stored packages, with the digests of their bytes. */
  readonly packages: Map<string, string>;
  /** The time of each rollback by the machine's clock, in milliseconds. */
  readonly windows: RollbackWindow[];
}

export interface RollbackWindow {
  readonly id: string;
  readonly site: string;
  readonly from: number;
  readonly to: number;
}

interface Teller extends Stage {
  readonly site: Site;
  readonly dice: Dice;
}

/** Longer than any job takes under all faults together. */
const PATIENCE_MS = 600_000;
/** Short against the time between two kills, or no such request would ever be answered. */
const WAIT_SECONDS = 2;
const PREFIX = "/v1/applications/soak/stages/prod";

/** Ends that no fault of AWS, of the disk or of the machine explains. */
const NEVER = new Set(["INTERNAL", "JOB_FAULT", "VERIFY_FAILED", "CONFLICT", "ARTIFACT_MISSING", "LEASE_LOST"]);

/** Deploys to one site and rolls it back, again and again, until `isOver`; ends what it has begun. */
export async function tellStories(teller: Teller, isOver: () => boolean): Promise<void> {
  for (let chapter = 1; !isOver(); chapter += 1) await tell(teller, `${teller.site.name}-${chapter}`);
}

async function tell(teller: Teller, build: string): Promise<void> {
  const { account, api, dice, site } = teller;
  const before = await lookAt(account, site);
  const scope = { stacks: [site.stack], functions: [`${site.name}-fn-*`] };
  const request = { application: "soak", stage: "prod", branch: "main", commit: build, build, scope };
  const opened = await begin(teller, "deployment", "/v1/deployments", request);
  if (!opened) return;
  const path = `/v1/deployments/${opened}`;
  const ready = await settled(teller, path, (job) => hasEnded(job) || isBackedUp(job));
  if (hasEnded(ready)) return noteEnd(teller, ready);
  if (dice.chance(0.06)) return cancel(teller, path);
  await deployTo(account, site, dice);
  const deployed = await lookAt(account, site);
  await api.send("POST", `${path}/finish`, { outcome: dice.chance(0.9) ? "succeeded" : "failed" });
  if (dice.chance(0.2)) await storePackage(teller, build);
  const ended = await settled(teller, path, hasEnded);
  noteEnd(teller, ended);
  if (!isRecorded(ended)) return;
  if (dice.chance(0.1)) await drill(teller, path);
  if (dice.chance(0.85)) await goBack(teller, { deployment: opened, before, deployed });
}

/** Whether CI may deploy: `In Progress` alone, because the backup ends with that status. */
function isBackedUp(job: Job): boolean {
  return job.status === "In Progress";
}

function isRecorded({ altered }: Job): boolean {
  return altered !== null && altered !== undefined;
}

function hasEnded(job: Pick<Job, "status">): boolean {
  return job.status === "Completed" || job.status === "Exception";
}

/** Sends what makes a job or a draft. Returns its id; null when it was refused, which is noted. */
async function begin(teller: Teller, noun: string, path: string, request: object): Promise<string | null> {
  const { api, jobs, ledger, made } = teller;
  const answer: Job & { code?: string; detail?: string } = await api.send("POST", path, request);
  if (answer.code !== undefined || !answer.id) {
    ledger.count("refused", `${noun} ${answer.code}`);
    if (answer.code?.endsWith("_IN_PROGRESS"))
      ledger.breakRule("a lock ends with its job", `${teller.site.name}: ${answer.code} ${answer.detail}`);
    return null;
  }
  made.add(answer.id);
  if (answer.status !== "Draft") jobs.push(`/v1/${noun}s/${answer.id}`);
  return answer.id;
}

async function settled({ api, ledger }: Teller, path: string, isSettled: (job: Job) => boolean): Promise<Job> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const job: Job = await api.send("GET", `${path}?wait=${WAIT_SECONDS}`);
    if (isSettled(job)) return job;
    if (performance.now() < deadline) continue;
    ledger.breakRule("every job ends", `${path} is ${job.status} after ${PATIENCE_MS / 1000} s`);
    throw new Error(`${path} does not end`);
  }
}

function noteEnd({ ledger }: Teller, { id, type, status, error }: Job): void {
  const code = error?.code ?? "";
  ledger.count(`ends of ${type}s`, `${status} ${code}`.trim());
  if (NEVER.has(code)) ledger.breakRule("no job ends by a fault of Stepback", `${id}: ${code} ${error?.detail}`);
}

async function cancel(teller: Teller, path: string): Promise<void> {
  await teller.api.send("POST", `${path}/cancel`);
  noteEnd(teller, await settled(teller, path, hasEnded));
}

async function storePackage({ api, dice, ledger, packages }: Teller, build: string): Promise<void> {
  const bytes = await tarOf({ "index.js": dice.word(2_000) });
  const path = `${PREFIX}/builds/${build}/packages/api`;
  const status = await api.put(`${path}?commit=${build}`, bytes);
  ledger.count("packages", status < 300 ? "stored" : `refused with ${status}`);
  if (status < 300) packages.set(path, createHash("sha256").update(bytes).digest("hex"));
  else ledger.breakRule("a package is stored", `${path}: ${status}`);
}

async function drill(teller: Teller, deployment: string): Promise<void> {
  const id = await begin(teller, "rollback", `${deployment}/drill`, {});
  if (id) await plan(teller, id);
}

async function plan({ api, ledger }: Teller, id: string): Promise<string | null> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const shown = await api.send("GET", `/v1/rollbacks/${id}/plan?wait=${WAIT_SECONDS}`);
    if (shown.digest) return shown.digest;
    const [reason] = shown.errors ?? [];
    if (reason?.code !== undefined || shown.code !== "PLAN_MISSING") {
      ledger.count("plans that failed", `${reason?.code ?? shown.code}`);
      return null;
    }
    if (performance.now() > deadline) throw new Error(`${id} is not planned`);
  }
}

interface Past {
  readonly deployment: string;
  readonly before: Sight;
  readonly deployed: Sight;
}

/** Rolls one, some or all of it back, directly or over a draft, and perhaps undoes that. */
async function goBack(teller: Teller, { deployment, before, deployed }: Past): Promise<void> {
  const { api, dice } = teller;
  const { items } = await api.send("GET", `/v1/deployments/${deployment}/components?limit=200`);
  const altered = items.map(({ id }) => id);
  if (altered.length === 0) return;
  const picked = dice.pick<readonly string[] | "all">(["all", dice.some(altered, 0.4), altered.slice(0, 1)]);
  if (picked.length === 0) return;
  const onError = dice.pick(["stop", "continue", "compensate"] as const);
  const request = { deployment, allowDestructive: true, includeFailed: true, onError };
  const done = dice.chance(0.3)
    ? await overDraft(teller, { ...request, run: false, components: [] }, picked)
    : await run(teller, { ...request, components: picked }, { goal: before, start: deployed });
  if (done === null || !dice.chance(0.4)) return;
  const start = await lookAt(teller.account, teller.site);
  await run(teller, { rollback: done, components: "all", allowDestructive: true }, { goal: deployed, start });

  async function overDraft(teller: Teller, draft: object, add: readonly string[] | "all"): Promise<string | null> {
    const id = await begin(teller, "rollback", "/v1/rollbacks", draft);
    if (!id) return null;
    const path = `/v1/rollbacks/${id}`;
    await api.send("POST", `${path}/components`, { add });
    await api.send("POST", `${path}/plan`);
    const planDigest = await plan(teller, id);
    if (planDigest === null || dice.chance(0.2)) {
      await cancel(teller, path);
      return null;
    }
    const from = Date.now();
    const answer = await api.send("POST", `${path}/run`, { planDigest });
    if (answer.code !== undefined) {
      teller.ledger.count("refused", `run ${answer.code}`);
      await cancel(teller, path);
      return null;
    }
    teller.jobs.push(path);
    return finish(teller, { id, from }, { goal: before, start: deployed });
  }
}

interface Expected {
  readonly goal: Sight;
  readonly start: Sight;
}

async function run(teller: Teller, request: object, expected: Expected): Promise<string | null> {
  const from = Date.now();
  const id = await begin(teller, "rollback", "/v1/rollbacks", request);
  return id === null ? null : finish(teller, { id, from }, expected);
}

/** Waits for the end, sometimes asks for an earlier one, and compares. Returns the id of a Completed rollback. */
async function finish(
  teller: Teller,
  { id, from }: { id: string; from: number },
  { goal, start }: Expected,
): Promise<string | null> {
  const { account, api, dice, ledger, site, windows } = teller;
  const path = `/v1/rollbacks/${id}`;
  if (dice.chance(0.08)) await api.send("POST", `${path}/cancel`);
  const ended = await settled(teller, path, hasEnded);
  windows.push({ id, site: site.name, from, to: Date.now() });
  noteEnd(teller, ended);
  const after = await lookAt(account, site);
  const { items } = await api.send("GET", `${path}/components?limit=200`);
  const picked = ended.components ?? [];
  const rows = items.map(({ component, status }) => ({ component, status }));
  for (const fault of compareSights(
    { goal, start, after },
    { picked, rows, isCompleted: ended.status === "Completed" },
  ))
    ledger.breakRule(fault.rule, `${id}: ${fault.detail}`);
  ledger.count("rollbacks compared", ended.status);
  return ended.status === "Completed" ? id : null;
}
