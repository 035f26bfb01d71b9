import { type ComponentId, functionOf, kindOf, nameOf } from "../component/component.ts";
import { matchesPattern } from "../name-pattern.ts";
import { idsOf, type SnapshotPair } from "../plan/rollback-states.ts";
import type { TargetIdentity } from "./activity.ts";
import { alteredIds } from "./altered.ts";
import type { Deployment } from "./deployment.ts";
import type { Package, StageName } from "./package.ts";
import type { Rollback } from "./rollback.ts";
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

/** Whether the team's own command brings the components back, rather than Stepback (P2). Pure. */
export function isByPackage({ toBuild }: Pick<Rollback, "toBuild">): boolean {
  return toBuild !== null && toBuild.package !== null;
}

/** Whether a rollback waits for that command, and no job of it is at work. Pure. */
export function awaitsCommand(rollback: Pick<Rollback, "status" | "toBuild">): boolean {
  return isByPackage(rollback) && rollback.status === "In Progress" && rollback.toBuild?.outcome === null;
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
