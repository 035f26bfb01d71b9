import type { ExternalStacks, StackLinks, StackTransition } from "#src/domain/stack/links";
import { fc } from "./seeded.ts";

/** The transitions of stacks from live to goal, with the stacks outside, which stay as they are. */
export interface StackGraph {
  readonly stacks: readonly StackTransition[];
  readonly around: ExternalStacks;
}

export interface GraphSize {
  readonly stacks: number;
  /** Half of `stacks` by default. */
  readonly fewest?: number;
  readonly exports: number;
  /** Whether some graphs have faults that no order solves: lasting importers, missing or taken exports, no bridge. */
  readonly faulty: boolean;
}

const OUTSIDE = "outside";
const NOBODY = -1;

/** One export over time. Owners are indexes of stacks; `size.stacks` stands for the external stacks. */
interface Draft {
  readonly owner: number;
  readonly fate: "stays" | "goes" | "comes" | "moves" | "changes";
  /** The export's owner in the goal when the export moves. */
  readonly next: number;
  readonly importedOutside: boolean;
}

/** AWS allows the live side. It allows the goal, too, unless the graph is loose. */
export function stackGraphs(size: GraphSize): fc.Arbitrary<StackGraph> {
  const chance = (outOf: number) => fc.nat({ max: outOf - 1 }).map((drawn) => drawn === outOf - 1);
  const names = Array.from({ length: size.exports }, (_, index) => `x${index}`);
  const draft: fc.Arbitrary<Draft> = fc.record({
    owner: fc.nat({ max: size.stacks }),
    fate: fc.constantFrom("stays", "goes", "goes", "comes", "comes", "moves", "changes"),
    next: fc.nat({ max: size.stacks - 1 }),
    importedOutside: chance(6),
  });
  const stack = fc.record({
    created: chance(8),
    deleted: chance(8),
    live: fc.subarray(names, { maxLength: 4 }),
    goal: fc.subarray(names, { maxLength: 4 }),
    noBridge: chance(8),
  });
  const loose = size.faulty ? chance(2) : fc.constant(false);
  return fc
    .tuple(
      fc.array(draft, { minLength: size.exports, maxLength: size.exports }),
      fc.array(stack, { minLength: size.fewest ?? Math.ceil(size.stacks / 2), maxLength: size.stacks }),
      loose,
    )
    .map(([drafts, parts, isLoose]) => build(names, { drafts, parts, isLoose, outside: size.stacks }));
}

interface Parts {
  readonly drafts: readonly Draft[];
  readonly parts: readonly {
    readonly created: boolean;
    readonly deleted: boolean;
    readonly live: readonly string[];
    readonly goal: readonly string[];
    readonly noBridge: boolean;
  }[];
  readonly isLoose: boolean;
  readonly outside: number;
}

function build(names: readonly string[], { drafts, parts, isLoose, outside }: Parts): StackGraph {
  const facts = names.map((name, index) => ({ name, draft: drafts[index] as Draft }));
  const exists = (side: "live" | "goal", index: number) =>
    index >= 0 && index < parts.length && !parts[index]?.[side === "live" ? "created" : "deleted"];
  const ownerOn = (side: "live" | "goal", { owner, fate, next }: Draft) => {
    if (owner === outside && (side === "live" || fate !== "moves" || !isLoose)) return outside;
    if (fate === (side === "live" ? "comes" : "goes")) return NOBODY;
    return side === "goal" && fate === "moves" ? next : owner;
  };
  const has = (side: "live" | "goal", draft: Draft, index: number) =>
    ownerOn(side, draft) === index && exists(side, index);
  const known = (side: "live" | "goal", name: string) => {
    const found = facts.find((fact) => fact.name === name);
    const at = found ? ownerOn(side, found.draft) : NOBODY;
    return at === outside || exists(side, at) ? at : null;
  };
  const value = (side: "live" | "goal", draft: Draft) => (side === "goal" && draft.fate === "changes" ? "two" : "one");
  const settled = (name: string) => {
    const [was, is] = [known("live", name), known("goal", name)];
    const changes = facts.find((fact) => fact.name === name)?.draft.fate === "changes";
    return was === is && (was === outside || !changes);
  };
  const links = (side: "live" | "goal", index: number, part: Parts["parts"][number]): StackLinks | null => {
    if (!exists(side, index)) return null;
    const imports = part[side].filter((name) => known(side, name) !== index);
    const lasting = (name: string) => part.live.includes(name) && part.goal.includes(name);
    const kept = imports.filter(
      (name) =>
        (side === "goal" && isLoose) || (known(side, name) !== null && (isLoose || !lasting(name) || settled(name))),
    );
    const own = facts.filter(({ draft }) => has(side, draft, index));
    return {
      exports: Object.fromEntries(own.map(({ name, draft }) => [name, value(side, draft)])),
      imports: side === "live" ? kept.filter((name) => known("live", name) !== null) : kept,
    };
  };
  const stacks = parts
    .map((part, index) => ({ name: `s${index}`, live: links("live", index, part), goal: links("goal", index, part) }))
    .filter(({ live, goal }) => live !== null || goal !== null);
  const unbridged = new Set(parts.flatMap(({ noBridge }, index) => (noBridge && isLoose ? [`s${index}`] : [])));
  const outer = facts.filter(({ draft }) => ownerOn("live", draft) === outside);
  const used = facts.filter(
    ({ name, draft }) =>
      draft.importedOutside &&
      known("live", name) !== outside &&
      known("live", name) !== null &&
      (isLoose || settled(name)),
  );
  return {
    stacks,
    around: {
      importers: Object.fromEntries(used.map(({ name }) => [name, [OUTSIDE]])),
      exporters: Object.fromEntries(outer.map(({ name }) => [name, OUTSIDE])),
      whyNoBridge: (name) => (unbridged.has(name) ? "its template cannot be spliced" : null),
    },
  };
}

/** One line for each stack, for reading a counterexample. */
export function graphText({ stacks, around }: StackGraph): string {
  const side = (links: StackLinks | null) => {
    if (!links) return "nothing";
    const exports = Object.entries(links.exports).map(([name, value]) => `${name}=${value}`);
    return `exports ${exports.join(" ") || "–"}, imports ${links.imports.join(" ") || "–"}`;
  };
  const lines = stacks.map(({ name, live, goal }) => {
    const note = around.whyNoBridge(name, []) === null ? "" : " (no bridge)";
    return `${name}${note}: ${side(live)}  →  ${side(goal)}`;
  });
  return [
    ...lines,
    `outside imports ${Object.keys(around.importers).join(" ") || "–"}, exports ${Object.keys(around.exporters ?? {}).join(" ") || "–"}`,
  ].join("\n");
}
