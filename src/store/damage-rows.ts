import { and, eq, inArray } from "drizzle-orm";
import type { Altered } from "../domain/activity/altered.ts";
import type { Deployment } from "../domain/activity/deployment.ts";
import type { ComponentId } from "../domain/component/component.ts";
import type { Reason } from "../domain/errors.ts";
import type { ReadinessCounts } from "../domain/plan/readiness.ts";
import type { KeyScope } from "../sealing/scopes.ts";
import { snapshotComponents } from "./schema/snapshots.ts";
import { damagedComponents, damages } from "./schema/verifications.ts";
import type { Rows } from "./sqlite-database.ts";

/** `digest` is keyed. */
export async function forgetDamage(rows: Rows, scope: KeyScope, digest: string): Promise<void> {
  await rows.delete(damages).where(and(eq(damages.scope, scope), eq(damages.digest, digest)));
  const needing = and(eq(damagedComponents.scope, scope), eq(damagedComponents.digest, digest));
  await rows.delete(damagedComponents).where(needing);
}

/** What is wrong with each damaged component of the snapshots. Nothing, and one look, where nothing is damaged. */
export async function selectDamage(
  rows: Rows,
  snapshots: readonly string[],
): Promise<readonly { readonly snapshot: string; readonly component: ComponentId; readonly damage: string }[]> {
  const { snapshot, component, scope, digest } = damagedComponents;
  return rows
    .selectDistinct({ snapshot, component, damage: damages.damage })
    .from(damagedComponents)
    .innerJoin(damages, and(eq(damages.scope, scope), eq(damages.digest, digest)))
    .where(inArray(snapshot, [...snapshots]));
}

/** Deployments as they are judged now: what is damaged in their backups cannot be restored, whatever was said when they were taken. */
export async function judgedAgain(rows: Rows, deployments: readonly Deployment[]): Promise<Deployment[]> {
  const damaged = await selectDamage(
    rows,
    deployments.map(({ backup }) => backup.id),
  );
  if (damaged.length === 0) return [...deployments];
  const judged: Deployment[] = [];
  for (const deployment of deployments) {
    const own = new Set(damaged.flatMap((row) => (row.snapshot === deployment.backup.id ? [row.component] : [])));
    if (own.size === 0) judged.push(deployment);
    else
      judged.push({
        ...deployment,
        damaged: own.size,
        readiness: deployment.readiness && (await countedAgain(rows, deployment.backup.id, deployment.readiness, own)),
      });
  }
  return judged;
}

async function countedAgain(
  rows: Rows,
  snapshot: string,
  counts: ReadinessCounts,
  damaged: ReadonlySet<ComponentId>,
): Promise<ReadinessCounts> {
  const { readiness, component } = snapshotComponents;
  const verdicts = await rows
    .select({ readiness })
    .from(snapshotComponents)
    .where(and(eq(snapshotComponents.snapshot, snapshot), inArray(component, [...damaged])));
  const again = { ...counts };
  for (const { readiness: verdict } of verdicts) {
    if (verdict === null) continue;
    again[verdict] -= 1;
    again.irreversible += 1;
  }
  return again;
}

/** Altered components as they are judged now. */
export async function alteredAgain(rows: Rows, backup: string, altered: readonly Altered[]): Promise<Altered[]> {
  const damaged = new Map((await selectDamage(rows, [backup])).map(({ component, damage }) => [component, damage]));
  return altered.map((row) => {
    const damage = damaged.get(row.component);
    return damage === undefined
      ? row
      : { ...row, readiness: "irreversible", reasons: [...row.reasons, reasonOf(damage)] };
  });
}

export function reasonOf(damage: string): Reason {
  return { code: "ARTIFACT_MISSING", detail: `Its stored bytes ${damage}.` };
}
