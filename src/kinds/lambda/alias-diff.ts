import type { ComponentState } from "../../domain/component/component.ts";
import { lambdaAliasState } from "../../domain/component/states/lambda.ts";
import {
  type PointedVersion,
  pointedVersions,
  RUNTIME_VERSION,
  type SameInEffect,
  sameVersion,
} from "../../domain/component/version-content.ts";
import { settingsDiff } from "../comparison.ts";
import { layersOf, sameLayerLists } from "./layers.ts";
import { knowProvisioned } from "./provisioned-concurrency.ts";

/**
 * Versions are compared by their content. The patch of the runtime does not count here: AWS changes it by itself, and the
 * plan prefers a version on the same patch. Provisioned concurrency that one of the two captures could not read is not compared. A layer version that was published again is the same layer (decision 0010).
 */
export function aliasDiff(goal: ComponentState, live: ComponentState): string[] {
  const [[target, ...weighted], [liveTarget, ...liveWeighted]] = [pointedVersions(goal), pointedVersions(live)];
  const isSame = (one?: PointedVersion, other?: PointedVersion) =>
    one !== undefined && other !== undefined && sameVersion(one, other, inEffect(goal, live));
  const sameTarget = isSame(target, liveTarget);
  const sameWeights =
    weighted.length === liveWeighted.length && weighted.every((one, index) => isSame(one, liveWeighted[index]));
  const isUnknown = (path: string) => path === "/provisioned" && !knowProvisioned(goal, live);
  return settingsDiff(goal, live).filter(
    (path) =>
      !(sameTarget && path.startsWith("/target")) && !(sameWeights && path.startsWith("/weights")) && !isUnknown(path),
  );
}

function inEffect(goal: ComponentState, live: ComponentState): SameInEffect {
  return (member, one, other) =>
    member === RUNTIME_VERSION || (member === "Layers" && sameLayerLists(layerList(goal, one), layerList(live, other)));
}

function layerList(state: ComponentState, { number, content }: PointedVersion) {
  const kept = lambdaAliasState(state).evidence.versions[number ?? ""];
  return {
    arns: layersOf({ settings: content.settings ?? {}, evidence: {}, artifacts: [] }),
    layers: kept?.layers ?? [],
  };
}
