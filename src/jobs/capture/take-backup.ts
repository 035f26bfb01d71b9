import { outsideError } from "../../domain/access/grants.ts";
import type { Deployment } from "../../domain/activity/deployment.ts";
import type { Lock, Scope } from "../../domain/activity/scope.ts";
import { bindingError, DEFAULT_POLICY } from "../../domain/activity/stage-policy.ts";
import {
  type CapturedComponent,
  type ComponentId,
  functionOf,
  kindOf,
  nameOf,
  stackOf,
} from "../../domain/component/component.ts";
import type { OutsideTriggers } from "../../domain/component/snapshot.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { type ErrorCode, StepbackError } from "../../domain/errors.ts";
import { backupReadiness, countReadiness, type Verdict, versionsAmong } from "../../domain/plan/readiness.ts";
import { CAPTURE_ALL, type CachedReader } from "../../kinds/cached-reader.ts";
import { targetNameOf } from "../../kinds/lambda/trigger-settings.ts";
import { checkpoint, identify, type JobContext } from "../job-context.ts";
import { warningsAbout } from "./backup-warnings.ts";
import { asComponents, captureScope } from "./capture-scope.ts";
import { waitForIdleStacks } from "./idle-stacks.ts";
import { scopeWarnings } from "./scope-warnings.ts";

/** Captures the scope of a deployment before it begins. Nothing is stored until all of it is there. */
export async function takeBackup(context: JobContext, deployment: Deployment): Promise<void> {
  await checkpoint(context, deployment.id);
  await identify(context, deployment);
  for (const { code, detail } of deployment.warnings) context.log.add("warn", `${code}: ${detail}`);
  context.log.add("info", "Taking the backup.");
  const { stacks } = deployment.scope;
  const reader = await waitForIdleStacks(context, deployment.id, { stacks, options: CAPTURE_ALL });
  const components = await captureScope(reader, deployment.scope, new Map(), logCaptures(context, deployment.id));
  refuseUnfinished(components);
  const lock = widenedLock(deployment.scope, components);
  await refuseOutside(context, { ...deployment, lock });
  const verdicts = judge(context, components);
  const ids = components.map(({ id }) => id);
  const unmatched = await scopeWarnings(reader, deployment.scope, ids);
  const found = warningsAbout(deployment, { components, verdicts, unmatched });
  for (const { code, detail } of found) context.log.add("warn", `${code}: ${detail}`);
  context.log.add("info", `The backup is ready: ${readyText(components)}.`);
  const outsideTriggers = await readOutsideTriggers(reader, components);
  const snapshot = {
    ...{ id: deployment.backup.id, takenAt: context.clock.now() },
    ...{ components, verdicts, outsideTriggers },
  };
  await context.store.saveBackup(context.fence, deployment.id, snapshot, {
    lock,
    readiness: countReadiness(verdicts.values()),
    warnings: [...deployment.warnings, ...found],
    lines: context.log.take(),
  });
}

/** A scope may hold more than its words say: what was found has to lie inside the opener's grants, too. OUTSIDE_GRANT, OUTSIDE_BINDING. */
async function refuseOutside({ store }: JobContext, widened: Deployment): Promise<void> {
  const policy = (await store.findPolicy(widened)) ?? DEFAULT_POLICY;
  const error = (widened.grants && outsideError(widened.grants, widened)) ?? bindingError(policy, widened);
  if (error) throw error;
}

/** What every trigger calls whose function is not in the backup. Without the right to list them, nobody knows. */
async function readOutsideTriggers(
  reader: CachedReader,
  components: readonly CapturedComponent[],
): Promise<OutsideTriggers> {
  const inBackup = new Set(components.map(({ physicalId }) => physicalId));
  try {
    const listed = await reader.listAllTriggers();
    const outside = listed.filter(({ UUID }) => UUID && !inBackup.has(UUID));
    return Object.fromEntries(outside.map((trigger) => [trigger.UUID ?? "", targetNameOf(trigger)]));
  } catch (error) {
    if (error instanceof StepbackError && UNKNOWN.has(error.code)) return {};
    throw error;
  }
}

const UNKNOWN: ReadonlySet<ErrorCode> = new Set(["AWS_DENIED", "AWS_UNSUPPORTED"]);

function readyText(components: readonly CapturedComponent[]): string {
  const incomplete = components.filter((component) => component.incomplete !== null).map(({ id }) => id);
  const named = incomplete.length > 0 ? `, ${incomplete.length} of them incomplete: ${incomplete.join(", ")}` : "";
  return `${components.length} components${named}`;
}

/** Judges how well each component could be rolled back, so that a pipeline can stop before it deploys. */
function judge(context: JobContext, components: readonly CapturedComponent[]): ReadonlyMap<ComponentId, Verdict> {
  const ids = new Set(components.map(({ id }) => id));
  const facts = {
    hasStagingBucket: context.stagingBucket !== null,
    isBackedUp: (id: ComponentId) => ids.has(id),
    versionsOf: versionsAmong(asComponents(components)),
  };
  const verdicts = new Map(components.map((component) => [component.id, backupReadiness(component, facts)]));
  for (const [component, { readiness, reasons }] of verdicts) {
    const why = reasons.map(({ code, detail }) => `${code}: ${detail}`).join(" ");
    if (reasons.length > 0) context.log.add("warn", `It would be ${readiness}. ${why}`, { component });
  }
  return verdicts;
}

/**
 * Functions of a scoped stack belong to the scope, and so do the stacks nested in it; a scoped function keeps other work on
 * its stack away.
 */
function widenedLock({ stacks, functions }: Scope, components: readonly CapturedComponent[]): Lock {
  const names = components.flatMap(({ id }) => functionOf(id) ?? []);
  const owners = components.flatMap(({ id, parent }) => [stackOf(id) ?? [], stackOf(parent) ?? []].flat()).map(nameOf);
  return { stacks, functions: [...new Set([...functions, ...names])], within: [...new Set(owners)] };
}

/** Notes the secrets of each captured component, and logs one line for it, as it is captured. */
export function logCaptures(context: JobContext, activity: string) {
  return async (components: readonly CapturedComponent[]): Promise<void> => {
    await context.learnSecrets(components);
    for (const { id, digest, incomplete } of components) {
      const level = incomplete ? "warn" : "info";
      const shown = await context.shownDigest(digest);
      context.log.add(level, incomplete ? `Captured incompletely: ${incomplete}` : `Captured, digest ${shown}.`, {
        component: id,
      });
    }
    await context.log.flush();
    await checkpoint(context, activity);
  };
}

/** A stack that is being changed has no state to return to, so the deploy must wait (facts H4). */
function refuseUnfinished(components: readonly CapturedComponent[]): void {
  const stacks = components.filter(({ id }) => kindOf(id) === "stack");
  const busy = stacks.filter(({ state }) => stackState(state).evidence.status.endsWith("_IN_PROGRESS"));
  if (busy.length === 0) return;
  const named = busy.map(({ id, state }) => `${id} is in ${stackState(state).evidence.status}`);
  throw new StepbackError("AWS_IN_PROGRESS", `${named.join("; ")}: wait for it, then open the deployment again.`);
}
