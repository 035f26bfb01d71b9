import { outsideError } from "../../domain/access/grants.ts";
import { type Altered, alteredIds, changeOf, countAltered, goneWithVersions } from "../../domain/activity/altered.ts";
import type { Deployment } from "../../domain/activity/deployment.ts";
import { type CarriedPin, carriedPins, markPinned } from "../../domain/activity/pins.ts";
import { lockOf } from "../../domain/activity/selection.ts";
import { DEFAULT_POLICY, type StagePolicy } from "../../domain/activity/stage-policy.ts";
import type { CapturedComponent, ComponentId, Components } from "../../domain/component/component.ts";
import { threeWay } from "../../domain/component/diff.ts";
import { ERROR_TABLE, type Problem, type Reason } from "../../domain/errors.ts";
import { type AlteredFacts, alteredReadiness, type Sides, versionsAmong } from "../../domain/plan/readiness.ts";
import { type Masking, masked } from "../../domain/secrets/exposed.ts";
import { CAPTURE_ALL } from "../../kinds/cached-reader.ts";
import { unreachable } from "../../kinds/lambda/trigger-settings.ts";
import type { RecordEnd } from "../../store/port/deployments.ts";
import type { Follow } from "../../store/port/rollbacks.ts";
import { followWith } from "../follow-up.ts";
import { identify, type JobContext } from "../job-context.ts";
import { readLossFacts } from "../plan/loss-facts.ts";
import { asComponents, captureScope } from "./capture-scope.ts";
import { waitForIdleStacks } from "./idle-stacks.ts";
import { scopeWarnings } from "./scope-warnings.ts";
import { logCaptures } from "./take-backup.ts";
import { unsettledIn } from "./unsettled.ts";

/** Captures the scope again after the deploy; what differs from the backup was altered by the deployment. */
export async function recordDeployment(context: JobContext, deployment: Deployment): Promise<void> {
  await identify(context, deployment);
  context.log.add("info", `The deploy ${deployment.outcome}. Recording the state after it.`);
  const before = await context.store.findComponents(deployment.backup.id);
  const { stacks } = deployment.scope;
  const reader = await waitForIdleStacks(context, deployment.id, { stacks, options: CAPTURE_ALL });
  const components = await captureScope(reader, deployment.scope, before, logCaptures(context, deployment.id));
  const deployed = asComponents(components);
  const policy = (await context.store.findPolicy(deployment)) ?? DEFAULT_POLICY;
  const masking = { fingerprint: context.fingerprint, disclosure: policy, known: await context.findSecrets() };
  const between = { wanted: before, present: deployed, isAtStake: () => true };
  const losses = await readLossFacts(context.store, reader, deployment, between);
  const judging = { masking, losses, hasStagingBucket: context.stagingBucket !== null };
  const found = alteredRows({ before, deployed }, judging);
  const pinned = carriedPins(found, deployed, await context.store.findActivePins(deployment));
  const altered = markPinned(found, pinned);
  for (const component of goneWithVersions(before, deployed))
    context.log.add("warn", "It is gone with its version, whose number never comes back.", { component });
  logPinned(context, pinned);
  const counts = countAltered(altered);
  context.log.add("info", `Altered: ${counts.added} added, ${counts.modified} modified, ${counts.deleted} deleted.`);
  const snapshot = { id: deployment.record?.id ?? context.newId("snp"), takenAt: context.clock.now(), components };
  await context.store.saveRecord(context.fence, deployment.id, {
    snapshot,
    altered,
    pinned,
    warnings: warningsAfter(context, deployment, [
      ...(await scopeWarnings(reader, deployment.scope, [...deployed.keys()])),
      ...(await unsettledIn(reader, components)),
    ]),
    ...ending(context, deployment, { altered, policy }),
  });
}

/** What had nothing to match before a first deploy may have it now, and what was settling may have settled. */
function warningsAfter(context: JobContext, { warnings }: Deployment, found: readonly Reason[]): Reason[] {
  const others = warnings.filter(({ code }) => code !== "SCOPE_MATCHED_NOTHING" && code !== "AWS_IN_PROGRESS");
  for (const { code, detail } of found) context.log.add("warn", `${code}: ${detail}`);
  return [...others, ...found];
}

function followText({ rollback: { id, status } }: Follow): string {
  if (status === "Draft") return `The rollback ${id}, which the deployment requested, waits for its approvals.`;
  return `Rolling everything back by ${id}, as the deployment requested.`;
}

