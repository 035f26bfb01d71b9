import type { Sight } from "./sites.ts";

export interface Sights {
  /** What a picked component goes to. */
  readonly goal: Sight;
  /** What was there when the rollback began. */
  readonly start: Sight;
  readonly after: Sight;
}

export interface Ending {
  readonly picked: readonly string[];
  readonly rows: readonly { readonly component: string; readonly status: string }[];
  readonly isCompleted: boolean;
}

export interface BrokenRule {
  readonly rule: string;
  readonly detail: string;
}

const REACHED = new Set(["Restored", "Removed", "Recreated", "Unchanged"]);

/** What a rollback did against its own word: the ids of `sights` are those of components. Pure. */
export function compareSights({ goal, start, after }: Sights, { picked, rows, isCompleted }: Ending): BrokenRule[] {
  const faults: BrokenRule[] = [];
  const isTouched = touchedBy(picked, { goal, start });
  const reached = new Set(rows.filter(({ status }) => REACHED.has(status)).map(({ component }) => component));
  for (const [id, now] of Object.entries(after)) {
    const [was, wanted] = [start[id] ?? null, goal[id] ?? null];
    const isReached = isCompleted && (reached.has(id) || reached.has(stackOf(id)));
    if (isReached && now !== wanted)
      faults.push({ rule: "a Completed rollback equals its goal", detail: `${id} is ${now} instead of ${wanted}` });
    if (!isTouched(id) && now !== was)
      faults.push({ rule: "what was not picked is untouched", detail: `${id} was ${was} and is ${now}` });
  }
  return faults;
}

/** A picked stack brings its resources, and a function that comes or goes brings all that it has. */
function touchedBy(
  picked: readonly string[],
  { goal, start }: Pick<Sights, "goal" | "start">,
): (id: string) => boolean {
  const functions = new Set(picked.map(functionOf));
  const comesOrGoes = (name: string) => {
    const code = `lambda-code:${name}`;
    return ((goal[code] ?? null) === null) !== ((start[code] ?? null) === null);
  };
  return (id) => {
    const owner = functionOf(id);
    if (picked.includes(id) || picked.includes(stackOf(id))) return true;
    return owner !== null && functions.has(owner) && comesOrGoes(owner);
  };
}

function stackOf(id: string): string {
  return id.replace(/^stack-resource:(.*)\/.*$/, "stack:$1");
}

function functionOf(id: string): string | null {
  return /^lambda-[a-z]+:([^:/]+)/.exec(id)?.[1] ?? null;
}
