/** More copies of one name than any template could hold: CloudFormation's quota of parameters. */
const MAX_COPIES = 200;
const SUFFIX = "FromBackup";
const COPY = new RegExp(`^(.+?)((?:${SUFFIX}(?:[2-9]|[1-9][0-9]+)?)+)$`);

/** The names that a copy of the backup's member may get where its own means something else now. */
export function copyNames(name: string): string[] {
  return Array.from({ length: MAX_COPIES }, (_, index) => `${name}${SUFFIX}${index === 0 ? "" : index + 1}`);
}

/**
 * The names that copies stand for, so that a part reads the same whether its names were copied or not. `names` are all that
 * the part mentions of one section, `others` what else it mentions in the same place: a name that is taken there is given to
 * nothing. Where the part mentions a name beside a copy of it, the name stays its own, and several copies stay apart.
 * Pure. Answers only names that read as another one.
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
 * The numbers of its copies and an end that comes first, so that copying one name of a family leaves the family's order as
 * it is: `P`, which becomes `PFromBackup2` beside a `PFromBackup` of the backup's own, still comes before that.
 */
function rankOf(suffixes: string): number[] {
  const numbers = suffixes.split(SUFFIX).slice(1);
  return [...numbers.map((number) => Number(number || "1")), Number.POSITIVE_INFINITY];
}

function byRank({ rank: one }: Member, { rank: other }: Member): number {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at < 0 ? 0 : (other[at] ?? 0) - (one[at] ?? 0);
}
