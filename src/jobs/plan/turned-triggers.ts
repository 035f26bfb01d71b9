import type { Rollback } from "../../domain/activity/rollback.ts";
import { type ComponentId, type Components, componentId } from "../../domain/component/component.ts";
import type { OutsideTriggers } from "../../domain/component/snapshot.ts";
import { isTrigger } from "../../domain/component/turned-triggers.ts";
import type { SnapshotPair } from "../../domain/plan/rollback-states.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import { triggerName } from "../../kinds/lambda/trigger-settings.ts";
import type { Store } from "../../store/store.ts";

/*
 * A trigger that is pointed to another function keeps its UUID and gets another name: planning it takes both.
 */

/**
 * The picked triggers under every name that the backup or the record has for them, with those that had or got one of these
 * names.
 */
export function namesOfTurned(picked: readonly ComponentId[], { before, deployed }: SnapshotPair): ComponentId[] {
  const names = new Set(picked.filter(isTrigger));
  if (names.size === 0) return [];
  const known = [...before.values(), ...deployed.values()].filter(({ id }) => isTrigger(id));
  const uuids = new Set<string>();
  // Iterating a set includes what is added to it meanwhile.
  for (const name of names) {
    for (const { id, physicalId } of known) if (id === name && physicalId !== null) uuids.add(physicalId);
    for (const { id, physicalId } of known) if (physicalId !== null && uuids.has(physicalId)) names.add(id);
  }
  return [...names];
}

/** What triggers outside the backups of a rollback called then; of several backups, the oldest that knows one tells it. */
export async function readOutsideTriggers(
  store: Pick<Store, "findDeployment" | "findOutsideTriggers">,
  { deployments, toBuild }: Pick<Rollback, "deployments" | "toBuild">,
): Promise<OutsideTriggers> {
  let known: OutsideTriggers = {};
  for (const id of [...deployments, ...(toBuild?.since ?? [])]) {
    const deployment = await store.findDeployment(id);
    if (deployment) known = { ...(await store.findOutsideTriggers(deployment.backup.id)), ...known };
  }
  return known;
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
