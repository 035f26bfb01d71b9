import type { ComponentId, Components } from "#src/domain/component/component";
import type { LaterDeployments } from "#src/domain/plan/later-deployment";
import type { Plan } from "#src/domain/plan/plan";
import type { SnapshotPair } from "#src/domain/plan/rollback-states";
import { NO_LOSS_FACTS } from "#src/domain/stack/stack-losses";
import type { PlanRequest, RecordedStates, TargetFacts } from "#src/planner/facts";
import { makePlan } from "#src/planner/make-plan";

/** The input of a plan; members that are left out are empty. */
export interface PlanCase extends Partial<TargetFacts> {
  readonly picked: readonly ComponentId[];
  readonly sources?: SnapshotPair;
  readonly live?: Components;
  readonly lastRecorded?: RecordedStates["lastRecorded"];
  readonly later?: LaterDeployments;
}

/** Makes a plan from facts alone. */
export function planFor(given: PlanCase, asked: Partial<PlanRequest> = {}, at = 0): Plan {
  const {
    picked,
    sources = { before: new Map(), deployed: new Map() },
    live = new Map(),
    lastRecorded,
    later = new Map(),
    ...target
  } = given;
  return makePlan(
    {
      request: {
        strategy: "auto",
        onConflict: "fail",
        continueUpdateRollback: {},
        byCommand: false,
        undoes: null,
        picked,
        ...asked,
      },
      states: { ...sources, live, lastRecorded: lastRecorded ?? new Map() },
      target: {
        versions: new Map(),
        goneLayers: new Set(),
        goneSigningConfigs: new Set(),
        references: { unusable: new Map(), unchecked: new Map() },
        outsideTriggers: {},
        exports: null,
        stagingBucket: null,
        losses: NO_LOSS_FACTS,
        capacity: null,
        ...target,
      },
      codePlaces: new Map(),
      later,
    },
    { fingerprint: (value) => `fp(${value.length})`, at },
  );
}
