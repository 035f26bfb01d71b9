import { type ScheduleState, type Wait, waitsOf } from "./links.ts";

/** What a wait says after "after shop-b, which ". */
const UNTIL: Readonly<Record<Wait["why"], (name: string) => string>> = {
  import: (name) => `brings back ${exportNamed(name)}`,
  name: (name) => `has the export ${name} until then`,
  value: (name) => `imports ${name} until then, whose value changes`,
  use: (name) => `${name.includes(" ") ? "calls" : "imports"} ${name} until then`,
};

/** No export name has a space: a name with one is of something else and says so itself ("the function pay"). */
function exportNamed(name: string): string {
  return name.includes(" ") ? name : `the export ${name}`;
}

/** A pass with the exports that it keeps; only a bridge keeps any. */
interface Pass {
  readonly stack: string;
  readonly keeps: readonly string[];
}

/** Why a pass has its place: what it waited for, and what a bridge is good for. Pure. */
export function positionOf(pass: Pass, waited: readonly Wait[], before: ScheduleState): string[] {
  const reasons = [...waited.map(waitWords), ...(pass.keeps.length > 0 ? bridgeWords(pass, before) : [])];
  return reasons.length > 0 ? [...new Set(reasons)] : ["waits for no other stack"];
}

export function waitWords({ why, export: name, on }: Wait): string {
  return `after ${on}, which ${UNTIL[why](name)}`;
}

function bridgeWords({ stack, keeps }: Pass, before: ScheduleState): string[] {
  const transitions = [...before.stacks.values()];
  const own = transitions.filter(({ name }) => name === stack).flatMap((one) => waitsOf(before, one));
  const kept = own.filter(({ why, export: name }) => why === "use" && keeps.includes(name));
  const waiting = transitions.flatMap((other) =>
    waitsOf(before, other)
      .filter(({ on }) => on === stack)
      .map((wait) => ({ ...wait, by: other.name })),
  );
  return [
    ...kept.map(({ export: name, on }) => `keeps the export ${name}, which ${on} still imports`),
    ...waiting.map(({ why, export: name, by }) =>
      why === "import" ? `brings back ${exportNamed(name)} for ${by}` : `lets go of ${name} for ${by}`,
    ),
  ];
}
