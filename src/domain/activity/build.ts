import { type ComponentId, type Components, functionOf, kindOf, nameOf, takeOver } from "../component/component.ts";
import { matchesPattern } from "../name-pattern.ts";
import type { TargetIdentity } from "./activity.ts";
import { alteredIds } from "./altered.ts";
import type { Deployment } from "./deployment.ts";
import type { Package, StageName } from "./package.ts";
import type { Scope } from "./scope.ts";

/** One deployment of a build, as far as a list of builds tells it. */
export interface BuildDeployment extends Pick<Deployment, "id" | "status" | "outcome" | "target" | "commit"> {
  readonly identity: TargetIdentity | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

/** A build of a stage (S1), known from its deployments, its packages or both. */
export interface Build extends StageName {
  readonly build: string;
  /** When it was first heard of. */
  readonly createdAt: number;
  /** Newest first. */
  readonly deployments: readonly BuildDeployment[];
  /** By service. */
  readonly packages: readonly Package[];
}

/** The commit that a build was made from; null where nobody said. Pure. */
export function commitOf({ deployments, packages }: Build): string | null {
  return packages[0]?.commit ?? deployments.find(({ commit }) => commit !== null)?.commit ?? null;
}

/** The way back of a rollback to the state after a build (S2). Fixed when it is opened, so that it means the same later. */
export interface BuildReturn {
  readonly build: string;
  /** The build's last successful deployment: its record is the state to reach. */
  readonly deployment: string;
  /** Ids of the deployments and rollbacks of the stage since then, oldest first. */
  readonly since: readonly string[];
  /** The stored package that the team's own command deploys again (P2); null where Stepback itself puts components back. */
  readonly package: Pick<Package, "service" | "digest"> | null;
  /** What that command did; null until it was reported, and always without a package. */
  readonly outcome: Deployment["outcome"];
}

/** The two snapshots of one activity. */
export interface SnapshotPair {
  readonly before: Components;
  readonly deployed: Components;
}

/** The states that the way back to a build goes between. */
export interface ReturnStates extends SnapshotPair {
  /** Adds what a later deployment or rollback of the stage did; oldest first. */
  add(pair: SnapshotPair): void;
}

/**
 * `before` begins as the record of the build's deployment. A component that this deployment did not look at is as in the
 * oldest later backup that has it, and absent where a later deployment added it. `deployed` is what was last recorded.
 */
export function returnStates(base: SnapshotPair): ReturnStates {
  const before = new Map(base.deployed);
  const deployed = new Map(base.deployed);
  const settled = new Set(idsOf(base));
  return {
    before,
    deployed,
    add(pair) {
      for (const id of idsOf(pair)) {
        // The first backup to know of it says how it was, also where that was "absent": no later one knows better.
        if (!settled.has(id)) takeOver(before, id, pair.before.get(id));
        takeOver(deployed, id, pair.deployed.get(id));
        settled.add(id);
      }
    },
  };
}

/**
 * What a redeploy of the build's package has to bring back: everything that the build's deployment looked at, and what
 * came into its scope since.
 */
export function redeployedIds(base: SnapshotPair, states: SnapshotPair, scope: Scope): ComponentId[] {
  const came = alteredIds(states.before, states.deployed).filter((id) => isWithin(scope, id, states));
  return [...new Set([...idsOf(base), ...came])].sort();
}

function isWithin(scope: Scope, id: ComponentId, { before, deployed }: SnapshotPair): boolean {
  const owner = (deployed.get(id) ?? before.get(id))?.parent ?? id;
  if (kindOf(owner) === "stack" && scope.stacks.includes(nameOf(owner))) return true;
  const name = functionOf(id);
  return name !== null && scope.functions.some((pattern) => matchesPattern(pattern, name));
}

function idsOf({ before, deployed }: SnapshotPair): ReadonlySet<ComponentId> {
  return new Set([...before.keys(), ...deployed.keys()]);
}
