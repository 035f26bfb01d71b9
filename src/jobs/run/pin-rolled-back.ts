import { type Pin, type PinChanges, pinnedState, type Suspect } from "../../domain/activity/pins.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import { type ComponentId, stateDigest } from "../../domain/component/component.ts";
import type { SnapshotPair } from "../../domain/plan/rollback-states.ts";
import type { StepRow, StepStatus } from "../../domain/plan/step-row.ts";
import type { Store } from "../../store/store.ts";
import type { Run } from "./run-context.ts";

/** Statuses of components that a rollback restored, also where it ended in Exception. */
const BROUGHT_BACK: ReadonlySet<StepStatus> = new Set(["Restored", "Removed", "Recreated"]);

/**
 * What the end of a rollback means for later deployments: the states that it rolled back are pinned, and the states
 * that it restored are pinned no more. An undo pins nothing, because the states that it replaces were good; the undo of
 * an undo is a rollback again. Undefined where nothing was restored.
 */
export async function readPinChanges(
  run: Pick<Run, "context" | "rollback" | "states" | "plan">,
  rows: readonly StepRow[],
): Promise<PinChanges | undefined> {
  const back = new Set(rows.filter(({ status }) => BROUGHT_BACK.has(status)).map(({ component }) => component));
  if (back.size === 0) return undefined;
  const { context, rollback, states, plan } = run;
  const steps = plan.steps.filter(({ component }) => back.has(component));
  const restoredStates = steps.map(({ component, goal }) => ({ component, digest: goal && stateDigest(goal) }));
  const { reversed, isUndo } = await readOrigin(context.store, rollback);
  if (isUndo) return { pin: null, restoredStates, undone: rollback.undoes, revalidate: [] };
  const { application, stage, target } = rollback;
  const pin: Pin = {
    ...{ application, stage, target },
    id: context.newId("pin"),
    rollback: rollback.id,
    builds: distinct(reversed.map(({ build }) => build)),
    commits: distinct(reversed.map(({ commit }) => commit)),
    states: steps
      .filter(({ component }) => hasAnotherState(component, states))
      .map(({ component }) => pinnedState(component, states.deployed.get(component) ?? null)),
    createdAt: context.clock.now(),
    cleared: null,
  };
  const revalidate = suspectsOf(reversed).map((suspect) => ({ ...suspect, id: context.newId("rvl") }));
  return { pin, restoredStates, undone: rollback.undoes, revalidate };
}

/** A trigger that took another one's name may have its settings, too, and these are good. */
function hasAnotherState(id: ComponentId, { before, deployed }: SnapshotPair): boolean {
  return before.get(id)?.digest !== deployed.get(id)?.digest;
}

interface Origin {
  readonly branch: string | null;
  readonly build: string | null;
  readonly commit: string | null;
}

/** Follows undos of undos to the rollback that reversed deployments; every second one of them is a rollback. */
async function readOrigin(store: Pick<Store, "findRollback" | "findDeployment">, rollback: Rollback) {
  let [first, undos] = [rollback, 0];
  while (first.undoes !== null) {
    const undone = await store.findRollback(first.undoes);
    if (!undone) break;
    [first, undos] = [undone, undos + 1];
  }
  const reversed: Origin[] = [];
  for (const id of first.deployments) {
    const deployment = await store.findDeployment(id);
    if (deployment) reversed.push(deployment);
  }
  return { reversed, isUndo: undos % 2 === 1 };
}

function suspectsOf(reversed: readonly Origin[]): Suspect[] {
  const of = (subject: Suspect["subject"]) => distinct(reversed.map((origin) => origin[subject]));
  return [
    ...of("branch").map((name) => ({ subject: "branch" as const, name })),
    ...of("build").map((name) => ({ subject: "build" as const, name })),
  ];
}

function distinct(names: readonly (string | null)[]): string[] {
  return [...new Set(names.filter((name) => name !== null))];
}
