import type { ErrorCode } from "../errors.ts";
import {
  changedExports,
  type ExternalStacks,
  goingExports,
  importsInGoal,
  keepsOf,
  type StackTransition,
  type Wait,
  type World,
  waitsOf,
} from "./links.ts";
import { waitWords } from "./order-wording.ts";

/** Why a stack has no place in any order. */
export interface OrderFault {
  readonly stack: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** What no order can help: it lasts from before the first pass to after the last one. Pure; all of it at once. */
export function lastingFaults(stacks: readonly StackTransition[], around: ExternalStacks): OrderFault[] {
  return stacks.flatMap((stack) => [
    ...exportsInUse(stack, stacks, around),
    ...missingExports(stack, stacks, around),
    ...takenExports(stack, stacks, around),
  ]);
}

function exportsInUse(
  stack: StackTransition,
  stacks: readonly StackTransition[],
  around: ExternalStacks,
): OrderFault[] {
  const changed = new Set(changedExports(stack));
  return [...goingExports(stack), ...changed].sort().flatMap((name) => {
    const what = changed.has(name) ? "changes its value" : "goes";
    const outside = (around.importers[name] ?? []).map(
      (importer) =>
        `${importer} stays as it is and imports ${name}, which ${what}: pick ${importer} too, or take its import out first.`,
    );
    const lasting = stacks
      .filter((other) => other.live?.imports.includes(name) && importsInGoal(other, name))
      .map(
        (other) =>
          `${other.name} imports ${name} before and after, and in between it ${what}: put the value into ${other.name} literally first.`,
      );
    return [...outside, ...lasting].map((detail) => ({ stack: stack.name, code: "EXPORT_IN_USE" as const, detail }));
  });
}

function missingExports(
  stack: StackTransition,
  stacks: readonly StackTransition[],
  around: ExternalStacks,
): OrderFault[] {
  const { exporters } = around;
  if (exporters === null) return [];
  const missing = (stack.goal?.imports ?? []).filter(
    (name) => !Object.hasOwn(exporters, name) && !stacks.some(({ goal }) => Object.hasOwn(goal?.exports ?? {}, name)),
  );
  return missing.map((name) => ({
    stack: stack.name,
    code: "EXPORT_MISSING",
    detail: `${stack.name} imports ${name} once it is back, and no stack exports that then.`,
  }));
}

function takenExports(
  stack: StackTransition,
  stacks: readonly StackTransition[],
  around: ExternalStacks,
): OrderFault[] {
  return Object.keys(stack.goal?.exports ?? {}).flatMap((name) => {
    const outside = around.exporters && Object.hasOwn(around.exporters, name) ? around.exporters[name] : undefined;
    const others = stacks.filter((other) => other !== stack && Object.hasOwn(other.goal?.exports ?? {}, name));
    return [...(outside === undefined ? [] : [outside]), ...others.map((other) => other.name)].map((holder) => ({
      stack: stack.name,
      code: "EXPORT_TAKEN" as const,
      detail: `${stack.name} exports ${name} once it is back, and ${holder} exports that name too.`,
    }));
  });
}

/** The stacks that found no way, each with the trail that leads from it into a circle. */
export function stuckFaults(world: World, pending: readonly StackTransition[], around: ExternalStacks): OrderFault[] {
  return pending.map((stack) => ({
    stack: stack.name,
    code: "ORDER_IMPOSSIBLE",
    detail: `${trailOf(world, pending, stack)}${bridgeWall(world, stack, around)}`,
  }));
}

/** "a goes after b, which …; b goes after a, which …." */
function trailOf(world: World, pending: readonly StackTransition[], start: StackTransition): string {
  const steps: string[] = [];
  const seen = new Set<string>();
  let at: StackTransition | undefined = start;
  while (at && !seen.has(at.name)) {
    seen.add(at.name);
    const wait: Wait | undefined = blockingWait(world, pending, at);
    if (!wait) break;
    steps.push(`${at.name} goes ${waitWords(wait)}`);
    at = pending.find(({ name }) => name === wait.on);
  }
  return `${steps.join("; ")}.`;
}

/** What a bridge would not help first: that is what closes the circle. */
function blockingWait(world: World, pending: readonly StackTransition[], stack: StackTransition): Wait | undefined {
  const waiting = waitsOf(world, stack).filter(({ on }) => pending.some(({ name }) => name === on));
  return waiting.find(({ why }) => why !== "use") ?? waiting[0];
}

function bridgeWall(world: World, stack: StackTransition, around: ExternalStacks): string {
  const waiting = waitsOf(world, stack);
  const keeps = keepsOf(waiting);
  if (keeps.length === 0 || waiting.some(({ why }) => why !== "use")) return "";
  const why = stack.goal ? around.whyNoBridge(stack.name, keeps) : "a stack that is deleted cannot keep an export";
  return why === null ? "" : ` ${stack.name} cannot keep ${keeps.join(", ")} for so long: ${why}.`;
}
