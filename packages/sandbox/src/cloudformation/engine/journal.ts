import type { Recovery, StackResource, UndoStep } from "../model.ts";

/**
 * Records how a resource went from `before` to `after`, so that the step can be undone. If an earlier attempt of the
 * same update has touched the resource, both become one step: undoing leads straight to the stable state and not
 * through a state that failed.
 */
export function recordChange(recovery: Recovery, { before, after, refused }: Change): void {
  const replaced = before !== undefined && before.physicalId !== after.physicalId;
  if (replaced) recovery.leftovers.push(before);
  const earlier = recovery.undo.find((step) => "after" in step && step.after === before);
  if (before === undefined) recovery.undo.push({ kind: "created", after });
  else if (earlier && canFold(earlier, replaced))
    recovery.undo.splice(recovery.undo.indexOf(earlier), 1, folded(earlier, after, refused));
  else if (replaced) recovery.undo.push({ kind: "replaced", before, after });
  else recovery.undo.push({ kind: "updated", before, after, refused });
}

interface Change {
  readonly before: StackResource | undefined;
  readonly after: StackResource;
  /** Whether the change was refused before it had any effect. */
  readonly refused: boolean;
}

/** Two attempts of an update were refused only if both were. */
function folded(earlier: Foldable, after: StackResource, refused: boolean): UndoStep {
  return earlier.kind === "updated"
    ? { ...earlier, after, refused: earlier.refused && refused }
    : { ...earlier, after };
}

type Foldable = Extract<UndoStep, { after: StackResource }>;

/**
 * A replaced resource that had been updated before is undone in two steps: first the old resource returns, then its old
 * definition.
 */
function canFold(earlier: UndoStep, replaced: boolean): earlier is Foldable {
  return earlier.kind === "created" || (!replaced && "after" in earlier);
}
