import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  functionOf,
  isVersion,
  kindOf,
  nameOf,
  splitName,
} from "../component/component.ts";
import type { Change } from "../component/diff.ts";
import { versionsIn } from "../component/function-versions.ts";
import { isSameState } from "../component/same-state.ts";
import { turnedBetween } from "../component/turned-triggers.ts";
import type { Reason } from "../errors.ts";
import type { Readiness } from "../plan/readiness.ts";

export const ALTERATIONS = ["added", "modified", "deleted"] as const;
export type Alteration = (typeof ALTERATIONS)[number];

/** A component that a deployment altered: its state before differs from its state after. */
export interface Altered {
  readonly component: ComponentId;
  readonly change: Alteration;
  /** The stack that owns the component, where that stack is altered too. */
  readonly parent: ComponentId | null;
  readonly physicalId: string | null;
  /** Digests of both states; null where the component did not exist. */
  readonly before: string | null;
  readonly deployed: string | null;
  /** Secrets are fingerprints in it. */
  readonly diff: readonly Change[];
  readonly readiness: Readiness;
  readonly reasons: readonly Reason[];
}

/** The ids whose states differ between two snapshots, stacks first, in a stable order. */
export function alteredIds(before: Components, deployed: Components): ComponentId[] {
  const all = [...new Set([...before.keys(), ...deployed.keys()])].sort(stacksFirst);
  const gone = new Set(goneWithVersions(before, deployed));
  const turned = turnedBetween(before, deployed);
  return all.filter((id) => !gone.has(id) && (turned.has(id) || !isSame(before.get(id), deployed.get(id))));
}

/** What belonged to a published version that was deleted meanwhile. Nothing can bring it back (facts B3). */
export function goneWithVersions(before: Components, deployed: Components): ComponentId[] {
  return [...before.keys()].filter((id) => {
    const { functionName, qualifier } = splitName(nameOf(id));
    if (deployed.has(id) || qualifier === null || !isVersion(qualifier) || functionOf(id) === null) return false;
    const code = deployed.get(componentId("lambda-code", functionName));
    return !code || versionsIn(code.state)?.includes(qualifier) === false;
  });
}

/** A resource comes and goes with its condition, too: the template has it all the time, and the stack has not. */
export function changeOf(before: CapturedComponent | undefined, deployed: CapturedComponent | undefined): Alteration {
  if (!before) return "added";
  if (!deployed) return "deleted";
  const [was, is] = [isMade(before), isMade(deployed)];
  if (was === is) return "modified";
  return is ? "added" : "deleted";
}

/** Whether the stack made the resource; true for every other component. What a transform replaces is never made under its own name. */
function isMade({ id, physicalId }: CapturedComponent): boolean {
  return kindOf(id) !== "stack-resource" || physicalId !== null;
}

export function countAltered(rows: readonly Altered[]): AlteredCounts {
  const count = (change: Alteration) => rows.filter((row) => row.change === change).length;
  return { added: count("added"), modified: count("modified"), deleted: count("deleted") };
}

/** A complete state differs from an incomplete one even where the readable settings agree: the rest may have changed. */
function isSame(before: CapturedComponent | undefined, deployed: CapturedComponent | undefined): boolean {
  if (!before || !deployed) return before === deployed;
  return before.incomplete === deployed.incomplete && isSameState(before, deployed);
}

function stacksFirst(one: ComponentId, other: ComponentId): number {
  const rank = (id: ComponentId) => (kindOf(id) === "stack" ? 0 : 1);
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

export type AlteredCounts = Readonly<Record<Alteration, number>>;
