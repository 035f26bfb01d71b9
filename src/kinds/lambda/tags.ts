/** The prefix of AWS's own tags, which nobody else may write (facts F2). */
const RESERVED_PREFIX = "aws:";

/** Of people and tools, on one function. AWS does not raise it (facts I4). */
export const MAX_TAGS = 50;

export type Tags = Readonly<Record<string, string>>;

/** The tags that people and tools set. */
export function ownTags(tags: Tags): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(RESERVED_PREFIX)));
}

/** `changed` has to be written, the keys in `extra` have to be removed. Pure. */
export function tagChanges(wanted: Tags, live: Tags): { changed: Record<string, string>; extra: string[] } {
  return {
    changed: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => live[key] !== value)),
    extra: Object.keys(ownTags(live)).filter((key) => !Object.hasOwn(wanted, key)),
  };
}

/** Names of the calls that these changes take. Pure. */
export function tagWrites(wanted: Tags, live: Tags): string[] {
  const { changed, extra } = tagChanges(wanted, live);
  return [...(extra.length > 0 ? ["UntagResource"] : []), ...(Object.keys(changed).length > 0 ? ["TagResource"] : [])];
}
