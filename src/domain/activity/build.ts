import { type ComponentId, type Components, functionOf, kindOf, nameOf, takeOver } from "../component/component.ts";
import { matchesPattern } from "../name-pattern.ts";
import type { TargetIdentity } from "./activity.ts";
import { alteredIds } from "./altered.ts";
import type { Deployment } from "./deployment.ts";
import type { Package, StageName } from "./package.ts";
import type { Scope } from "./scope.ts";

/** One deployment of a build, as a list of builds shows it. */
export interface BuildDeployment extends Pick<Deployment, "id" | "status" | "outcome" | "target" | "commit"> {
  readonly identity: TargetIdentity | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

/** A build of a stage, known from its deployments, its packages or both. */
export interface Build extends StageName {
  readonly build: string;
  /** When its first deployment or package arrived. */
  readonly createdAt: number;
  /** Newest first. */
  readonly deployments: readonly BuildDeployment[];
  /** By service. */
  readonly packages: readonly Package[];
}

/** The commit that a build was made from; null where nobody named one. Pure. */
export function commitOf({ deployments, packages }: Build): string | null {
  return packages[0]?.commit ?? deployments.find(({ commit }) => commit !== null)?.commit ?? null;
}

/** How a rollback returns to the state after a build. Fixed when the rollback is opened, so that later builds do not change it. */
export interface BuildReturn {
  readonly build: string;
  /** The build's last successful deployment, whose record is the goal. */
  readonly deployment: string;
  /** Ids of the deployments and rollbacks of the stage since then, oldest first. */
  readonly since: readonly string[];
  /** The stored package that the team's own command deploys again; null where Stepback itself restores the components. */
  readonly package: Pick<Package, "service" | "digest"> | null;
  /** The reported outcome of that command; null until then, and always without a package. */
  readonly outcome: Deployment["outcome"];
}

/** The two snapshots of one activity. */
export interface SnapshotPair {
  readonly before: Components;
  readonly deployed: Components;
}

/** The states between which a return to a build moves. */
export interface ReturnStates extends SnapshotPair {
  /** Adds a later deployment or rollback of the stage; the oldest has to come first. */
  add(pair: SnapshotPair): void;
}

/**
 * `before` starts as the record of the build's deployment. The state of a component that this deployment did not capture
 * comes from the oldest later backup; a component that a later deployment added is absent. `deployed` is the last record.
 */
export function returnStates(base: SnapshotPair): ReturnStates {
  const before = new Map(base.deployed);
  const deployed = new Map(base.deployed);
  const settled = new Set(allIds(base));
  return {
    before,
    deployed,
    add(pair) {
      for (const id of allIds(pair)) {
        // The oldest backup with the component decides, even where the component was absent: a later one shows later changes.
        if (!settled.has(id)) takeOver(before, id, pair.before.get(id));
        takeOver(deployed, id, pair.deployed.get(id));
        settled.add(id);
      }
    },
  };
}

/**
 * The components that a redeploy of the build's package has to restore: those that the build's deployment captured, and
 * those that were added to its scope since.
 */
export function redeployedIds(base: SnapshotPair, states: SnapshotPair, scope: Scope): ComponentId[] {
  const added = alteredIds(states.before, states.deployed).filter((id) => isWithin(scope, id, states));
  return [...new Set([...allIds(base), ...added])].sort();
}

function isWithin(scope: Scope, id: ComponentId, { before, deployed }: SnapshotPair): boolean {
  const owner = (deployed.get(id) ?? before.get(id))?.parent ?? id;
  if (kindOf(owner) === "stack" && scope.stacks.includes(nameOf(owner))) return true;
  const name = functionOf(id);
  return name !== null && scope.functions.some((pattern) => matchesPattern(pattern, name));
}

function allIds({ before, deployed }: SnapshotPair): ReadonlySet<ComponentId> {
  return new Set([...before.keys(), ...deployed.keys()]);
}
