import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Dice } from "../../test/corpus/dice.ts";
import type { Disk } from "./disk.ts";
import { type Ledger, pause } from "./ledger.ts";
import type { Outages } from "./outages.ts";
import { holdRows } from "./rows.ts";
import { WEATHERS } from "./sandbox-messages.ts";
import type { SandboxProcess } from "./sandbox-process.ts";
import type { SoakService } from "./service.ts";

interface Parts {
  readonly service: SoakService;
  readonly sandbox: SandboxProcess;
  readonly disk: Disk;
  /** The folder that `preload.ts` reads. */
  readonly controls: string;
  readonly outages: Outages;
  readonly ledger: Ledger;
  /** How many times longer than on a quiet machine a start takes here: the time between two kills grows with it. */
  readonly slowness: number;
}

type Range = readonly [fewest: number, most: number];

interface Disturbance {
  /** Milliseconds before each one. */
  readonly every: Range;
  readonly strike: (parts: Parts, dice: Dice) => Promise<void>;
}

const HOUR_MS = 3_600_000;
const FULL_MS: Range = [1_500, 8_000];
/** From less than the service waits for another writer to more than that, which is 5 s. */
const HELD_MS: Range = [300, 7_500];
/** Of calls that a fault of AWS meets. More would let nothing complete. */
const SHARES = [0.02, 0.05, 0.1, 0.3] as const;

export const DISTURBANCES: Readonly<Record<string, Disturbance>> = {
  kill: { every: [1_000, 10_000], strike: kill },
  disk: { every: [12_000, 35_000], strike: fillDisk },
  rows: { every: [9_000, 30_000], strike: hold },
  clock: { every: [6_000, 20_000], strike: shiftClock },
  aws: { every: [2_000, 7_000], strike: changeWeather },
};

/** Disturbs by all means at once, each at times of its own, until `isOver`; then all of them are gone. */
export async function disturb(parts: Parts, diceOf: (at: number) => Dice, isOver: () => boolean): Promise<void> {
  const loops = Object.entries(DISTURBANCES).map(async ([name, { every, strike }], at) => {
    const dice = diceOf(at);
    const slower = name === "kill" ? parts.slowness : 1;
    // Soon for the first time, so that a short run has met each of them.
    let waitMs = every[0];
    while (await sleepUnless(isOver, slower * waitMs)) {
      await strike(parts, dice);
      waitMs = between(dice, every);
    }
  });
  await Promise.all(loops);
  await parts.sandbox.setWeather("calm", 0);
  await parts.disk.free();
  await setClock(parts, 0);
}

/** False as soon as it is over. */
async function sleepUnless(isOver: () => boolean, ms: number): Promise<boolean> {
  const until = performance.now() + ms;
  while (!isOver() && performance.now() < until) await pause(100);
  return !isOver();
}

function between(dice: Dice, [fewest, most]: Range): number {
  return fewest + dice.int(most - fewest);
}

async function kill({ service, ledger }: Parts, dice: Dice): Promise<void> {
  const signal = dice.chance(0.8) ? "SIGKILL" : "SIGTERM";
  ledger.count("disturbances", signal);
  await service.end(signal);
  // However slowly the machine starts it, it gets its time to work.
  await service.url();
}

async function fillDisk({ disk, ledger, outages }: Parts, dice: Dice): Promise<void> {
  ledger.count("disturbances", "full disk");
  await outages.during(async () => {
    await disk.fill();
    await pause(between(dice, FULL_MS));
    await disk.free();
  });
}

async function hold({ disk, ledger, outages }: Parts, dice: Dice): Promise<void> {
  await outages.during(async () => {
    const isHeld = await holdRows(disk.dataDir, () => pause(between(dice, HELD_MS)));
    ledger.count("disturbances", isHeld ? "held rows" : "rows that could not be held");
  });
}

async function shiftClock(parts: Parts, dice: Dice): Promise<void> {
  parts.ledger.count("disturbances", "clock jump");
  await setClock(parts, dice.chance(0.3) ? 0 : between(dice, [-6 * HOUR_MS, 6 * HOUR_MS]));
}

/** Written aside, so that nobody reads half of it. */
async function setClock({ controls }: Parts, shiftMs: number): Promise<void> {
  await writeFile(join(controls, "clock.new"), String(shiftMs));
  await rename(join(controls, "clock.new"), join(controls, "clock"));
}

async function changeWeather({ sandbox, ledger }: Parts, dice: Dice): Promise<void> {
  const weather = dice.chance(0.35) ? "calm" : dice.pick(WEATHERS);
  ledger.count("AWS was", weather);
  await sandbox.setWeather(weather, dice.pick(SHARES));
}
