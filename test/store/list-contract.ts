import type { Test } from "tap";
import type { Activity } from "#src/domain/activity/activity";
import type { ActivityFilter } from "#src/store/port/activities";
import type { Page, Paged } from "#src/store/port/transaction";
import type { Store } from "#src/store/store";
import { fc } from "../support/seeded.ts";
import { allow, deployment, enqueue, FIRST_PAGE, NOW, PROBLEM, rollback } from "./builders.ts";
import type { OpenStore } from "./open-store.ts";

/** Every filter of the lists, with values that some of the activities have. */
const FILTER = fc.record(
  {
    type: fc.constantFrom("deploy" as const, "rollback" as const),
    application: fc.constantFrom("shop", "blog"),
    stage: fc.constantFrom("prod", "test"),
    branch: fc.constantFrom("main", "next"),
    target: fc.constantFrom("default", "other"),
    status: fc.constantFrom("Queued" as const, "Exception" as const, "Draft" as const),
    deployment: fc.constantFrom("dep_00", "dep_07", "dep_none"),
  },
  { requiredKeys: [] },
);

export async function testLists(t: Test, open: OpenStore): Promise<void> {
  await t.test("pages of any size, under any filter, list each matching activity once, newest first", async (t) => {
    const store = await open(t);
    await fill(store);
    const all = (await store.listActivities({}, FIRST_PAGE)).items;
    t.equal(all.length, 60);
    const byDeployment = await reversals(store);
    const isWanted = (filter: ActivityFilter) => (activity: Activity) =>
      Object.entries(filter).every(([name, value]) =>
        name === "deployment"
          ? byDeployment.get(activity.id)?.includes(String(value))
          : activity[name as keyof Activity] === value,
      );
    t.same(ids(all), ids([...all].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))));
    await fc.assert(
      fc.asyncProperty(FILTER, fc.integer({ min: 1, max: 25 }), async (filter, limit) => {
        const expected = all.filter(isWanted(filter));
        const found = await pages((page) => store.listActivities(filter, page), limit);
        const deployments = await pages((page) => store.listDeployments(filter, page), limit);
        const rollbacks = await pages((page) => store.listRollbacks(filter, page), limit);
        const { type: _type, ...rest } = filter;
        const either = all.filter(isWanted(rest));
        return (
          same(ids(found), ids(expected)) &&
          same(ids(deployments), ids(either.filter(({ type }) => type === "deploy"))) &&
          same(ids(rollbacks), ids(either.filter(({ type }) => type === "rollback")))
        );
      }),
      { numRuns: 150 },
    );
  });

  await t.test("an activity that is opened between two pages does not shift the later pages", async (t) => {
    const store = await open(t);
    await fill(store);
    const all = ids((await store.listActivities({}, FIRST_PAGE)).items);
    const first = await store.listActivities({}, { limit: 10, cursor: null });
    const late = deployment("dep_zz", { createdAt: NOW + 1_000_000 });
    await store.openDeployment(late, allow, enqueue(store, "take-snapshot", late.id));
    const second = await store.listActivities({}, { limit: 10, cursor: first.next });
    t.same(ids(second.items), all.slice(10, 20));
  });

  await t.test("lists return the same nouns as the finders", async (t) => {
    const store = await open(t);
    await fill(store);
    const [deployments, rollbacks] = [
      await store.listDeployments({}, FIRST_PAGE),
      await store.listRollbacks({}, FIRST_PAGE),
    ];
    for (const item of deployments.items.slice(0, 5)) t.same(item, await store.findDeployment(item.id));
    for (const item of rollbacks.items.slice(0, 5)) t.same(item, await store.findRollback(item.id));
  });

  await t.test("refuses a cursor that no list returned, and names it", async (t) => {
    const store = await open(t);
    const unreadable = [
      "",
      "?",
      "bm8",
      Buffer.from("[1]").toString("base64url"),
      Buffer.from('{"a":1}').toString("base64url"),
    ];
    for (const cursor of unreadable) {
      const page = { limit: 10, cursor };
      await t.rejects(store.listActivities({}, page), { code: "VALIDATION_FAILED", faults: [{ detail: /cursor/ }] });
      await t.rejects(store.listRollbacks({}, page), { code: "VALIDATION_FAILED" });
    }
    const text = { limit: 10, cursor: Buffer.from('["x"]').toString("base64url") };
    await t.rejects(store.listAltered("dep_1", text), { code: "VALIDATION_FAILED" });
    await t.rejects(store.listSteps("rbk_1", text), { code: "VALIDATION_FAILED" });
    await t.rejects(store.listComponents("snp_1", { limit: 10, cursor: "?" }), { code: "VALIDATION_FAILED" });
  });
}

/** Sixty activities of all kinds, many of which were created in the same millisecond. */
async function fill(store: Store): Promise<void> {
  for (let n = 0; n < 60; n += 1) {
    const facts = {
      application: n % 3 ? "shop" : "blog",
      stage: n % 4 ? "prod" : "test",
      branch: n % 5 ? "main" : n % 2 ? "next" : null,
      target: n % 7 ? "default" : "other",
      createdAt: NOW + Math.floor(n / 8),
    };
    const number = String(n).padStart(2, "0");
    const reversed = n < 20 ? "dep_00" : "dep_07";
    const isDraft = n % 4 === 1;
    if (n % 3 === 2)
      await store.openRollback(rollback(`rbk_${number}`, [reversed], draft(facts, isDraft)), allow, null);
    else await store.openDeployment(deployment(`dep_${number}`, facts), allow, async () => {});
    if (n % 6 === 0) await store.endActivity(`dep_${number}`, PROBLEM, NOW);
  }
}

function draft<Facts>(facts: Facts, isDraft: boolean): Facts & { status: "Draft" | "Queued" } {
  return { ...facts, status: isDraft ? "Draft" : "Queued" };
}

async function reversals(store: Store): Promise<ReadonlyMap<string, readonly string[]>> {
  const { items } = await store.listRollbacks({}, FIRST_PAGE);
  return new Map(items.map(({ id, deployments }) => [id, deployments]));
}

async function pages<Row>(list: (page: Page) => Promise<Paged<Row>>, limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: Paged<Row> = await list({ limit, cursor });
    if (page.items.length > limit) throw new Error("A page is longer than its limit.");
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return rows;
}

function ids(activities: readonly { readonly id: string }[]): string[] {
  return activities.map(({ id }) => id);
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, at) => id === other[at]);
}
