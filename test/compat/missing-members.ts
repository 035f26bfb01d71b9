import { isJsonObject, type Json } from "#src/domain/json";

/** Where `now` does not say all that `before` said, as paths. New members of objects and new warnings are allowed, anywhere. */
export function missingMembers(before: Json, now: Json | undefined, at = ""): string[] {
  if (Array.isArray(before) && Array.isArray(now)) {
    const items = at.endsWith("/warnings") ? now.filter((warning) => before.includes(warning)) : now;
    if (before.length === items.length)
      return before.flatMap((item, index) => missingMembers(item, items[index], `${at}/${index}`));
  }
  if (isJsonObject(before) && isJsonObject(now))
    return Object.entries(before).flatMap(([key, member]) => missingMembers(member, now[key], `${at}/${key}`));
  return JSON.stringify(before) === JSON.stringify(now) ? [] : [`${at}: ${JSON.stringify(now)}`];
}