interface Ending {
  readonly altered: readonly Altered[];
  readonly policy: StagePolicy;
}

function ending(
  context: JobContext,
  deployment: Deployment,
  { altered, policy }: Ending,
): Omit<RecordEnd, "snapshot" | "altered" | "pinned" | "warnings"> {
  const failed = deployment.outcome === "failed";
  const isAsked = failed && deployment.onFailure === "rollback" && altered.length > 0;
  const follow = isAsked ? takeBack(context, deployment, { altered, policy }) : null;
  if (follow) context.log.add("info", followText(follow));
  return {
    status: failed ? "Exception" : "Completed",
    problem: failed ? deployFailed(deployment) : null,
    at: context.clock.now(),
    lines: context.log.take(),
    follow,
  };
}

/** The bug is back: one line for each component that carries a state which was rolled back before. */
function logPinned(context: JobContext, pinned: readonly CarriedPin[]): void {
  for (const { component, pin } of pinned)
    context.log.add("warn", `PINNED: this state was rolled back before, and is pinned by ${pin}.`, { component });
}

function deployFailed({ message }: Deployment): Problem {
  return {
    code: "DEPLOY_FAILED",
    title: ERROR_TABLE.DEPLOY_FAILED.title,
    detail: message ?? "CI reported the deploy as failed.",
  };
}

/** The Rollback job of all altered components that `onFailure: rollback` asks for; null where its opener may not restore them. */
function takeBack(context: JobContext, deployment: Deployment, { altered, policy }: Ending): Follow | null {
  const picked = altered.map(({ component }) => component);
  const lock = lockOf(picked, altered, "auto");
  const outside = deployment.grants && outsideError(deployment.grants, { ...deployment, lock });
  if (outside) {
    const found = "The deploy altered more than its opener may restore, so its rollback did not start.";
    context.log.add("error", `OUTSIDE_GRANT: ${found} ${outside.message} An operator who may can roll it back.`);
    return null;
  }
  return followWith(context, deployment, {
    reason: `The deployment ${deployment.id} failed and asked for its rollback.`,
    lock,
    deployments: [deployment.id],
    undoes: null,
    picked,
    onConflict: "fail",
    onError: "continue",
    includeFailed: true,
    allowDestructive: deployment.allowDestructive,
    ...(policy.approvals.required > 0 && (policy.autoRollback ? { waiver: "auto-rollback" } : { status: "Draft" })),
  });
}

/** How rows are shown and judged. */
interface Judging extends Pick<AlteredFacts, "hasStagingBucket" | "losses"> {
  readonly masking: Masking;
}

/** Whether some field of a trigger can only be set at its creation, or no trigger has its UUID, under whatever name. */
function isRecreated({ before, deployed }: Sides, present: ReadonlySet<string | null>): boolean {
  if (before === null) return false;
  if (deployed === null) return before.physicalId === null || !present.has(before.physicalId);
  return unreachable(before.state.settings, deployed.state.settings).length > 0;
}

/** The components that differ between two snapshots, each with its diff and how well it can be rolled back. Pure. */
export function alteredRows(
  { before, deployed }: { readonly before: Components; readonly deployed: Components },
  { masking, losses, hasStagingBucket }: Judging,
): Altered[] {
  const sidesOf = (id: ComponentId): Sides => ({ before: before.get(id) ?? null, deployed: deployed.get(id) ?? null });
  const present = new Set([...deployed.values()].map(({ physicalId }) => physicalId));
  const facts: AlteredFacts = {
    ...{ hasStagingBucket, losses, sidesOf },
    isRecreated: (sides) => isRecreated(sides, present),
    isBackedUp: (id) => before.has(id),
    versionsOf: versionsAmong(deployed),
  };
  return alteredIds(before, deployed).map((component) => {
    const [was, is] = [before.get(component), deployed.get(component)];
    const shown = (side: CapturedComponent | undefined) => side && masked(component, side.state.settings, masking);
    return {
      component,
      change: changeOf(was, is),
      parent: was?.parent ?? is?.parent ?? null,
      physicalId: is?.physicalId ?? was?.physicalId ?? null,
      before: was?.digest ?? null,
      deployed: is?.digest ?? null,
      diff: threeWay(shown(was), shown(is)),
      ...alteredReadiness(sidesOf(component), facts),
    };
  });
}
