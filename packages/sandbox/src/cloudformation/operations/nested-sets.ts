import type { Account, ChangeSet } from "../model.ts";

/** Removes the sets that were created for this one, and the stacks that only those sets had prepared. */
export function removeNestedSets(account: Account, { id }: ChangeSet): void {
  for (const stack of [...account.stacks]) {
    const index = stack.changeSets.findIndex(({ parents }) => parents?.parentId === id);
    const set = stack.changeSets[index];
    if (!set) continue;
    removeNestedSets(account, set);
    stack.changeSets.splice(index, 1);
    const empty = stack.status === "REVIEW_IN_PROGRESS" && stack.changeSets.length === 0;
    if (empty) account.stacks.splice(account.stacks.indexOf(stack), 1);
  }
}
