import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Dice } from "../../test/corpus/dice.ts";
import { awsEnv } from "../../test/support/test-account.ts";
import { createApiCalls } from "./api-calls.ts";
import { type Disk, openDisk } from "./disk.ts";
import { disturb } from "./disturbances.ts";
import { judgeMutations } from "./doubled-mutations.ts";
import { measureFloor } from "./floor.ts";
import { type Followed, followJobs } from "./followers.ts";
import { judgeArtifacts, judgeCoverage, judgeEnds, judgeLogs, judgeMade, judgeTimes } from "./judge.ts";
import { type Ledger, median } from "./ledger.ts";
import { Outages } from "./outages.ts";
import { readAround } from "./readers.ts";
import { damageIn } from "./rows.ts";
import { type SandboxProcess, startSandboxProcess } from "./sandbox-process.ts";
import { type SoakService, startService } from "./service.ts";
import { judgeLine } from "./service-log.ts";
import { createSite, siteOf } from "./sites.ts";
import { type Stage, tellStories } from "./stories.ts";

const SITES = 6;
const FOLLOWERS = 200;
const READERS = 8;

/** A start on an empty folder, where nothing else runs. */
const QUIET_START_MS = 1_000;
/** A slower machine still meets a kill every few seconds. */
const MOST_SLOWNESS = 4;

export interface Run {
  /** Empty; the caller removes it. */
  readonly folder: string;
  readonly ledger: Ledger;
  readonly minutes: number;
  readonly seed: number;
  readonly mayMount: boolean;
  /** Ends the run early: it is judged all the same. */
  readonly isStopped: () => boolean;
}

interface Stand {
  readonly disk: Disk;
  readonly controls: string;
  readonly sandbox: SandboxProcess;
  readonly outages: Outages;
  readonly service: SoakService;
  readonly stage: Stage;
}

/** Runs everything at once, then judges what is left into the ledger. Returns lines for the summary. */
export async function soak(run: Run): Promise<string[]> {
  const controls = join(run.folder, "controls");
  await mkdir(controls);
  const disk = await openDisk(run.folder, { controls, mayMount: run.mayMount });
  try {
    return [`the disk was ${disk.seam}`, ...(await soakOn(run, disk, controls))];
  } finally {
    await disk.remove();
  }
}

async function soakOn(run: Run, disk: Disk, controls: string): Promise<string[]> {
  const { folder, ledger, seed } = run;
  const sandbox = await startSandboxProcess(seed);
  try {
    const outages = new Outages();
    const env = { ...awsEnv(sandbox.url), SOAK_CONTROLS: controls };
    await measureFloor({ folder, env, ledger });
    const settings = { dataDir: disk.dataDir, env, ledger, outages, onLog: (line: string) => judgeLine(line, ledger) };
    const service = await startService(settings);
    try {
      const stage = stageOf(service, sandbox, ledger);
      const stand = { disk, controls, sandbox, outages, service, stage };
      await judge(run, stand, await act(run, stand));
    } finally {
      await service.stop();
    }
    for (const damage of damageIn(disk.dataDir)) ledger.breakRule("the database is whole", damage);
    return judgeTimes(ledger);
  } finally {
    await sandbox.stop();
  }
}

function stageOf(service: SoakService, { account }: SandboxProcess, ledger: Ledger): Stage {
  const api = createApiCalls(service, ledger);
  return { api, ledger, account, jobs: [], made: new Set(), packages: new Map(), windows: [] };
}

/** Everything at once, until the time is up and what has begun has ended. Returns what the followers have read. */
async function act({ ledger, minutes, seed, isStopped }: Run, stand: Stand): Promise<Followed[]> {
  const { sandbox, service, stage } = stand;
  // Streams of their own, so that one actor's draws do not depend on when the others draw.
  const diceOf = (actor: number) => new Dice(Math.imul(seed + 1, 0x9e3779b1) + actor);
  const sites = times(SITES, (at) => siteOf(at + 1));
  for (const site of sites) await createSite(sandbox.account, site);
  const until = performance.now() + minutes * 60_000;
  let hasFailed = false;
  const isOver = () => hasFailed || isStopped() || performance.now() >= until;
  const slowness = Math.min(MOST_SLOWNESS, Math.max(1, median(ledger.samples("floor")) / QUIET_START_MS));
  const followers = times(FOLLOWERS, (at) => followJobs({ ...stage, service, dice: diceOf(1_000 + at) }, isOver));
  const others = [
    ...sites.map((site, at) => tellStories({ ...stage, site, dice: diceOf(at) }, isOver)),
    ...times(READERS, (at) => readAround({ ...stage, dice: diceOf(2_000 + at) }, isOver)),
    disturb({ ...stand, ledger, slowness }, (at) => diceOf(3_000 + at), isOver),
  ];
  await Promise.all(others).catch((error: unknown) => {
    hasFailed = true;
    throw error;
  });
  return (await Promise.all(followers)).flat();
}

async function judge({ ledger }: Run, { disk, sandbox, stage }: Stand, followed: readonly Followed[]): Promise<void> {
  await judgeEnds(disk.dataDir, ledger);
  await judgeMade(stage);
  await judgeLogs(stage, followed);
  await judgeArtifacts(stage);
  judgeCoverage(ledger);
  const { met, mutations } = await sandbox.report();
  for (const [weather, calls] of Object.entries(met)) ledger.count("calls of AWS that met", weather, calls);
  ledger.count("mutations of AWS", "sent", mutations.length);
  for (const { rule, detail } of judgeMutations(mutations, stage.windows)) ledger.breakRule(rule, detail);
}

function times<Made>(count: number, make: (at: number) => Made): Made[] {
  return Array.from({ length: count }, (_, at) => make(at));
}
