import type { ComponentId, Components } from "../../domain/component/component.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import { asComponents, type CaptureProgress, captureComponents } from "../capture/capture-scope.ts";
import { checkpoint, type JobContext } from "../job-context.ts";

/** Named components as they are now. Stacks first: the reader learns from them which functions they own. */
export async function readLive(
  reader: CachedReader,
  ids: readonly ComponentId[],
  progress: CaptureProgress,
): Promise<Components> {
  const stacks = ids.filter((id) => id.startsWith("stack:"));
  const rest = ids.filter((id) => !id.startsWith("stack:"));
  const found = [
    ...(await captureComponents(reader, stacks, progress)),
    ...(await captureComponents(reader, rest, progress)),
  ];
  return asComponents(found);
}

/** Between two captures: secrets are known from then on, what was logged can be read, and the job can be stopped. */
export function logAndCheck(context: JobContext, activity: string): CaptureProgress {
  return async (components) => {
    await context.learnSecrets(components);
    await context.log.flush();
    await checkpoint(context, activity);
  };
}
