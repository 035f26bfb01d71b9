/** The quota of parameters in a template, so that no template can have more copies of a name. */
const MAX_COPIES = 200;
const SUFFIX = "FromBackup";
const COPY = new RegExp(`^(.+?)((?:${SUFFIX}(?:[2-9]|[1-9][0-9]+)?)+)$`);

/** The names for a copy of a member of the backup whose own name has another meaning now. */
export function copyNames(name: string): string[] {
  return Array.from({ length: MAX_COPIES }, (_, index) => `${name}${SUFFIX}${index === 0 ? "" : index + 1}`);
}

/**
 * The original names of copies, so that a part reads the same whether its names were copied or not. `names` are all members
 * of one section that the part mentions; `others` are other names that it mentions in the same way, which no copy gets.
 * A name that the part mentions besides a copy of it stays as it is, and several copies stay distinct.
 * Pure. Returns only names that differ from their originals.
 */
export function originalNames(names: Iterable<string>, others: ReadonlySet<string>): Map<string, string> {
  const families = new Map<string, Member[]>();
  for (const name of names) {
    const [, base = name, suffixes = ""] = COPY.exec(name) ?? [];
    families.set(base, [...(families.get(base) ?? []), { name, rank: rankOf(suffixes) }]);
  }
  const originals = new Map<string, string>();
  for (const [base, members] of families) {
    const wanted = [base, ...copyNames(base)].slice(0, members.length);
    if (wanted.some((name) => others.has(name))) continue;
    for (const [index, { name }] of members.sort(byRank).entries()) {
      const original = wanted[index] ?? name;
      if (original !== name) originals.set(name, original);
    }
  }
  return originals;
}

interface Member {
  readonly name: string;
  readonly rank: readonly number[];
}

/**
 * The numbers of the copies, with an end that sorts first, so that copying a name does not change the order of its family:
 * `P`, which becomes `PFromBackup2` next to an original `PFromBackup`, still comes before that one.
 */
function rankOf(suffixes: string): number[] {
  const numbers = suffixes.split(SUFFIX).slice(1);
  return [...numbers.map((number) => Number(number || "1")), Number.POSITIVE_INFINITY];
}

function byRank({ rank: one }: Member, { rank: other }: Member): number {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at < 0 ? 0 : (other[at] ?? 0) - (one[at] ?? 0);
}
