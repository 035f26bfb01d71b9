import type { Rollback } from "../domain/activity/rollback.ts";
import type { ComponentId, Components } from "../domain/component/component.ts";
import type { ReferenceFacts } from "../domain/component/references.ts";
import type { OutsideTriggers } from "../domain/component/snapshot.ts";
import type { LaterDeployments } from "../domain/plan/later-deployment.ts";
import type { DamagedBytes } from "../domain/plan/needed-bytes.ts";
import type { LossFacts } from "../domain/stack/stack-losses.ts";
import type { CodePlace } from "../domain/template/code-relocation.ts";
import type { VersionContent } from "../kinds/kind.ts";
import type { Capacities } from "./capacity/schedule.ts";

/** What somebody asked for, as far as a plan depends on it. */
export interface PlanRequest
  extends Pick<Rollback, "picked" | "strategy" | "onConflict" | "continueUpdateRollback" | "undoes"> {
  /** Whether the team's own command restores everything: then the steps take no actions. */
  readonly byCommand: boolean;
}

/** The states that a plan compares. What is not in one of them did not exist at that time. */
export interface States {
  readonly before: Components;
  readonly deployed: Components;
  /** The picked components, the others of their functions and the stacks that own them, as they are now. */
  readonly live: Components;
}

export interface RecordedStates extends States {
  /** Digest of what Stepback itself last recorded; null where that was "absent". Missing: never recorded. */
  readonly lastRecorded: ReadonlyMap<ComponentId, string | null>;
  /** The rollback that broke off while it changed a component, and left no record of it. */
  readonly brokenOff?: ReadonlyMap<ComponentId, string>;
}

/** An export of the account and region, and the stack that has it. */
export interface Exported {
  readonly name: string;
  readonly stack: string;
}

/** Concurrency as it is now. */
export interface CapacityFacts {
  /** What the account may have at a time, and what of it nothing reserves; or why that cannot be read. */
  readonly account: { readonly limit: number; readonly unreserved: number } | { readonly unavailable: string };
  readonly functions: Capacities;
}

/** Facts about the target beside the states of its components. */
export interface TargetFacts {
  /** Published versions by function. */
  readonly versions: ReadonlyMap<string, readonly VersionContent[]>;
  /** ARNs of layer versions that the backup names and that do not exist any more. */
  readonly goneLayers: ReadonlySet<string>;
  /** ARNs of code signing configurations that the backup names and that do not exist any more. */
  readonly goneSigningConfigs: ReadonlySet<string>;
  /** What became of roles, keys, queues and the like that the backup names. */
  readonly references: ReferenceFacts;
  /** What triggers outside the backup called then, by UUID. */
  readonly outsideTriggers: OutsideTriggers;
  /** Every export of the account and region; null where AWS would not list them. */
  readonly exports: readonly Exported[] | null;
  /** The concurrency that the picked components may change; null where they change none. */
  readonly capacity: CapacityFacts | null;
  /** Where large code goes in and displaced code objects move to; null where no bucket is configured. */
  readonly stagingBucket: string | null;
  readonly losses: LossFacts;
}

/** What a plan is made from. Making it is pure: the same facts give the same digest. */
export interface GatheredFacts {
  readonly request: PlanRequest;
  readonly states: RecordedStates;
  readonly target: TargetFacts;
  /** Deployments that altered picked components later and are not rolled back. */
  readonly later: LaterDeployments;
  /** Objects that templates of the backup name, by stack; a stack without an entry was not looked at. */
  readonly codePlaces: ReadonlyMap<ComponentId, readonly CodePlace[]>;
  /** Bytes of the backup that are damaged. A first plan, made without, says which ones have to be looked at. */
  readonly damaged?: DamagedBytes;
}
