import { type ComponentId, type ComponentState, componentId, nameOf } from "../component/component.ts";
import { lambdaAliasState, lambdaCodeState, lambdaConfigState } from "../component/states/lambda.ts";
import { pointedVersions } from "../component/version-content.ts";
import type { Reason } from "../errors.ts";
import { hexOfBase64 } from "../json.ts";
import type { Action, PlanStep } from "./plan.ts";

/** Bytes of the backup that a step uploads. */
export interface NeededBytes {
  readonly digest: string;
  /** What they are, in words. */
  readonly whose: string;
}

/** What is wrong with bytes of the backup, by their digest, as the end of a sentence: "are missing". */
export type DamagedBytes = ReadonlyMap<string, string>;

type Needing = Pick<PlanStep, "component" | "actions" | "goal">;
type GoalOf = (id: ComponentId) => ComponentState | null;

/**
 * The bytes without which a step would fail half-way. Those that only a lost object of a stack needs are looked up with the
 * object itself. Pure.
 */
export function neededBytes(step: Needing, goalOf: GoalOf): NeededBytes[] {
  return step.actions.flatMap((action) => bytesOf(action, step, goalOf)).filter(({ digest }) => digest !== "");
}

function bytesOf(action: Action, { component, goal }: Needing, goalOf: GoalOf): NeededBytes[] {
  switch (action.do) {
    case "create-function":
    case "update-code":
      return codeOf(goal, action.name);
    case "publish-layer":
      return layerOf(goal && "Layers" in goal.settings ? goal : configurationOf(component, goalOf), action.name);
    case "republish-version":
      return action.writes?.includes("UpdateFunctionCode") ? versionOf(goal, action) : [];
    case "put-code-objects":
      return (action.moves ?? []).map(({ digest, from }) => ({ digest, whose: `${from.key} in ${from.bucket}` }));
    default:
      return [];
  }
}

function codeOf(goal: ComponentState | null, name: string): NeededBytes[] {
  const { PackageType, CodeSha256 } = lambdaCodeState(goal).settings;
  return PackageType === "Image" ? [] : [{ digest: hexOfBase64(CodeSha256), whose: `the code of ${name}` }];
}

function configurationOf(code: ComponentId, goalOf: GoalOf): ComponentState | null {
  return goalOf(componentId("lambda-config", nameOf(code)));
}

function layerOf(configuration: ComponentState | null, arn: string): NeededBytes[] {
  const entry = lambdaConfigState(configuration).evidence.layers.find((layer) => layer.arn === arn);
  return [{ digest: hexOfBase64(entry?.codeSha256 ?? ""), whose: `the layer ${arn}` }];
}

function versionOf(goal: ComponentState | null, { name, version }: Action): NeededBytes[] {
  const pointed = pointedVersions(goal).find(({ number }) => number === version);
  if (!goal || !pointed || lambdaAliasState(goal).evidence.versions[version ?? ""]?.imageUri) return [];
  return [{ digest: hexOfBase64(pointed.content.codeSha256 ?? ""), whose: `version ${version} behind ${name}` }];
}

/** Why a step cannot run: one reason for each of the bytes that it needs and that are damaged. */
export function damageReasons(needed: readonly NeededBytes[], damaged: DamagedBytes): Reason[] {
  return needed.flatMap(({ digest, whose }): Reason[] => {
    const damage = damaged.get(digest);
    return damage === undefined ? [] : [{ code: "ARTIFACT_MISSING", detail: damageText(whose, digest, damage) }];
  });
}

/** With the two ways out. */
export function damageText(whose: string, digest: string, damage: string): string {
  return `The stored bytes of ${whose} (SHA-256 ${digest}) ${damage}. ${HEALING}`;
}

const HEALING =
  "A new backup of anything that still has the same bytes stores them again, as does the artifacts folder from its own backup; then plan again.";
