export interface Page<Item> {
  readonly items: readonly Item[];
  /** The token of the next page; absent or empty on the last one. */
  readonly next: string | undefined;
}

/** Every item of every page, in order. The first page is asked for without a token. */
export async function allPages<Item>(readPage: (token: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let token: string | undefined;
  do {
    const page = await readPage(token);
    items.push(...page.items);
    token = page.next || undefined;
  } while (token !== undefined);
  return items;
}
