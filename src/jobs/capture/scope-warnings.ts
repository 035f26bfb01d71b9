import { NO_NAMES, type Scope, unmatchedEntries } from "../../domain/activity/scope.ts";
import { type ComponentId, componentId } from "../../domain/component/component.ts";
import { type ErrorCode, type Reason, StepbackError } from "../../domain/errors.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";

/** Entries of a scope that match nothing, each with the names that somebody may have meant. Reads names only for such entries. */
export async function scopeWarnings(
  reader: CachedReader,
  scope: Scope,
  found: readonly ComponentId[],
): Promise<readonly Reason[]> {
  if (unmatchedEntries(scope, found, NO_NAMES).length === 0) return [];
  const lacksStack = scope.stacks.some((name) => !found.includes(componentId("stack", name)));
  const stacks = lacksStack ? await offered(() => reader.aws.cloudFormation.listStacks()) : [];
  const functions = scope.functions.length > 0 ? await offered(() => reader.listFunctionNames()) : [];
  return unmatchedEntries(scope, found, { stacks: stacks.map(({ name }) => name), functions });
}

/** Nothing where the names may not be listed: the warning stands without them. */
async function offered<Row>(list: () => Promise<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof StepbackError && UNLISTABLE.has(error.code)) return [];
    throw error;
  }
}

const UNLISTABLE: ReadonlySet<ErrorCode> = new Set(["AWS_DENIED", "AWS_UNSUPPORTED"]);
