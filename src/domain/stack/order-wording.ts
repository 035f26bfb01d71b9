import { type Wait, type World, waitsOf } from "./links.ts";

/** What a wait says after "after shop-b, which ". */
const UNTIL: Readonly<Record<Wait["why"], (name: string) => string>> = {
  import: (name) => `brings back ${called(name)}`,
  name: (name) => `has the export ${name} until then`,
  value: (name) => `imports ${name} until then, whose value changes`,
  use: (name) => `imports ${name} until then`,
};

/** An export by its name; what else is waited for says itself what it is ("the function pay"). No export's name has a space. */
function called(name: string): string {
  return name.includes(" ") ? name : `the export ${name}`;
}

/** A pass, and what it still keeps: nothing but for a bridge. */
interface Pass {
  readonly stack: string;
  readonly keeps: readonly string[];
}

/** Why a pass stands where it stands: what it waited for, and of a bridge what it is good for. Pure. */
export function positionOf(pass: Pass, waited: readonly Wait[], before: World): string[] {
  const reasons = [...waited.map(waitWords), ...(pass.keeps.length > 0 ? bridgeWords(pass, before) : [])];
  return reasons.length > 0 ? [...new Set(reasons)] : ["waits for no other stack"];
}

export function waitWords({ why, export: name, on }: Wait): string {
  return `after ${on}, which ${UNTIL[why](name)}`;
}

function bridgeWords({ stack, keeps }: Pass, before: World): string[] {
  const moving = [...before.stacks.values()];
  const own = moving.filter(({ name }) => name === stack).flatMap((one) => waitsOf(before, one));
  const kept = own.filter(({ why, export: name }) => why === "use" && keeps.includes(name));
  const waiting = moving.flatMap((other) =>
    waitsOf(before, other)
      .filter(({ on }) => on === stack)
      .map((wait) => ({ ...wait, by: other.name })),
  );
  return [
    ...kept.map(({ export: name, on }) => `keeps the export ${name}, which ${on} still imports`),
    ...waiting.map(({ why, export: name, by }) =>
      why === "import" ? `brings back ${called(name)} for ${by}` : `lets go of ${name} for ${by}`,
    ),
  ];
}
