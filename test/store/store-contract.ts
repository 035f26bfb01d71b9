import type { Test } from "tap";
import { testBuilds } from "./build-contract.ts";
import { testDeployments } from "./deployment-contract.ts";
import { testHistory } from "./history-contract.ts";
import { testJobs } from "./job-contract.ts";
import { testLists } from "./list-contract.ts";
import type { OpenStore } from "./open-store.ts";
import { testPins } from "./pin-contract.ts";
import { testRollbacks } from "./rollback-contract.ts";
import { testSnapshots } from "./snapshot-contract.ts";

/** What every store promises, whichever database stands behind it. */
export async function testStore(t: Test, open: OpenStore): Promise<void> {
  await t.test("deployments", (t) => testDeployments(t, open));
  await t.test("rollbacks", (t) => testRollbacks(t, open));
  await t.test("builds", (t) => testBuilds(t, open));
  await t.test("snapshots", (t) => testSnapshots(t, open));
  await t.test("histories", (t) => testHistory(t, open));
  await t.test("pins, marks and policies", (t) => testPins(t, open));
  await t.test("lists", (t) => testLists(t, open));
  await t.test("jobs, logs and access", (t) => testJobs(t, open));
}
