/** Takes a place among those that one principal may have at a time; returns what leaves it, once. Throws what `refuse` makes. */
export type TakePlace = (by: string) => () => void;

/** Counts places by principal. */
export function createPlaces(most: number, refuse: (by: string, taken: number) => Error): TakePlace {
  const taken = new Map<string, number>();
  return (by) => {
    const count = taken.get(by) ?? 0;
    if (count >= most) throw refuse(by, count);
    taken.set(by, count + 1);
    return () => {
      const left = (taken.get(by) ?? 1) - 1;
      if (left > 0) taken.set(by, left);
      else taken.delete(by);
    };
  };
}
