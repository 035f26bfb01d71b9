/** Names beyond these would not be read. */
const MOST_NAMED = 3;

/** The known names that somebody may have meant, the nearest first; empty where none is near. Pure. */
export function nearestTo(wanted: string, known: Iterable<string>): string[] {
  const limit = Math.min(Math.max(2, Math.floor(wanted.length / 4)), wanted.length - 1);
  const near = [...new Set(known)]
    .map((name) => ({ name, distance: distanceTo(wanted, name) }))
    .filter(({ name, distance }) => name !== wanted && distance <= limit)
    .sort((one, other) => one.distance - other.distance || (one.name < other.name ? -1 : 1));
  // Ids share long beginnings: what is much farther than the nearest is another component.
  const best = near[0]?.distance ?? 0;
  return near.flatMap(({ name, distance }) => (distance <= best + 1 ? name : [])).slice(0, MOST_NAMED);
}

/** " Did you mean a or b?", or nothing. Pure. */
export function didYouMean(wanted: string, known: Iterable<string>): string {
  const near = nearestTo(wanted, known);
  return near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
}

/** A component may be named without its kind, or with another one, and a resource without its stack. */
function distanceTo(wanted: string, name: string): number {
  const [one, other] = [wanted.toLowerCase(), name.toLowerCase()];
  const withoutStack = other.slice(other.indexOf("/") + 1);
  const nearest = Math.min(...[other, afterKind(other), withoutStack].map((part) => editDistance(one, part)));
  return Math.min(nearest, editDistance(afterKind(one), afterKind(other)) + 1);
}

function afterKind(id: string): string {
  return id.slice(id.indexOf(":") + 1);
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const [left = 0, up = 0, corner = 0] = [line[column - 1], above[column], above[column - 1]];
      line.push(Math.min(left + 1, up + 1, corner + (letter === other[column - 1] ? 0 : 1)));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
