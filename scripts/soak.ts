/**
 * The real service process under everything at once: deployments and rollbacks, followers and readers, while it is killed, its
 * disk fills, its rows are held, its clock jumps and AWS fails. Then all faults stop, and what is left is judged.
 *
 *   npm run soak -- --minutes 10 --seed 7     draws everything by the seed; prints one that it chose
 *   npm run soak -- --no-mount                fills the disk as on a machine that lets nobody mount one
 *
 * Prints counts, and each rule that was broken with what broke it. Exits with 1 when one was. The seed repeats what is drawn, not
 * the moments at which a machine meets it.
 */
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Ledger } from "./soak/ledger.ts";
import { soak } from "./soak/run.ts";

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(randomInt(1_000_000)) },
    "no-mount": { type: "boolean", default: false },
  },
});
const [minutes, seed] = [Number(options.minutes), Number(options.seed)];
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error("--minutes is a number above 0, --seed a whole number.");

let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    isStopped = true;
  });

async function main(): Promise<void> {
  console.log(`soak of ${minutes} minutes with the seed ${seed}`);
  const ledger = new Ledger();
  const folder = await mkdtemp(join(tmpdir(), "stepback-soak-"));
  const run = { folder, ledger, minutes, seed, mayMount: !options["no-mount"], isStopped: () => isStopped };
  const lines = await soak(run).catch((error: unknown) => {
    ledger.breakRule("the run ends", error instanceof Error ? (error.stack ?? error.message) : String(error));
    return [];
  });
  await rm(folder, { recursive: true, force: true });
  for (const line of [...ledger.lines(), ...lines]) console.log(line);
  for (const { rule, detail } of ledger.broken) console.log(`broken: ${rule}: ${detail}`);
  const again = `again: npm run soak -- --minutes ${minutes} --seed ${seed}${options["no-mount"] ? " --no-mount" : ""}`;
  console.log(ledger.broken.length === 0 ? "every rule held" : again);
  process.exit(ledger.broken.length === 0 ? 0 : 1);
}

await main();
