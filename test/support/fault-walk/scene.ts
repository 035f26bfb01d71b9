import type { ErrorCode } from "#src/domain/errors";
import type { Change } from "../../kinds/specimens.ts";

/** One request for a rollback, and how it ends where nothing goes wrong. */
export interface Attempt {
  /** What somebody does by hand before. */
  readonly first?: Change;
  readonly components: readonly string[] | "all";
  readonly options?: object;
  readonly end: "Completed" | ErrorCode;
}

/** A bad deploy of stacks and its rollback, which a walk repeats once for each call and fault. */
export interface Scene {
  readonly name: string;
  readonly scope: { readonly stacks: string[] };
  /** What the pipeline reports. */
  readonly outcome: "succeeded" | "failed";
  /** Brings the account into the state before the deploy, whatever an earlier visit has left. */
  readonly before: Change;
  readonly deploy: Change;
  /** In this order; the last one completes. */
  readonly attempts: readonly Attempt[];
  /** Options of whoever restores the whole backup, where the deploy has no record. */
  readonly restoring?: object;
  /** What that person does by hand before. */
  readonly restoringAfter?: Change;
  /** What that person removes by hand: a backup knows nothing of a stack that the deploy added. */
  readonly byHand?: Change;
  /** Whether the service works in another account by a role, whose credentials it fetches again at every visit. */
  readonly byRole?: true;
}
