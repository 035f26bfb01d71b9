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
import { hasContent } from "./version-content.ts";

/** Points the alias to versions with the same content; publishes `$LATEST` first if no version has the target's content. */
export function planPointing(input: PlanInput, action: "restore" | "recreate" | "refused"): StepPlan {
  const { functionName } = splitAlias(input.name);
  const [target, ...weighted] = pointedVersions(input.goal?.state);
  if (!target) return unchanged();
  const versions = input.versionsOf(functionName);
  const reasons = weighted.flatMap((pointed) => (findVersion(versions, pointed) ? [] : gone(input, pointed)));
  const found = followsLatest(target.content) ? null : findVersion(versions, target);
  const isPublished = found === null && !followsLatest(target.content) && !pointsTo(input);
  if (isPublished && !hasContent(latestContent(input), target.content)) reasons.push(...gone(input, target));
  if (isPublished) reasons.push(...goneLayers(input));
  if (reasons.length > 0) return refused(...reasons);
  const pointing = aliasActions(input, isOnOtherRuntime(input, target, found));
  const publishing: Action[] = isPublished && pointing.length > 0 ? [{ do: "publish-version", name: input.name }] : [];
  const actions = [...publishing, ...pointing];
  const warnings = [target, ...weighted].flatMap((pointed) => doubts(pointed, findVersion(versions, pointed)));
  if (actions.length === 0) return { ...unchanged(), reasons: warnings };
  return acting(action, actions, { reasons: warnings });
}

/** Whether the alias already points to a version with the target's content. */
function pointsTo({ goal, live }: PlanInput): boolean {
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

function gone(input: PlanInput, { content: { codeSha256 } }: PointedVersion): Reason[] {
  const { functionName } = splitAlias(input.name);
  const detail =
    `No version of ${functionName} has the code ${codeSha256} with its configuration any more, and $LATEST has other content. ` +
    `Add lambda-code:${functionName} and lambda-config:${functionName} if their backup has this content.`;
  return [{ code: "REQUIRES_COMPONENT", detail }];
}
