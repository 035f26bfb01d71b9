/**
 * Stacks that depend on each other by exports and imports (facts E4), and how far each of them has come. Pure.
 *
 * AWS enforces three rules: an export that is imported can neither be deleted nor change its value; an import needs its
 * export when the stack is updated; an export name exists once per account and region.
 */

/** What a stack has in common with others. */
export interface StackLinks {
  /** Value by export name. */
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: readonly string[];
}

/** A stack that changes from its live state to its goal. */
export interface StackTransition {
  readonly name: string;
  /** Null where the stack does not exist. */
  readonly live: StackLinks | null;
  /** Null where the stack has to be deleted. */
  readonly goal: StackLinks | null;
}

/** All other stacks of the account and region, which stay as they are. */
export interface ExternalStacks {
  /** By export name: the stacks that import an export of a stack in transition. */
  readonly importers: Readonly<Record<string, readonly string[]>>;
  /** By export name: the stack that has it. Null where AWS would not list exports: then every imported one counts as there. */
  readonly exporters: Readonly<Record<string, string>> | null;
  /** Why a stack cannot be bridged while it keeps these exports; null where it can. */
  readonly whyNoBridge: (stack: string, keeps: readonly string[]) => string | null;
}

/** The exports and imports that a stack has at one point of a schedule. */
export interface StackProgress {
  readonly exports: ReadonlySet<string>;
  readonly imports: ReadonlySet<string>;
  /** Whether the stack has had a pass: from then on it has all exports of its goal, and no other imports than its goal. */
  readonly isUpdated: boolean;
}

/** Where all stacks are at one point of a schedule. */
export interface ScheduleState {
  readonly stacks: ReadonlyMap<string, StackTransition>;
  readonly progress: ReadonlyMap<string, StackProgress>;
}

/** Why a stack cannot have its final pass yet. */
export interface Wait {
  readonly why: /** The goal imports the export, which `on` has to bring back first. */
    | "import"
    /** The goal has an export of this name, which `on` still uses. */
    | "name"
    /** The export changes its value, and `on` still imports it. */
    | "value"
    /** The export is deleted, and `on` still imports it. A bridge can keep the export until then. */
    | "use";
  readonly export: string;
  readonly on: string;
}

export function initialState(stacks: readonly StackTransition[]): ScheduleState {
  const begun = ({ live }: StackTransition): StackProgress => ({
    exports: new Set(Object.keys(live?.exports ?? {})),
    imports: new Set(live?.imports),
    isUpdated: false,
  });
  return {
    stacks: new Map(stacks.map((stack) => [stack.name, stack])),
    progress: new Map(stacks.map((stack) => [stack.name, begun(stack)])),
  };
}

/** The state after a pass that keeps these exports; a pass that keeps none is the final one. */
export function afterPass(state: ScheduleState, stack: StackTransition, keeps: readonly string[]): ScheduleState {
  const updated: StackProgress = {
    exports: new Set([...Object.keys(stack.goal?.exports ?? {}), ...keeps]),
    imports: new Set(stack.goal?.imports),
    isUpdated: true,
  };
  return { ...state, progress: new Map(state.progress).set(stack.name, updated) };
}

/**
 * Everything that a stack waits for. A stack whose goal imports the export, too, is not among it, because it would be
 * waited for in vain: `lastingFaults` names it.
 */
export function waitsOf(state: ScheduleState, stack: StackTransition): Wait[] {
  const { exports, isUpdated } = progressOf(state, stack.name);
  const wanted = stack.goal?.exports ?? {};
  const changing = isUpdated ? [] : changedExports(stack);
  const deleted = [...exports].filter((name) => !Object.hasOwn(wanted, name));
  const missing = Object.keys(wanted).filter((name) => !exports.has(name));
  return [
    ...(isUpdated ? [] : importWaits(state, stack)),
    ...missing.flatMap((name) => waits("name", name, formerExporters(state, name, stack.name))),
    ...changing.flatMap((name) => waits("value", name, leavingImporters(state, name))),
    ...deleted.flatMap((name) => waits("use", name, leavingImporters(state, name))),
  ];
}

/** Exports that a bridge of the stack has to keep now. */
export function keepsOf(waiting: readonly Wait[]): string[] {
  return [...new Set(waiting.flatMap(({ why, export: name }) => (why === "use" ? [name] : [])))].sort();
}

/** Live exports that the goal does not have. */
export function deletedExports({ live, goal }: StackTransition): string[] {
  return Object.keys(live?.exports ?? {}).filter((name) => !Object.hasOwn(goal?.exports ?? {}, name));
}

/** Exports whose value changes. For their importers that is the same as being deleted and created. */
export function changedExports({ live, goal }: StackTransition): string[] {
  if (!live || !goal) return [];
  return Object.keys(live.exports).filter(
    (name) => Object.hasOwn(goal.exports, name) && live.exports[name] !== goal.exports[name],
  );
}

export function importsInGoal(stack: StackTransition | undefined, name: string): boolean {
  return stack?.goal?.imports.includes(name) ?? false;
}

export function progressOf(state: ScheduleState, name: string): StackProgress {
  return state.progress.get(name) ?? { exports: new Set(), imports: new Set(), isUpdated: false };
}

function waits(why: Wait["why"], name: string, stacks: readonly string[]): Wait[] {
  return stacks.map((on) => ({ why, export: name, on }));
}

/** Imports of the goal whose export is not final yet. One that is still deleted or changed must get no new importer. */
function importWaits(state: ScheduleState, stack: StackTransition): Wait[] {
  return (stack.goal?.imports ?? []).flatMap((name) => {
    const late = [...state.stacks.values()].filter((other) => lacksExport(state, other, name));
    return waits(
      "import",
      name,
      late.map((other) => other.name),
    );
  });
}

function lacksExport(state: ScheduleState, stack: StackTransition, name: string): boolean {
  const value = stack.goal?.exports[name];
  return value !== undefined && !progressOf(state, stack.name).isUpdated && stack.live?.exports[name] !== value;
}

/** Stacks that still have the export and whose goal is without it. */
function formerExporters(state: ScheduleState, name: string, except: string): string[] {
  return [...state.stacks.values()]
    .filter((stack) => stack.name !== except && !Object.hasOwn(stack.goal?.exports ?? {}, name))
    .filter((stack) => progressOf(state, stack.name).exports.has(name))
    .map((stack) => stack.name);
}

/** Stacks that still import the export and whose goal does not. */
function leavingImporters(state: ScheduleState, name: string): string[] {
  return [...state.stacks.values()]
    .filter((stack) => progressOf(state, stack.name).imports.has(name) && !importsInGoal(stack, name))
    .map((stack) => stack.name);
}
