import { type ComponentId, functionOf, kindOf, nameOf } from "../component/component.ts";
import { matchesPattern } from "../name-pattern.ts";
import { idsOf, type SnapshotPair } from "../plan/rollback-states.ts";
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

/**
 * The components that a redeploy of the build's package has to restore: those that the build's deployment captured, and
 * those that were added to its scope since.
 */
export function redeployedIds(base: SnapshotPair, states: SnapshotPair, scope: Scope): ComponentId[] {
  const added = alteredIds(states.before, states.deployed).filter((id) => isWithin(scope, id, states));
  return [...new Set([...idsOf(base), ...added])].sort();
}

function isWithin(scope: Scope, id: ComponentId, { before, deployed }: SnapshotPair): boolean {
  const owner = (deployed.get(id) ?? before.get(id))?.parent ?? id;
  if (kindOf(owner) === "stack" && scope.stacks.includes(nameOf(owner))) return true;
  const name = functionOf(id);
  return name !== null && scope.functions.some((pattern) => matchesPattern(pattern, name));
}
