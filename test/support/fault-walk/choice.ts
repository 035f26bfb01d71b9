import { WALK_FAULTS } from "./faults.ts";
import type { CleanVisit, Trial } from "./visit.ts";

/** Picks the trials of a scene, of all that its calls and the faults make. */
export type Choose = (clean: CleanVisit) => readonly Trial[];

/** Each seed selects other trials. */
const SEED = Number(process.env["STEPBACK_FAULT_SEED"] ?? 0);
/** Of the whole walk every such trial is made; as many consecutive seeds make all. */
const STEP = Number(process.env["STEPBACK_FAULT_STEP"] ?? 1);

/** Every fault at every call. */
export const everyTrial: Choose = ({ places }) =>
  places
    .flatMap((place) => WALK_FAULTS.map((fault) => ({ place, fault })))
    .filter((_, index) => index % STEP === SEED % STEP);

/** Coprime to the number of faults, so that all of them have their turn. */
const FAULT_STEP = 7;
/** Trials of a scene, though all its operations have occurred before. */
const FEWEST = 4;

/**
 * A sample over several scenes: each operation once in each phase, where a scene is the first that has it, and a few more of
 * every scene. The faults take turns.
 */
export function createSample(): Choose {
  const seen = new Set<string>();
  let turn = SEED;
  return ({ places }) => {
    const isNew = ({ phase, operation }: (typeof places)[number]) => {
      const key = `${phase} ${operation}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    };
    const fresh = places.filter(isNew);
    const others = places.filter((place) => !fresh.includes(place));
    const stride = Math.ceil(others.length / FEWEST);
    const more = others.filter((_, index) => index % stride === SEED % stride);
    return [...fresh, ...more].map((place) => {
      turn += FAULT_STEP;
      const fault = WALK_FAULTS[turn % WALK_FAULTS.length];
      if (!fault) throw new Error("there are no faults");
      return { place, fault };
    });
  };
}
