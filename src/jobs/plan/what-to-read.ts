import { alteredIds } from "../../domain/activity/altered.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import {
  type ComponentId,
  type Components,
  componentId,
  functionOf,
  type KindName,
  kindOf,
  stackOf,
} from "../../domain/component/component.ts";
import type { SnapshotPair } from "../../domain/plan/rollback-states.ts";
import type { Archives, AsksImporters, CaptureOptions } from "../../kinds/cached-reader.ts";
import { ownerOf, owningResources, parentOf } from "../../planner/ownership.ts";
import { namesOfTurned } from "./turned-triggers.ts";

/**
 * The components to read: the picked ones, the others of their functions, because planning one needs the rest, and the
 * stacks that own them, because parts are restored into their templates. What changes together with a picked resource is read,
 * too, so that the record of the rollback holds its own traces.
 */
export function withSiblings({ picked, strategy }: Picking, states: SnapshotPair): ComponentId[] {
  const { before, deployed } = states;
  const turned = namesOfTurned(picked, states);
  const functions = new Set([...picked, ...turned].flatMap((id) => functionOf(id) ?? []));
  const own = [...functions].flatMap((name) => [componentId("lambda-config", name), componentId("lambda-code", name)]);
  const known = [...before.keys(), ...deployed.keys()].filter(
    (id) => functions.has(functionOf(id) ?? "") && CONSULTED.has(kindOf(id)),
  );
  const asked = strategy === "direct" ? picked.filter((id) => comesOrGoes(id, states)) : picked;
  const owners = asked.flatMap((id) => ownerOf(id, { ...states, live: NOTHING }) ?? []);
  const along = alteredWith(picked, states);
  return [
    ...new Set([...picked, ...turned, ...owners, ...resourcesAlteredIn(owners, states), ...along, ...own, ...known]),
  ];
}

/** Altered components of functions that are, by themselves, a picked resource of a stack: a policy's statement is a Permission. */
function alteredWith(picked: readonly ComponentId[], { before, deployed }: SnapshotPair): ComponentId[] {
  if (!picked.some((id) => kindOf(id) === "stack-resource")) return [];
  const states = { before, deployed, live: NOTHING };
  const isPicked = (resource: ComponentId) => picked.includes(resource);
  return alteredIds(before, deployed).filter(
    (id) => functionOf(id) !== null && owningResources(id, states).some(isPicked),
  );
}

const NOTHING: Components = new Map();

/** The direct path neither creates nor deletes what a stack has now, so the stack is read. */
function comesOrGoes(id: ComponentId, { before, deployed }: SnapshotPair): boolean {
  return kindOf(id) === "lambda-policy" || before.has(id) !== deployed.has(id);
}

/** The change set of a part also changes resources that were not picked by themselves: they stand in one template. */
function resourcesAlteredIn(stacks: readonly ComponentId[], { before, deployed }: SnapshotPair): ComponentId[] {
  return alteredIds(before, deployed).filter(
    (id) => kindOf(id) === "stack-resource" && stacks.includes(stackOf(id) ?? id),
  );
}

/** Kinds of a function's components that the plan of another one depends on. */
const CONSULTED: ReadonlySet<KindName> = new Set(["lambda-config", "lambda-code", "lambda-alias", "lambda-trigger"]);

type Picking = Pick<Rollback, "picked" | "strategy">;

/** Options of a capture that a rollback keeps as a snapshot of what it may change. */
export function captureOptions({ picked }: Picking, states: SnapshotPair): CaptureOptions {
  return { archives: archivesOf(picked, states), asksImporters: importersAskedOf(picked) };
}

/** A rollback keeps the bytes of the components that it may change, and of no others in the same stack. */
function archivesOf(picked: readonly ComponentId[], states: SnapshotPair): Archives {
  const resources = new Set(picked.flatMap((id) => [id, parentOf(id, { ...states, live: NOTHING })]));
  return (stack, logicalId) =>
    picked.includes(componentId("stack", stack)) ||
    resources.has(componentId("stack-resource", `${stack}/${logicalId}`));
}

/** The importers decide the order over stacks. Where only parts of a stack are restored, most of its exports stay as they are. */
export function importersAskedOf(picked: readonly ComponentId[]): AsksImporters {
  return (stack) => picked.includes(componentId("stack", stack));
}
