import { asc, eq, inArray, type SQL } from "drizzle-orm";
import type { BuildReturn } from "../domain/activity/build.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { kindOf } from "../domain/component/component.ts";
import type { Loss } from "../domain/plan/losses.ts";
import type { Plan, PlanStep } from "../domain/plan/plan.ts";
import { withoutSecrets } from "../domain/secrets/secret-values.ts";
import { targetScope } from "../sealing/scopes.ts";
import { ACTIVITY, activityOf, found, insertActivity, NEWEST_FIRST, scopeOf } from "./activity-rows.ts";
import { consentColumns, withConsent } from "./consent-rows.ts";
import { activities } from "./schema/activities.ts";
import { buildReturns, plans, rollbackDeployments, rollbacks } from "./schema/rollbacks.ts";
import { secretsOfActivity } from "./secret-rows.ts";
import type { Rows } from "./sqlite-database.ts";
import { storedState } from "./state-rows.ts";
import { backups, isBackup, isRecord, records, summaryOf } from "./summary-rows.ts";

/**
 * Rollbacks, newest first. A second query reads the deployments that they reverse; those never change, so the results of
 * both queries always agree.
 */
export async function readRollbacks(
  rows: Rows,
  { where, limit }: { where: SQL | undefined; limit: number },
): Promise<readonly Rollback[]> {
  const chosen = await rows
    .select({ activity: ACTIVITY, own: rollbacks, toBuild: buildReturns, backup: backups, record: records })
    .from(activities)
    .innerJoin(rollbacks, eq(rollbacks.id, activities.id))
    .leftJoin(buildReturns, eq(buildReturns.rollback, activities.id))
    .leftJoin(backups, isBackup)
    .leftJoin(records, isRecord)
    .where(where)
    .orderBy(...NEWEST_FIRST)
    .limit(limit);
  const reversed = await deploymentsOf(
    rows,
    chosen.map(({ own }) => own.id),
  );
  return chosen.map(({ activity, own, toBuild, backup, record }) => ({
    ...activityOf(rows, activity),
    ...withReview(withConsent(rows.sealing.open(rollbacks, own.id, own))),
    type: "rollback",
    deployments: reversed.get(own.id) ?? [],
    toBuild: toBuild && buildReturnOf(rows, toBuild),
    backup: backup && summaryOf(backup),
    record: record && summaryOf(record),
  }));
}

interface Reviewed {
  readonly reviewedAt: number | null;
  readonly reviewedBy: string | null;
  readonly reviewComment: string | null;
}

function withReview<Own extends Reviewed>(own: Own) {
  const { reviewedAt, reviewedBy, reviewComment, ...facts } = own;
  return {
    ...facts,
    review: reviewedAt === null ? null : { at: reviewedAt, by: reviewedBy ?? "", comment: reviewComment ?? "" },
  };
}

function buildReturnOf(rows: Rows, row: typeof buildReturns.$inferSelect): BuildReturn {
  const { build, deployment, since, service, digest, outcome } = rows.sealing.open(buildReturns, row.rollback, row);
  return { build, deployment, since, outcome, package: service && digest ? { service, digest } : null };
}

/** The reversed deployments of each rollback, oldest first. */
async function deploymentsOf(rows: Rows, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const links = await rows
    .select()
    .from(rollbackDeployments)
    .where(inArray(rollbackDeployments.rollback, ids))
    .orderBy(asc(rollbackDeployments.rollback), asc(rollbackDeployments.position));
  const byRollback = new Map<string, string[]>();
  for (const { rollback, deployment } of links) {
    byRollback.set(rollback, [...(byRollback.get(rollback) ?? []), deployment]);
  }
  return byRollback;
}

/** NOT_FOUND. */
export async function getRollback(rows: Rows, id: string): Promise<Rollback> {
  const [rollback] = await readRollbacks(rows, { where: eq(activities.id, id), limit: 1 });
  return found(rollback, id);
}

export async function insertRollback(rows: Rows, rollback: Rollback): Promise<void> {
  await insertActivity(rows, rollback);
  await rows.insert(rollbacks).values({ ...rollback, ...consentColumns(rollback.allowDestructive) });
  for (const [position, deployment] of rollback.deployments.entries()) {
    await rows.insert(rollbackDeployments).values({ rollback: rollback.id, position, deployment });
  }
  if (!rollback.toBuild) return;
  const { package: redeployed, ...buildReturn } = rollback.toBuild;
  const { service = null, digest = null } = redeployed ?? {};
  const place = { scope: targetScope(rollback.target), id: rollback.id };
  const values = { rollback: rollback.id, ...buildReturn, service, digest };
  await rows.insert(buildReturns).values(rows.sealing.seal(buildReturns, place, values));
}

export async function updateRollback(
  rows: Rows,
  id: string,
  change: Partial<typeof rollbacks.$inferSelect>,
): Promise<void> {
  await rows.update(rollbacks).set(change).where(eq(rollbacks.id, id));
}

/** Takes the place of an earlier plan. */
export async function putPlan(rows: Rows, id: string, plan: Plan): Promise<void> {
  const secrets = await secretsOfActivity(rows, id);
  const steps = plan.steps.map((step) => ({ ...step, reasons: withoutSecrets(step.reasons, secrets) }));
  const sealed = rows.sealing.seal(plans, { scope: await scopeOf(rows, id), id }, { ...plan, steps });
  await rows
    .insert(plans)
    .values({ rollback: id, ...sealed })
    .onConflictDoUpdate({ target: plans.rollback, set: sealed });
}

/** INTERNAL when the goal of a step does not fit the kind of its component: the run would write it to AWS. */
export async function findPlan(rows: Rows, id: string): Promise<Plan | null> {
  const { digest, plannedAt, steps } = plans;
  const [row] = await rows.select({ digest, plannedAt, steps }).from(plans).where(eq(plans.rollback, id));
  const plan = row && rows.sealing.open(plans, id, row);
  for (const { order, component, goal, bridges } of plan?.steps ?? []) {
    const goals = [goal, ...bridges.map((bridge) => bridge.goal)];
    for (const state of goals) if (state) storedState(`step ${order} of the plan of ${id}`, component, state);
  }
  return plan ? { ...plan, steps: plan.steps.map(withLosses) } : null;
}

/** Plans from before losses had names say only that there is one: it becomes a loss of the component itself. */
function withLosses(step: PlanStep): PlanStep {
  if (Array.isArray(step.losses)) return step;
  const { component: id, destructive, reasons } = step;
  const details = reasons.filter(({ code }) => code === "DESTRUCTIVE").map(({ detail }) => detail);
  const loss: Loss = { id, class: "data", type: kindOf(id), detail: details.join(" ") };
  return { ...step, losses: destructive ? [loss] : [] };
}
