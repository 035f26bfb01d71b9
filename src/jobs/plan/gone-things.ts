import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  type Components,
  functionOf,
  kindOf,
  nameOf,
  stackOf,
} from "../../domain/component/component.ts";
import { lambdaRuntimeState } from "../../domain/component/states/lambda.ts";
import { pointedVersions } from "../../domain/component/version-content.ts";
import { sameJson } from "../../domain/json.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import { isLayerGone, layersOf } from "../../kinds/lambda/layers.ts";
import type { RecordedStates } from "../../planner/facts.ts";

/** Needed where a version has to be published again. */
function layersOfVersions(alias: ComponentState | undefined): string[] {
  return pointedVersions(alias).flatMap(({ content }) => [
    ...layersOf({ settings: content.settings ?? {}, evidence: {}, artifacts: [] }),
  ]);
}

/** Layer versions of the backup that a picked function, or one that a picked resource or stack restores, would be given. */
export async function readGoneLayers(
  reader: CachedReader,
  picked: readonly ComponentId[],
  { before, deployed, live }: Pick<RecordedStates, "before" | "deployed" | "live">,
): Promise<Set<string>> {
  const functions = new Set(picked.flatMap((id) => functionOf(id) ?? []));
  const isPicked = (id: ComponentId | null) => id !== null && picked.includes(id);
  const configurations = [...before.values()].filter(
    ({ id, parent }) =>
      kindOf(id) === "lambda-config" && (functions.has(nameOf(id)) || isPicked(parent) || isPicked(stackOf(parent))),
  );
  const wanted = configurations.flatMap(({ id, state }) => {
    const goal = layersOf(state);
    return sameJson(goal, layersOf((live.get(id) ?? deployed.get(id))?.state)) ? [] : goal;
  });
  for (const id of picked) if (kindOf(id) === "lambda-alias") wanted.push(...layersOfVersions(before.get(id)?.state));
  const gone = new Set<string>();
  for (const arn of new Set(wanted)) if (await isLayerGone(reader, arn)) gone.add(arn);
  return gone;
}

/** Code signing configurations that a picked function would have to be given, and that are known to be gone. */
export async function readGoneSigningConfigs(
  reader: CachedReader,
  picked: readonly ComponentId[],
  { before, live }: { readonly before: Components; readonly live: Components },
): Promise<Set<string>> {
  const configOf = (component: CapturedComponent | undefined) =>
    lambdaRuntimeState(component?.state).settings.CodeSigningConfigArn ?? null;
  const gone = new Set<string>();
  for (const id of picked.filter((one) => kindOf(one) === "lambda-runtime")) {
    const arn = configOf(before.get(id));
    if (arn === null || arn === configOf(live.get(id))) continue;
    const read = await reader.aws.lambda.isSigningConfigGone(arn);
    if ("value" in read && read.value) gone.add(arn);
  }
  return gone;
}
