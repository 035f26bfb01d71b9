import type { Build } from "../../domain/activity/build.ts";
import type { Outcome } from "../../domain/activity/deployment.ts";
import type { Package, PackageName, StageName } from "../../domain/activity/package.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import type { Problem } from "../../domain/errors.ts";
import type { Enqueue, Guard, NewLine, Page, Paged } from "./transaction.ts";

export interface BuildStore {
  /** Stores what a package is; its bytes are artifacts already. Answers the row that stands, which may be an older one. */
  putPackage(given: Package): Promise<Package>;
  findPackage(name: PackageName): Promise<Package | null>;
  /** Null for a build that no deployment and no package of the stage names. */
  findBuild(stage: StageName, build: string): Promise<Build | null>;
  /** Newest first, by when a build was first heard of. */
  listBuilds(stage: StageName, page: Page): Promise<Paged<Build>>;
}

/** What happens while a rollback by package waits for the command that deploys the package. */
export interface CommandStore {
  /** Appends lines that the command printed; the guard sees the rollback inside the transaction. */
  appendOutput(rollback: string, lines: readonly NewLine[], guard: Guard<Rollback>): Promise<void>;
  /**
   * Stores what the command did, with the problem where it failed, and enqueues the job that looks. The same outcome again
   * changes nothing and enqueues nothing.
   */
  reportCommand(
    rollback: string,
    report: { outcome: Outcome; problem: Problem | null },
    guard: Guard<Rollback>,
    enqueue: Enqueue,
  ): Promise<void>;
  /** Ids of rollbacks that were opened before and still wait for their command. */
  listAwaitingSince(before: number): Promise<readonly string[]>;
}
