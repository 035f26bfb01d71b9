import type { ErrorCode } from "../errors.ts";
import {
  changedExports,
  deletedExports,
  type ExternalStacks,
  importsInGoal,
  keepsOf,
  type ScheduleState,
  type StackTransition,
  type Wait,
  waitsOf,
} from "./links.ts";
import { waitWords } from "./order-wording.ts";

/** Why no order has a place for a stack. */
export interface OrderFault {
  readonly stack: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** Everything that no order can change, because it holds from before the first pass until after the last one. Pure. */
export function lastingFaults(stacks: readonly StackTransition[], external: ExternalStacks): OrderFault[] {
  return stacks.flatMap((stack) => [
    ...exportsInUse(stack, stacks, external),
    ...missingExports(stack, stacks, external),
    ...takenExports(stack, stacks, external),
  ]);
}

function exportsInUse(
  stack: StackTransition,
  stacks: readonly StackTransition[],
  external: ExternalStacks,
): OrderFault[] {
  const changed = new Set(changedExports(stack));
  return [...deletedExports(stack), ...changed].sort().flatMap((name) => {
    const change = changed.has(name) ? "changes its value" : "is deleted";
    const outside = (external.importers[name] ?? []).map(
      (importer) =>
        `${importer} stays as it is and imports ${name}, which ${change}: write its value literally into ${importer} first, or pick stack:${importer} too where the deployment altered it.`,
    );
    const lasting = stacks
      .filter((other) => other.live?.imports.includes(name) && importsInGoal(other, name))
      .map(
        (other) =>
          `${other.name} imports ${name} before and after the rollback, during which ${name} ${change}: write the value literally into ${other.name} first, and roll back with \`onConflict: restore\`.`,
      );
    return [...outside, ...lasting].map((detail) => ({ stack: stack.name, code: "EXPORT_IN_USE" as const, detail }));
  });
}

function missingExports(
  stack: StackTransition,
  stacks: readonly StackTransition[],
  external: ExternalStacks,
): OrderFault[] {
  const { exporters } = external;
  if (exporters === null) return [];
  const missing = (stack.goal?.imports ?? []).filter(
    (name) => !Object.hasOwn(exporters, name) && !stacks.some(({ goal }) => Object.hasOwn(goal?.exports ?? {}, name)),
  );
  return missing.map((name) => ({
    stack: stack.name,
    code: "EXPORT_MISSING",
    detail: `${stack.name} imports ${name} once it is rolled back, and no stack exports that name then.`,
  }));
}

function takenExports(
  stack: StackTransition,
  stacks: readonly StackTransition[],
  external: ExternalStacks,
): OrderFault[] {
  return Object.keys(stack.goal?.exports ?? {}).flatMap((name) => {
    const outside =
      external.exporters && Object.hasOwn(external.exporters, name) ? external.exporters[name] : undefined;
    const others = stacks.filter((other) => other !== stack && Object.hasOwn(other.goal?.exports ?? {}, name));
    return [...(outside === undefined ? [] : [outside]), ...others.map((other) => other.name)].map((exporter) => ({
      stack: stack.name,
      code: "EXPORT_TAKEN" as const,
      detail: `${stack.name} exports ${name} once it is rolled back, and ${exporter} exports that name too.`,
    }));
  });
}

/** The stacks that have no final pass, each with the chain of waits that leads from it into a circle. */
export function stuckFaults(
  state: ScheduleState,
  pending: readonly StackTransition[],
  external: ExternalStacks,
): OrderFault[] {
  return pending.map((stack) => ({
    stack: stack.name,
    code: "ORDER_IMPOSSIBLE",
    detail: `${chainOf(state, pending, stack)}${bridgeBlocker(state, stack, external)}`,
  }));
}

/** "a goes after b, which …; b goes after a, which …." */
function chainOf(state: ScheduleState, pending: readonly StackTransition[], start: StackTransition): string {
  const steps: string[] = [];
  const seen = new Set<string>();
  let at: StackTransition | undefined = start;
  while (at && !seen.has(at.name)) {
    seen.add(at.name);
    const wait: Wait | undefined = blockingWait(state, pending, at);
    if (!wait) break;
    steps.push(`${at.name} goes ${waitWords(wait)}`);
    at = pending.find(({ name }) => name === wait.on);
  }
  return `${steps.join("; ")}.`;
}

/** A wait that no bridge can end comes first, because it is what closes the circle. */
function blockingWait(
  state: ScheduleState,
  pending: readonly StackTransition[],
  stack: StackTransition,
): Wait | undefined {
  const waiting = waitsOf(state, stack).filter(({ on }) => pending.some(({ name }) => name === on));
  return waiting.find(({ why }) => why !== "use") ?? waiting[0];
}

function bridgeBlocker(state: ScheduleState, stack: StackTransition, external: ExternalStacks): string {
  const waiting = waitsOf(state, stack);
  const keeps = keepsOf(waiting);
  if (keeps.length === 0 || waiting.some(({ why }) => why !== "use")) return "";
  const why = stack.goal ? external.whyNoBridge(stack.name, keeps) : "a stack that is deleted cannot keep an export";
  return why === null ? "" : ` ${stack.name} cannot keep ${keeps.join(", ")} for that long: ${why}.`;
}
