import { componentId } from "../../domain/component/component.ts";
import type { AliasTarget } from "../../domain/component/states/lambda.ts";
import {
  followsLatest,
  isWhole,
  type PointedVersion,
  pointedVersions,
  RUNTIME_VERSION,
} from "../../domain/component/version-content.ts";
import type { Reason } from "../../domain/errors.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { acting, type PlanInput, refused, type StepPlan, stateAfter, unchanged, type VersionContent } from "../kind.ts";
import { aliasActions } from "./alias-actions.ts";
import { aliasDiff } from "./alias-diff.ts";
import { findVersion, hasRuntimeOf, splitAlias } from "./alias-targets.ts";
import { latestContentOf } from "./latest-content.ts";
import { layersOf } from "./layers.ts";
import { planRepublishing } from "./republish-version.ts";
import { hasContent } from "./version-content.ts";

/**
 * Points the alias to versions with the same content. What no version has any more is published first: from `$LATEST` if
 * that has the content, otherwise from the backup.
 */
export function planPointing(input: PlanInput, action: "restore" | "recreate" | "refused"): StepPlan {
  const versions = input.versionsOf(splitAlias(input.name).functionName);
  const pointed = pointedVersions(input.goal?.state);
  const found = pointed.map((version) => (followsLatest(version.content) ? null : findVersion(versions, version)));
  const missing = pointed.filter(({ content }, index) => !followsLatest(content) && !found[index]);
  const publishing = pointsToGoal(input) ? [] : missing.map((version) => planPublishing(input, version));
  const refusals = publishing.flatMap(({ reasons, action: planned }) => (planned ? [] : reasons));
  if (refusals.length > 0) return refused(...refusals);
  const [target] = pointed;
  const pointing = aliasActions(input, target !== undefined && isOnOtherRuntime(input, target, found[0] ?? null));
  const warnings = [
    ...publishing.flatMap(({ reasons }) => reasons),
    ...pointed.flatMap((version, index) => doubts(version, found[index] ?? null)),
  ];
  if (pointing.length === 0) return { ...unchanged(), reasons: warnings };
  const actions = [...publishing.flatMap(({ action: planned }) => planned ?? []), ...pointing];
  return acting(action, actions, { reasons: warnings });
}

interface Publishing {
  /** Null if the version cannot be published: the reasons say why. */
  readonly action: Action | null;
  readonly reasons: readonly Reason[];
}

function planPublishing(input: PlanInput, version: PointedVersion): Publishing {
  const { name } = input;
  if (version.weight === null && hasContent(latestContent(input), version.content)) {
    const reasons = goneLayers(input);
    return { action: reasons.length > 0 ? null : { do: "publish-version", name }, reasons };
  }
  const planned = planRepublishing(input, version);
  if ("why" in planned) return { action: null, reasons: [gone(input, version, planned.why)] };
  const detail = `Version ${version.number} was deleted. While it is published again, $LATEST of ${splitAlias(name).functionName} has its content.`;
  return { action: planned, reasons: [{ code: "LATEST_CHANGED_BRIEFLY", detail }] };
}

/** Whether the alias already points to versions with the content of the goal. */
function pointsToGoal({ goal, live }: PlanInput): boolean {
  return (
    goal !== null && live !== null && !aliasDiff(goal.state, live.state).some((path) => path.startsWith("/target"))
  );
}

/** Whether the alias points to a version on another patch of the runtime, though one on the backup's patch exists. */
function isOnOtherRuntime({ live }: PlanInput, { content }: PointedVersion, found: VersionContent | null): boolean {
  const [present] = pointedVersions(live?.state);
  if (!found || !present || present.number === found.version) return false;
  return hasRuntimeOf(found, content) && !hasRuntimeOf(present.content, content);
}

/** What of a version cannot be compared with the backup, or cannot be as it was. */
function doubts({ number, content }: PointedVersion, found: VersionContent | null): Reason[] {
  if (!found) return [];
  const isOwn = found.version === number;
  const unread = [...new Set([...(found.unread ?? []), ...(content.unread ?? [])])].filter(
    (member) => member !== RUNTIME_VERSION,
  );
  if (isOwn && unread.length > 0) {
    const detail = `${unread.join(", ")} of version ${number} could not be read, so that only its number and its code prove it.`;
    return [{ code: "PARTLY_COMPARED", detail }];
  }
  if (isOwn) return [];
  if (!isWhole(content)) {
    const detail = `The backup is of Stepback 0.1.0 and knows only the code and the writable configuration of version ${number}, which is gone; version ${found.version} has both.`;
    return [{ code: "PARTLY_COMPARED", detail }];
  }
  const [was, is] = [content, found].map(({ settings }) => settings?.[RUNTIME_VERSION]);
  if (was === undefined || is === undefined || was === is) return [];
  const detail = `Version ${number} is gone; version ${found.version} has its content on another patch of the runtime: ${is} instead of ${was}.`;
  return [{ code: "OTHER_RUNTIME_PATCH", detail }];
}

/** Publishing with other ARNs of layers gives a version another configuration, so it could not be verified. */
function goneLayers(input: PlanInput): Reason[] {
  const { functionName } = splitAlias(input.name);
  const configuration = input.goalOf(componentId("lambda-config", functionName));
  const arn = layersOf(configuration?.state).find(input.isLayerGone);
  if (!arn) return [];
  const detail = `No version of ${functionName} has the content of the backup any more, and it cannot be published again with ${arn}.`;
  return [{ code: "LAYER_GONE", detail }];
}

/** Code and configuration that `$LATEST` will have once the picked components are rolled back. */
function latestContent(input: PlanInput): AliasTarget {
  const { functionName } = splitAlias(input.name);
  const code = stateAfter(input, componentId("lambda-code", functionName));
  const configuration = stateAfter(input, componentId("lambda-config", functionName));
  const { unread = [], ...content } = latestContentOf(code?.state, configuration?.state);
  return { ...content, unread: configuration?.incomplete == null ? unread : [...unread, "Environment"] };
}

/** What helps where the backup of `$LATEST` has the content: only altered components can be added. */
function gone(input: PlanInput, { number, content }: PointedVersion, why: string): Reason {
  const { functionName } = splitAlias(input.name);
  const lost = `No version of ${functionName} has the content of version ${number} any more, and it cannot be published again: ${why}`;
  const parts = [componentId("lambda-code", functionName), componentId("lambda-config", functionName)];
  const [code, configuration] = parts.map((id) => input.goalOf(id)?.state);
  const addable = parts.filter((id) => !input.isPicked(id) && input.goalOf(id)?.digest !== input.liveOf(id)?.digest);
  if (addable.length === 0 || !hasContent(latestContentOf(code, configuration), content))
    return { code: "VERSION_GONE", detail: lost };
  return { code: "REQUIRES_COMPONENT", detail: `${lost} Add ${addable.join(" and ")}, whose backup has this content.` };
}
