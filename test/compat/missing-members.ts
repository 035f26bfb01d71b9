import { isJsonObject, type Json } from "#src/domain/json";

/**
 * What each version says in its own way: an advice in other words, estimates by what the calls of a run are now, and what stands in
 * the place of a secret, which only compares within one version.
 */
const OWN_WAY = /\/advice$|\/secret$|\/expected\/.*(?:count|seconds|pacingSeconds)$/i;

/** Where `now` does not say all that `before` said, as paths. New members of objects and new warnings are allowed, anywhere. */
export function missingMembers(before: Json, now: Json | undefined, at = ""): string[] {
  if (Array.isArray(before) && Array.isArray(now)) {
    const items = at.endsWith("/warnings") ? now.filter((warning) => before.includes(warning)) : now;
    if (before.length === items.length)
      return before.flatMap((item, index) => missingMembers(item, items[index], `${at}/${index}`));
  }
  if (isJsonObject(before) && isJsonObject(now))
    return Object.entries(before).flatMap(([key, member]) => missingMembers(member, now[key], `${at}/${key}`));
  if (OWN_WAY.test(at) && typeof before === typeof now) return [];
  return JSON.stringify(before) === JSON.stringify(now) ? [] : [`${at}: ${JSON.stringify(now)}`];
}
