import { componentId, parseComponentId } from "../domain/component/component.ts";
import type { KeyStore } from "../store/port/keys.ts";
import type { HistoryEntry, HistoryFilter, HistoryStore } from "../store/port/snapshots.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { ShownTo } from "./activities.ts";
import { found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";
import { defaultTarget } from "./targets.ts";

export type { HistoryEntry };

export interface HistoryService {
  /** Every state of a component that differs from the one before it, newest first. Empty for an unknown component. */
  list(
    component: string,
    filter: ShownTo<Omit<HistoryFilter, "target"> & { target?: string }>,
    page: Page,
  ): Promise<Paged<HistoryEntry>>;
}

export function createHistoryService(deps: Uses<HistoryStore & KeyStore, "targets">): HistoryService {
  return {
    list: async (component, filter, page) => {
      const { kind, name } = found(parseComponentId(component), component);
      const target = filter.target ?? defaultTarget(deps);
      const { items, next } = await deps.store.listHistory(componentId(kind, name), { ...filter, target }, page);
      const shownDigest = await deps.store.findDigester(target);
      return { items: items.map((entry) => ({ ...entry, digest: entry.digest && shownDigest(entry.digest) })), next };
    },
  };
}
