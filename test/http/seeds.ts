/** Ended deployments and rollbacks, made through the API, and through the store as the jobs would. */

import { type Altered, alteredIds, changeOf } from "#src/domain/activity/altered";
import type { PinChanges } from "#src/domain/activity/pins";
import type { Rollback } from "#src/domain/activity/rollback";
import { type CapturedComponent, type ComponentId, captured } from "#src/domain/component/component";
import type { NewSnapshot } from "#src/domain/component/snapshot";
import { problemOf, StepbackError } from "#src/domain/errors";
import type { JsonObject } from "#src/domain/json";
import { type Plan, type PlanStep, planDigest } from "#src/domain/plan/plan";
import type { StepRow } from "#src/domain/plan/step-row";
import type { NewLine } from "#src/store/port/transaction";
import { type Answer, idOf, type TestService } from "./test-service.ts";

export const SCOPE = { stacks: ["shop-api"], functions: ["shop-prod-*"] };

export const OPENING = { application: "shop", stage: "prod", branch: "main", scope: SCOPE };

export function state(id: ComponentId, settings: JsonObject, more: Partial<CapturedComponent> = {}): CapturedComponent {
  const { parent = null, physicalId = null, state } = more;
  const evidence = state?.evidence ?? {};
  return captured(id, { settings, evidence, artifacts: state?.artifacts ?? [] }, { parent, physicalId });
}

/** From BEFORE to AFTER, the stack and `pay` are modified, `new` is added, `old` is deleted, and `keep` stays. */
export const BEFORE = [
  state("stack:shop-api", { template: "{}", parameters: {} }),
  state("lambda-code:shop-prod-pay", { CodeSha256: "one" }),
  state("lambda-code:shop-prod-old", { CodeSha256: "old" }),
  state("lambda-code:shop-prod-keep", { CodeSha256: "same" }),
];
export const AFTER = [
  state("stack:shop-api", { template: '{"Resources":{}}', parameters: {} }),
  state("lambda-code:shop-prod-pay", { CodeSha256: "two" }, { parent: "stack:shop-api" }),
  state("lambda-code:shop-prod-new", { CodeSha256: "new" }),
  state("lambda-code:shop-prod-keep", { CodeSha256: "same" }),
];
export const ALTERED_IDS = [
  "stack:shop-api",
  "lambda-code:shop-prod-new",
  "lambda-code:shop-prod-old",
  "lambda-code:shop-prod-pay",
];

export function line(service: TestService, message: string, more: Partial<NewLine> = {}): NewLine {
  return { at: service.clock.now(), level: "info", component: null, step: null, message, aws: null, ...more };
}

export function alteredRows(before: readonly CapturedComponent[], after: readonly CapturedComponent[]): Altered[] {
  const [was, is] = [before, after].map((states) => new Map(states.map((one) => [one.id, one] as const)));
  if (!was || !is) return [];
  return alteredIds(was, is).map((component) => {
    const [left, right] = [was.get(component), is.get(component)];
    return {
      component,
      change: changeOf(left, right),
      parent: (right ?? left)?.parent ?? null,
      physicalId: null,
      before: left?.digest ?? null,
      deployed: right?.digest ?? null,
      diff: [{ path: "/CodeSha256", before: "one", deployed: "two" }],
      readiness: "reversible",
      reasons: [{ code: "LEAVES_STACK_BEHIND", detail: "by the direct path" }],
    };
  });
}

/** Opens a deployment through the API. */
export async function openDeployment(service: TestService, more: object = {}): Promise<string> {
  const answer = await service.post("/v1/deployments", { ...OPENING, ...more });
  if (answer.status !== 202) throw new Error(answer.text);
  service.clock.advance(1000);
  return idOf(answer);
}

/** Plays `take-snapshot`. */
export async function giveBackup(service: TestService, id: string, states: readonly CapturedComponent[] = BEFORE) {
  const fence = await service.claim();
  await service.store.identify(fence, id, { account: "000000000000", region: "eu-central-1" }, () => null);
  const deployment = await service.services.deployments.find(id);
  const snapshot = { id: deployment.backup.id, takenAt: service.clock.now(), components: states };
  await service.store.saveBackup(fence, id, snapshot, { lock: null, lines: [line(service, "backup taken")] });
}

/** Plays `record-deployment` after the outcome was reported. */
export async function giveRecord(service: TestService, id: string, states = { before: BEFORE, after: AFTER }) {
  const fence = await service.claim();
  const { outcome } = await service.services.deployments.find(id);
  const problem = outcome === "failed" ? problemOf(new StepbackError("DEPLOY_FAILED", "It broke.")) : null;
  await service.store.saveRecord(fence, id, {
    snapshot: newSnapshot(service, states.after),
    altered: alteredRows(states.before, states.after),
    status: problem ? "Exception" : "Completed",
    problem,
    at: service.clock.now(),
    lines: [line(service, "recorded")],
    follow: null,
  });
}

