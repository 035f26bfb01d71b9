import type { Test } from "tap";
import { type Opened, openAccount } from "./account.ts";
import type { Choose } from "./choice.ts";
import { nameOf } from "./places.ts";
import type { Scene } from "./scene.ts";
import type { Tally } from "./tally.ts";
import { type CleanVisit, type Trial, visitUnharmed, visitWith } from "./visit.ts";

/** After so many visits the account is a new one, because its history grows. */
const VISITS_PER_ACCOUNT = 60;

/** Repeats the visits alone in whose titles it stands. */
const ONLY = process.env["STEPBACK_FAULT_ONLY"] ?? "";

/** Walks through the chosen trials of a scene; a visit that is not judged well fails the test. */
export async function walkScene(
  t: Test,
  scene: Scene,
  { choose, tally }: { readonly choose: Choose; readonly tally: Tally },
): Promise<void> {
  const titleOf = ({ place, fault }: Trial) => `${scene.name}, ${nameOf(place)}, ${fault.name}`;
  let open: CleanAccount | null = await openCleanly(scene);
  t.teardown(() => open?.w.close());
  tally.found(open.clean.places);
  const trials = choose(open.clean).filter((trial) => titleOf(trial).includes(ONLY));
  for (const [index, trial] of trials.entries()) {
    if (index % VISITS_PER_ACCOUNT === VISITS_PER_ACCOUNT - 1) {
      await open?.w.close();
      open = null;
    }
    open ??= await openCleanly(scene);
    const { end, faults } = await visitWith(open.w, scene, { ...open, trial });
    tally.add(trial, end);
    if (faults.length === 0) continue;
    t.same(faults, [], `${titleOf(trial)}: ${end}`);
    await open.w.close();
    open = null;
  }
  t.pass(`${trials.length} visits of ${scene.name}`);
}

interface CleanAccount extends Opened {
  readonly clean: CleanVisit;
}

/** An account after one visit without a fault. */
async function openCleanly(scene: Scene): Promise<CleanAccount> {
  const opened = await openAccount(scene);
  return { ...opened, clean: await visitUnharmed(opened.w, scene) };
}
