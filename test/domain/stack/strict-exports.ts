import type { ExternalStacks, StackTransition } from "#src/domain/stack/links";

/**
 * The rules of AWS for exports and imports (facts E4), written a second time and as simply as possible, to check the order
 * over stacks. The model has operations and refusals, but no waits, waves or circles.
 */
export interface Account {
  readonly exports: ReadonlyMap<string, { readonly owner: string; readonly value: string }>;
  /** By stack. While a stack is updated, its old imports and its new ones count. */
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The exports and imports of a stack after an update, a creation or a deletion. */
export interface Target {
  readonly exports: ReadonlyMap<string, string>;
  readonly imports: ReadonlySet<string>;
}

const OUTSIDE = "outside";

export function accountOf(stacks: readonly StackTransition[], { importers, exporters }: ExternalStacks): Account {
  const exports = new Map<string, { owner: string; value: string }>();
  for (const name of Object.keys(exporters ?? {})) exports.set(name, { owner: OUTSIDE, value: "outside" });
  for (const { name: owner, live } of stacks)
    for (const [name, value] of Object.entries(live?.exports ?? {})) exports.set(name, { owner, value });
  const imports = new Map<string, Set<string>>(stacks.map(({ name, live }) => [name, new Set(live?.imports)]));
  imports.set(OUTSIDE, new Set(Object.keys(importers)));
  return { exports, imports };
}

export function targetOf({ live, goal }: StackTransition, keeps: readonly string[]): Target {
  const kept = keeps.map((name): [string, string] => [name, live?.exports[name] ?? ""]);
  return { exports: new Map([...Object.entries(goal?.exports ?? {}), ...kept]), imports: new Set(goal?.imports) };
}

/** The first half of an operation: resources change and imports are resolved. A text is the refusal of AWS. */
export function begin(account: Account, stack: string, target: Target): Account | string {
  for (const name of target.imports) if (!account.exports.has(name)) return `No export named ${name} found (${stack})`;
  const imported = new Set([...(account.imports.get(stack) ?? []), ...target.imports]);
  return { ...account, imports: new Map(account.imports).set(stack, imported) };
}

/** The second half: exports are checked, as late as AWS does, and the stack reaches its target. */
export function end(account: Account, stack: string, target: Target): Account | string {
  const exports = new Map(account.exports);
  for (const [name, { owner, value }] of account.exports) {
    if (owner !== stack) continue;
    const user = [...account.imports].find(([, imports]) => imports.has(name))?.[0];
    const wanted = target.exports.get(name);
    if (user && wanted === undefined) return `Export ${name} cannot be deleted as it is in use by ${user} (${stack})`;
    if (user && wanted !== value) return `Export ${name} cannot be updated as it is in use by ${user} (${stack})`;
    exports.delete(name);
  }
  for (const [name, value] of target.exports) {
    const holder = exports.get(name);
    if (holder) return `Export with name ${name} is already exported by stack ${holder.owner} (${stack})`;
    exports.set(name, { owner: stack, value });
  }
  return { exports, imports: new Map(account.imports).set(stack, target.imports) };
}

/** Whether any sequence of operations brings all stacks to their goals; tries all sequences. */
export function hasAnyOrder(stacks: readonly StackTransition[], around: ExternalStacks): boolean {
  const seen = new Set<string>();
  const open: { account: Account; done: ReadonlySet<string> }[] = [
    { account: accountOf(stacks, around), done: new Set() },
  ];
  for (let state = open.pop(); state; state = open.pop()) {
    if (state.done.size === stacks.length) return true;
    const key = keyOf(state.account, state.done);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const stack of stacks) {
      if (state.done.has(stack.name)) continue;
      for (const keeps of possibleKeeps(state.account, stack, around)) {
        const next = operate(state.account, stack, keeps);
        if (typeof next === "string") continue;
        open.push({ account: next, done: keeps.length > 0 ? state.done : new Set([...state.done, stack.name]) });
      }
    }
  }
  return false;
}

function operate(account: Account, stack: StackTransition, keeps: readonly string[]): Account | string {
  const target = targetOf(stack, keeps);
  const begun = begin(account, stack.name, target);
  return typeof begun === "string" ? begun : end(begun, stack.name, target);
}

/** Nothing (the final pass), and every set of its exports that are not in the goal (a bridge). */
function possibleKeeps(account: Account, stack: StackTransition, around: ExternalStacks): string[][] {
  const own = [...account.exports].filter(([, { owner }]) => owner === stack.name).map(([name]) => name);
  const spare = own.filter((name) => !Object.hasOwn(stack.goal?.exports ?? {}, name));
  const subsets: string[][] = [[]];
  for (const name of spare) subsets.push(...subsets.map((set) => [...set, name]));
  return stack.goal ? subsets.filter((set) => set.length === 0 || around.whyNoBridge(stack.name, set) === null) : [[]];
}

function keyOf({ exports, imports }: Account, done: ReadonlySet<string>): string {
  const owned = [...exports].map(([name, { owner, value }]) => `${name}@${owner}=${value}`).sort();
  const imported = [...imports].map(([stack, names]) => `${stack}:${[...names].sort().join(",")}`).sort();
  return [...owned, ...imported, ...[...done].sort()].join(" ");
}
