interface Order {
  /** What has to come first. Only ids that stand before this one count. */
  dependenciesOf(id: string): readonly string[];
  /** Resolves to whether what depends on the id may begin. */
  work(id: string): Promise<boolean>;
}

/**
 * Works on all ids side by side, on each once those that it depends on are done. Waits for everything that has begun, also
 * if a piece of work throws, and then throws the first error.
 */
export async function inDependencyOrder(ids: readonly string[], order: Order): Promise<void> {
  const begun = new Map<string, Promise<boolean>>();
  const perform = async (id: string): Promise<boolean> => {
    const needed = order.dependenciesOf(id).flatMap((other) => begun.get(other) ?? []);
    const ready = await Promise.all(needed);
    return ready.every(Boolean) && (await order.work(id));
  };
  for (const id of ids) begun.set(id, perform(id));
  const results = await Promise.allSettled(begun.values());
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
