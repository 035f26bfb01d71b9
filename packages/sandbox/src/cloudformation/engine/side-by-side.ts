interface Order<Item> {
  /** What has to come first. Only items that stand before this one count. */
  dependenciesOf(item: Item): readonly Item[];
  /** Resolves to whether what depends on the item may begin. */
  work(item: Item): Promise<boolean>;
}

/**
 * Works on all items side by side, on each once those that it depends on are done. Waits for everything that has begun, also
 * if a piece of work throws, and then throws the first error.
 */
export async function inDependencyOrder<Item>(items: readonly Item[], order: Order<Item>): Promise<void> {
  const begun = new Map<Item, Promise<boolean>>();
  const perform = async (item: Item): Promise<boolean> => {
    const needed = order.dependenciesOf(item).flatMap((other) => begun.get(other) ?? []);
    const ready = await Promise.all(needed);
    return ready.every(Boolean) && (await order.work(item));
  };
  for (const item of items) begun.set(item, perform(item));
  const results = await Promise.allSettled(begun.values());
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
