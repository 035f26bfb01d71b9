import deepDiff from "deep-diff";

const MOST_CHARACTERS = 200;

/** Where two pictures differ, one line for each path. */
export function differences(found: object, wanted: object): string[] {
  const differing = deepDiff.diff(wanted, found) ?? [];
  return differing.map(({ path = [], ...difference }) => {
    const sides = JSON.stringify(difference);
    return `${path.join("/")} ${sides.slice(0, MOST_CHARACTERS)}`;
  });
}
