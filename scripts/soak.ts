/**
 * The real service process under everything at once: deployments and rollbacks, followers and readers, while it is killed, its
 * disk fills, its rows are held, its clock jumps and AWS fails. Then all faults stop, and what is left is judged.
 *
 *   npm run soak -- --minutes 10 --seed 7     draws everything by the seed; prints one that it chose
 *
 * Prints counts, and each rule that was broken with what broke it. Exits with 1 when one was. The seed repeats what is drawn, not
 * the moments at which a machine meets it.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Dice } from "../test/corpus/dice.ts";
import { awsEnv } from "../test/support/test-account.ts";
import { createApiCalls } from "./soak/api-calls.ts";
import { openDisk } from "./soak/disk.ts";
import { disturb } from "./soak/disturbances.ts";
import { judgeMutations } from "./soak/doubled-mutations.ts";
import { measureFloor } from "./soak/floor.ts";
import { type Followed, followJobs } from "./soak/followers.ts";
import { judgeArtifacts, judgeEnds, judgeLogs, judgeMade, judgeTimes } from "./soak/judge.ts";
import { Ledger } from "./soak/ledger.ts";
import { Outages } from "./soak/outages.ts";
import { readAround } from "./soak/readers.ts";
import { damageIn } from "./soak/rows.ts";
import { startSandboxProcess } from "./soak/sandbox-process.ts";
import { startService } from "./soak/service.ts";
import { judgeLine } from "./soak/service-log.ts";
import { createSite, siteOf } from "./soak/sites.ts";
import { type Stage, tellStories } from "./soak/stories.ts";

const SITES = 6;
const FOLLOWERS = 200;
const READERS = 8;

const { values: options } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string" } },
});
const minutes = Number(options.minutes);
const seed = Number(options.seed ?? Math.floor(Math.random() * 1_000_000));
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error("--minutes is a number above 0, --seed a whole number.");

/** Streams of their own, so that one actor's draws do not depend on when the others draw. */
function diceOf(actor: number): Dice {
  return new Dice(Math.imul(seed + 1, 0x9e3779b1) + actor);
}

async function soak(folder: string, ledger: Ledger): Promise<string[]> {
  const controls = join(folder, "controls");
  await mkdir(controls);
  const disk = await openDisk(folder, controls);
  const sandbox = await startSandboxProcess(seed);
  const outages = new Outages();
  const env = { ...awsEnv(sandbox.url), SOAK_CONTROLS: controls };
  await measureFloor({ folder, env, ledger });
  const settings = { dataDir: disk.dataDir, env, ledger, outages, onLog: (line: string) => judgeLine(line, ledger) };
  const service = await startService(settings);
  try {
    const api = createApiCalls(service, ledger);
    const stage: Stage = {
      ...{ api, ledger, account: sandbox.account },
      ...{ jobs: [], made: new Set(), packages: new Map(), windows: [] },
    };
    const sites = Array.from({ length: SITES }, (_, index) => siteOf(index + 1));
    for (const site of sites) await createSite(sandbox.account, site);

    const until = performance.now() + minutes * 60_000;
    let isStopped = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => {
        isStopped = true;
      });
    const isOver = () => isStopped || performance.now() >= until;
    const stories = sites.map((site, index) => tellStories({ ...stage, site, dice: diceOf(index) }, isOver));
    const followers = times(FOLLOWERS, (at) => followJobs({ ...stage, service, dice: diceOf(1_000 + at) }, isOver));
    const readers = times(READERS, (at) => readAround({ ...stage, dice: diceOf(2_000 + at) }, isOver));
    const disturbed = disturb(
      { service, sandbox, disk, controls, outages, ledger },
      (name) => diceOf(3_000 + name.length * 31 + name.charCodeAt(0)),
      isOver,
    );
    await Promise.all([...stories, ...readers, disturbed]).catch((error: unknown) => {
      isStopped = true;
      throw error;
    });
    const followed: Followed[] = (await Promise.all(followers)).flat();

    await judgeEnds(disk.dataDir, ledger);
    await judgeMade(stage);
    await judgeLogs(stage, followed);
    await judgeArtifacts(stage);
    const { met, mutations } = await sandbox.report();
    for (const [weather, calls] of Object.entries(met)) ledger.count("calls of AWS that met", weather, calls);
    ledger.count("mutations of AWS", "sent", mutations.length);
    for (const { rule, detail } of judgeMutations(mutations, stage.windows)) ledger.breakRule(rule, detail);
    await service.stop();
    for (const damage of damageIn(disk.dataDir)) ledger.breakRule("the database is whole", damage);
    return [`the disk was ${disk.seam}`, ...judgeTimes(ledger)];
  } finally {
    await service.stop();
    await sandbox.stop();
    await disk.remove();
  }
}

function times<Made>(count: number, make: (at: number) => Made): Made[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

async function main(): Promise<void> {
  console.log(`soak of ${minutes} minutes with the seed ${seed}`);
  const ledger = new Ledger();
  const folder = await mkdtemp(join(tmpdir(), "stepback-soak-"));
  try {
    const lines = await soak(folder, ledger).catch((error: unknown) => {
      ledger.breakRule("the run ends", error instanceof Error ? (error.stack ?? error.message) : String(error));
      return [];
    });
    for (const line of [...ledger.lines(), ...lines]) console.log(line);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const { rule, detail } of ledger.broken) console.log(`broken: ${rule}: ${detail}`);
  console.log(
    ledger.broken.length === 0 ? "every rule held" : `again: npm run soak -- --minutes ${minutes} --seed ${seed}`,
  );
  process.exit(ledger.broken.length === 0 ? 0 : 1);
}

await main();
