import { type ComponentId, type Components, componentId, kindOf } from "../../domain/component/component.ts";
import type { SnapshotPair } from "../../domain/plan/rollback-states.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import { triggerName } from "../../kinds/lambda/trigger-settings.ts";

/*
 * A trigger that is pointed to another function keeps its UUID and gets another name: planning it takes both.
 */

/** The picked triggers under every name that the backup or the record has for them. */
export function namesOfTurned(picked: readonly ComponentId[], { before, deployed }: SnapshotPair): ComponentId[] {
  const triggers = picked.filter(isTrigger);
  if (triggers.length === 0) return [];
  const uuids = new Set(triggers.flatMap((id) => [before, deployed].flatMap((side) => side.get(id)?.physicalId ?? [])));
  const known = [...before.values(), ...deployed.values()];
  return known.filter(({ id, physicalId }) => isTrigger(id) && uuids.has(physicalId ?? "")).map(({ id }) => id);
}

/** Names under which AWS still has picked triggers that are missing: they feed a function that neither snapshot names. */
export async function turnedElsewhere(
  reader: CachedReader,
  picked: readonly ComponentId[],
  { before, live }: { readonly before: Components; readonly live: Components },
): Promise<ComponentId[]> {
  const missing = picked.filter((id) => isTrigger(id) && before.has(id) && !live.has(id));
  const present = new Set([...live.values()].map(({ physicalId }) => physicalId));
  const uuids = missing.flatMap((id) => before.get(id)?.physicalId ?? []).filter((uuid) => !present.has(uuid));
  if (uuids.length === 0) return [];
  const listed = await reader.aws.lambda.listTriggers();
  const turned = listed.filter(({ UUID, State }) => UUID && uuids.includes(UUID) && State !== "Deleting");
  return turned.map((trigger) => componentId("lambda-trigger", triggerName(trigger)));
}

function isTrigger(id: ComponentId): boolean {
  return kindOf(id) === "lambda-trigger";
}
