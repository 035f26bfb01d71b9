import type { Reach } from "../../domain/access/grants.ts";
import type { Build } from "../../domain/activity/build.ts";
import type { Outcome } from "../../domain/activity/deployment.ts";
import type { Package, PackageName, StageName } from "../../domain/activity/package.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import type { Problem } from "../../domain/errors.ts";
import type { Enqueue, Guard, NewLine, Page, Paged } from "./transaction.ts";

export interface StageFilter extends StageName {
  /** Only deployments that lie inside one of them. */
  readonly grants?: readonly Reach[];
}

export interface BuildStore {
  /** Stores the facts of a package whose bytes are stored already. Returns the first row of that name, which may be older. */
  putPackage(given: Package): Promise<Package>;
  findPackage(name: PackageName): Promise<Package | null>;
  /** Null for a build that no deployment and no package of the stage names. */
  findBuild(stage: StageFilter, build: string): Promise<Build | null>;
  /** Newest first, by the time at which a build was first mentioned. */
  listBuilds(stage: StageFilter, page: Page): Promise<Paged<Build>>;
}

/** Reports about the command that deploys the package of a rollback by package. */
export interface CommandStore {
  /** Appends lines that the command printed. The guard sees the rollback inside the transaction. */
  appendOutput(rollback: string, lines: readonly NewLine[], guard: Guard<Rollback>): Promise<void>;
  /**
   * Stores the command's outcome, with the problem when it failed, and enqueues the job that verifies the result. Repeating
   * the stored outcome changes nothing and enqueues nothing.
   */
  reportCommand(
    rollback: string,
    report: { outcome: Outcome; problem: Problem | null },
    guard: Guard<Rollback>,
    enqueue: Enqueue,
  ): Promise<void>;
  /** Ids of rollbacks that were opened before this time and still wait for their command. */
  listAwaitingSince(before: number): Promise<readonly string[]>;
}
