/**
 * Stacks that hold each other by exports and imports (facts E4), and how far each of them is on its way back. Pure.
 *
 * What AWS enforces: an export that is imported can neither go nor change its value; an import needs its export at that
 * moment; an export's name exists once per account and region.
 */

/** What a stack has in common with others. */
export interface StackLinks {
  /** Value by export name. */
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: readonly string[];
}

/** A stack that goes from live to its goal. */
export interface StackTransition {
  readonly name: string;
  /** Null where it does not exist. */
  readonly live: StackLinks | null;
  /** Null where it has to go. */
  readonly goal: StackLinks | null;
}

/** Every other stack of the account and region: it stays as it is. */
export interface ExternalStacks {
  /** Names of the stacks that import an export of a moving stack, by export. */
  readonly importers: Readonly<Record<string, readonly string[]>>;
  /** Who has an export, by export. Null where AWS would not list them: what is imported is taken to be there then. */
  readonly exporters: Readonly<Record<string, string>> | null;
  /** Why no bridge can be made for a stack that keeps these exports; null where one can. */
  readonly whyNoBridge: (stack: string, keeps: readonly string[]) => string | null;
}

/** How far a stack is: its names at this moment. */
export interface Standing {
  readonly exports: ReadonlySet<string>;
  readonly imports: ReadonlySet<string>;
  /** Whether a pass has been made: from then on it has every export of its goal, and its goal's imports only. */
  readonly arrived: boolean;
}

export interface World {
  readonly stacks: ReadonlyMap<string, StackTransition>;
  readonly standings: ReadonlyMap<string, Standing>;
}

/** Why a stack cannot take its final pass yet. */
export interface Wait {
  readonly why: /** Its goal imports the export, which `on` brings back. */
    | "import"
    /** Its goal has the export, whose name `on` has until then. */
    | "name"
    /** The export's value changes, and `on` imports it until then. */
    | "value"
    /** The export goes, and `on` imports it until then. A bridge keeps it for so long. */
    | "use";
  readonly export: string;
  readonly on: string;
}

export function worldOf(stacks: readonly StackTransition[]): World {
  const standing = ({ live }: StackTransition): Standing => ({
    exports: new Set(Object.keys(live?.exports ?? {})),
    imports: new Set(live?.imports),
    arrived: false,
  });
  return {
    stacks: new Map(stacks.map((stack) => [stack.name, stack])),
    standings: new Map(stacks.map((stack) => [stack.name, standing(stack)])),
  };
}

/** The world after a pass of a stack that still keeps these exports; with none it is the final one. */
export function afterPass(world: World, stack: StackTransition, keeps: readonly string[]): World {
  const standing: Standing = {
    exports: new Set([...Object.keys(stack.goal?.exports ?? {}), ...keeps]),
    imports: new Set(stack.goal?.imports),
    arrived: true,
  };
  return { ...world, standings: new Map(world.standings).set(stack.name, standing) };
}

/**
 * Everything that a stack waits for. Importers that import the export in their goal too are no reason to wait, since
 * waiting would not help: `lastingFaults` names them.
 */
export function waitsOf(world: World, stack: StackTransition): Wait[] {
  const standing = standingOf(world, stack.name);
  const wanted = stack.goal?.exports ?? {};
  const changing = standing.arrived ? [] : changedExports(stack);
  const going = [...standing.exports].filter((name) => !Object.hasOwn(wanted, name));
  const missing = Object.keys(wanted).filter((name) => !standing.exports.has(name));
  return [
    ...(standing.arrived ? [] : lackedImports(world, stack)),
    ...missing.flatMap((name) => waits("name", name, holdersOf(world, name, stack.name))),
    ...changing.flatMap((name) => waits("value", name, leavingImporters(world, name))),
    ...going.flatMap((name) => waits("use", name, leavingImporters(world, name))),
  ];
}

/** Exports that a bridge of the stack has to keep now. */
export function keepsOf(waiting: readonly Wait[]): string[] {
  return [...new Set(waiting.flatMap(({ why, export: name }) => (why === "use" ? [name] : [])))].sort();
}

/** Exports of live that the goal does not have. */
export function goingExports({ live, goal }: StackTransition): string[] {
  return Object.keys(live?.exports ?? {}).filter((name) => !Object.hasOwn(goal?.exports ?? {}, name));
}

/** Exports that stay with another value. To whoever imports them that is the same as going and coming. */
export function changedExports({ live, goal }: StackTransition): string[] {
  if (!live || !goal) return [];
  return Object.keys(live.exports).filter(
    (name) => Object.hasOwn(goal.exports, name) && live.exports[name] !== goal.exports[name],
  );
}

export function importsInGoal(stack: StackTransition | undefined, name: string): boolean {
  return stack?.goal?.imports.includes(name) ?? false;
}

export function standingOf(world: World, name: string): Standing {
  return world.standings.get(name) ?? { exports: new Set(), imports: new Set(), arrived: false };
}

function waits(why: Wait["why"], name: string, stacks: readonly string[]): Wait[] {
  return stacks.map((on) => ({ why, export: name, on }));
}

/** Imports of the goal whose export is not there as it will stay. One that still goes or changes must not be imported anew. */
function lackedImports(world: World, stack: StackTransition): Wait[] {
  return (stack.goal?.imports ?? []).flatMap((name) =>
    waits(
      "import",
      name,
      [...world.stacks.values()].filter((other) => lacksExport(world, other, name)).map((other) => other.name),
    ),
  );
}

function lacksExport(world: World, stack: StackTransition, name: string): boolean {
  const value = stack.goal?.exports[name];
  return value !== undefined && !standingOf(world, stack.name).arrived && stack.live?.exports[name] !== value;
}

function holdersOf(world: World, name: string, except: string): string[] {
  return [...world.stacks.values()]
    .filter((stack) => stack.name !== except && !Object.hasOwn(stack.goal?.exports ?? {}, name))
    .filter((stack) => standingOf(world, stack.name).exports.has(name))
    .map((stack) => stack.name);
}

function leavingImporters(world: World, name: string): string[] {
  return [...world.stacks.values()]
    .filter((stack) => standingOf(world, stack.name).imports.has(name) && !importsInGoal(stack, name))
    .map((stack) => stack.name);
}