export interface Ended {
  readonly outcome?: "succeeded" | "failed";
  readonly before?: CapturedComponent[];
  readonly after?: CapturedComponent[];
  readonly opening?: object;
}

export async function endedDeployment(service: TestService, options: Ended = {}): Promise<string> {
  const { outcome = "succeeded", before = BEFORE, after = AFTER, opening = {} } = options;
  const id = await openDeployment(service, opening);
  await giveBackup(service, id, before);
  await service.post(`/v1/deployments/${id}/finish`, { outcome });
  await giveRecord(service, id, { before, after });
  service.clock.advance(1000);
  return id;
}

export function rollback(service: TestService, body: object): Promise<Answer> {
  return service.post("/v1/rollbacks", body);
}

/** Plays `plan-rollback`. `next` enqueues the run, as the job does for a rollback that is no draft. */
export async function givePlan(service: TestService, id: string, next = false): Promise<Plan> {
  const fence = await service.claim();
  const { picked } = await service.services.rollbacks.find(id);
  const steps = picked.map((component, index) => planStep(component, index + 1));
  const plan = { digest: planDigest(steps), plannedAt: service.clock.now(), steps };
  const enqueue = next
    ? (transaction: Parameters<TestService["store"]["insertJob"]>[0]) =>
        service.store.insertJob(transaction, { type: "run-rollback", subject: id }, service.clock.now())
    : null;
  await service.store.savePlan(fence, id, { plan, lines: [line(service, "planned")], next: enqueue });
  return plan;
}

export function planStep(component: ComponentId, order: number, more: Partial<PlanStep> = {}): PlanStep {
  return {
    order,
    wave: 1,
    position: "after the stacks and configuration",
    after: [],
    bridges: [],
    component,
    action: "restore",
    strategy: "direct",
    via: null,
    conflict: false,
    destructive: false,
    losses: [],
    reasons: [{ code: "LEAVES_STACK_BEHIND", detail: "in words" }],
    actions: [{ do: "update-code", name: "shop-prod-pay" }],
    goal: { settings: { CodeSha256: "one", secret: "in clear" }, evidence: {}, artifacts: [] },
    liveDigest: null,
    diff: [{ path: "/CodeSha256", before: "one", deployed: "two", live: "two" }],
    ...more,
  };
}

/** Plays `run-rollback` to its end. `backup` is the live state before, `record` the restored state. */
export async function runToEnd(
  service: TestService,
  id: string,
  states: { backup: CapturedComponent[]; record: CapturedComponent[]; pinChanges?: PinChanges },
) {
  const { store, clock } = service;
  const fence = await service.claim();
  const { picked } = await service.services.rollbacks.find(id);
  const rows = picked.map((component, index) => stepRow(component, index + 1));
  const snapshot = newSnapshot(service, states.backup);
  await store.beginRun(fence, id, { snapshot, steps: rows, at: clock.now(), lines: [] });
  for (const row of rows) {
    await store.startStep(fence, id, row.order, clock.now());
    const end = { ...row, status: "Restored", verified: true, finishedAt: clock.now() } as const;
    await store.finishStep(fence, id, { row: end, lines: [line(service, "restored", { component: row.component })] });
  }
  const result: NonNullable<Rollback["result"]> = {
    restored: rows.length,
    removed: 0,
    recreated: 0,
    unchanged: 0,
    skipped: 0,
    failed: 0,
  };
  await store.endRollback(fence, id, {
    status: "Completed",
    result,
    problem: null,
    record: newSnapshot(service, states.record),
    rows: [],
    at: clock.now(),
    lines: [],
    follow: null,
    ...(states.pinChanges ? { pinChanges: states.pinChanges } : {}),
  });
  clock.advance(1000);
}

function stepRow(component: ComponentId, order: number): StepRow {
  return {
    order,
    component,
    action: "restore",
    status: "Pending",
    verified: null,
    strategy: "direct",
    warnings: ["LEAVES_STACK_BEHIND"],
    error: null,
    startedAt: null,
    finishedAt: null,
  };
}

let snapshots = 0;
function newSnapshot(service: TestService, components: readonly CapturedComponent[]): NewSnapshot {
  snapshots += 1;
  const id = `snp_0${String(snapshots).padStart(19, "0")}`;
  return { id, takenAt: service.clock.now(), components };
}
