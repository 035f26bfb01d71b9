import t from "tap";
import type { Rollback } from "#src/domain/activity/rollback";
import { DEFAULT_POLICY } from "#src/domain/activity/stage-policy";
import { coveredDigest } from "#src/domain/plan/approved";
import { planDigest } from "#src/domain/plan/plan";
import type { JobContext } from "#src/jobs/job-context";
import { preflight } from "#src/jobs/run/preflight";
import { rollback } from "../store/builders.ts";
import {
  createFunction,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  startTestAccount,
  updateCode,
} from "../support/test-account.ts";

const MINUTE_MS = 60_000;
const PLAN = { digest: planDigest([]), plannedAt: 0, steps: [] };
const STATES = { before: new Map(), deployed: new Map(), lastRecorded: new Map() } as never;
const STAGES = "/v1/applications/shop/stages";

/** What the last checks answer for a rollback whose approval is so old, or null once they ask AWS. */
async function checked(run: Rollback, ageMs: number): Promise<string | null> {
  const approval = { about: run.id, covers: coveredDigest(run, PLAN), by: "token:tok_9:ann", madeBy: [] };
  const store = {
    isCancelRequested: async () => false,
    findPolicy: async () => ({ ...DEFAULT_POLICY, approvals: { ...DEFAULT_POLICY.approvals, required: 1 } }),
    findDeployment: async () => null,
    findApprovals: async () => [{ ...approval, decision: "approve", comment: null, at: 1_000_000_000 }],
  };
  const clock = { now: () => 1_000_000_000 + ageMs };
  const asksAws = { add: () => {} };
  const context = { store, clock, log: asksAws } as unknown as JobContext;
  return preflight(context, run, { plan: PLAN, states: STATES }).then(
    (problem) => problem?.code ?? null,
    () => null,
  );
}

t.test("approvals are checked again before the first mutation", async (t) => {
  const run = rollback("rbk_1", [], { approvedDigest: PLAN.digest });
  t.equal(await checked(run, 0), null);
  t.equal(await checked(run, 60 * MINUTE_MS), "APPROVAL_NEEDED", "it has run out");
  t.equal(await checked({ ...run, requestedBy: "token:tok_9:ann" }, 0), "APPROVAL_NEEDED", "it is the requester's");
  t.equal(await checked({ ...run, waiver: "emergency" }, 60 * MINUTE_MS), null);
});

t.test("a failed deployment asks for approvals of its rollback, unless the policy waives them", async (t) => {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  await createFunction(w, "shop-pay", "good");
  const fail = async (stage: string, says: string) => {
    const { id } = await openDeployment(w, { functions: ["shop-*"] }, { onFailure: "rollback", stage });
    await updateCode(w, "shop-pay", says);
    await finishDeployment(w, id, "failed");
    const { items } = (await w.api("GET", `/v1/rollbacks?deployment=${id}`)).body;
    return items[0];
  };
  await w.api("PUT", `${STAGES}/prod/policy`, { approvals: { required: 1 } });
  t.match(await fail("prod", "bad"), { status: "Draft", waiver: null });
  t.match(await invoke(w, "shop-pay"), "bad", "until somebody has approved it");
  await w.api("PUT", `${STAGES}/dev/policy`, { approvals: { required: 1 }, autoRollback: true });
  const waived = await fail("dev", "worse");
  t.equal(waived?.waiver, "auto-rollback");
  t.equal((await ended(w, `/v1/rollbacks/${waived?.id ?? ""}`)).status, "Completed");
});
