import type {
  Activity,
  Deployment,
  Finding,
  Plan,
  Rollback,
  RollbackComponent,
  SnapshotComponent,
} from "./api-types.ts";
import { type Api, unwrap } from "./connect.ts";
import { ApiError, UnknownJobTypeError } from "./errors.ts";

/** The longest that one request may wait for a job, in seconds; the API's limit. */
const LONGEST_WAIT_SECONDS = 60;
/** The largest page that the API gives. */
const PAGE_ROWS = 200;

/** What type of job an id names. Throws UnknownJobTypeError for an id of neither. */
export function jobTypeOf(id: string): Activity["type"] {
  if (id.startsWith("dep_")) return "deploy";
  if (id.startsWith("rbk_")) return "rollback";
  throw new UnknownJobTypeError(id);
}

export function hasEnded({ status }: Pick<Activity, "status">): boolean {
  return status === "Completed" || status === "Exception";
}

export async function readJob(api: Api, id: string): Promise<Deployment | Rollback> {
  const params = { path: { id } };
  return jobTypeOf(id) === "deploy"
    ? unwrap(api.GET("/v1/deployments/{id}", { params }))
    : unwrap(api.GET("/v1/rollbacks/{id}", { params }));
}

/** The deployment once its backup is Ready, so that CI may deploy, or once it has ended without one. */
export function waitForBackup(api: Api, id: string): Promise<Deployment> {
  return waitForDeployment(api, id, ({ snapshot }) => snapshot.status === "Ready");
}

/** The deployment once it has ended. */
export function waitForRecord(api: Api, id: string): Promise<Deployment> {
  return waitForDeployment(api, id, () => false);
}

async function waitForDeployment(
  api: Api,
  id: string,
  isDone: (deployment: Deployment) => boolean,
): Promise<Deployment> {
  for (;;) {
    const params = { path: { id }, query: { wait: LONGEST_WAIT_SECONDS } };
    const deployment = await unwrap(api.GET("/v1/deployments/{id}", { params }));
    if (hasEnded(deployment) || isDone(deployment)) return deployment;
  }
}

/** The rollback once it has ended, or once `isDone` holds before that. */
export async function waitForRollback(
  api: Api,
  id: string,
  isDone: (rollback: Rollback) => boolean = () => false,
): Promise<Rollback> {
  for (;;) {
    const params = { path: { id }, query: { wait: LONGEST_WAIT_SECONDS } };
    const rollback = await unwrap(api.GET("/v1/rollbacks/{id}", { params }));
    if (hasEnded(rollback) || isDone(rollback)) return rollback;
  }
}

/** The plan of a draft whose planning was requested. Throws ApiError where the plan cannot be made. */
export async function waitForPlan(api: Api, id: string): Promise<Plan> {
  const params = { path: { id }, query: { wait: LONGEST_WAIT_SECONDS } };
  for (;;) {
    const plan = await unwrap(api.GET("/v1/rollbacks/{id}/plan", { params })).catch(nullWhilePlanning);
    if (plan) return plan;
  }
}

/** A planning that failed has the same code as one that still runs, and says why in `errors`. */
function nullWhilePlanning(error: unknown): null {
  if (error instanceof ApiError && error.problem.code === "PLAN_MISSING" && error.problem.errors.length === 0)
    return null;
  throw error;
}

/** The rows of every component of a rollback. */
export function readAllRows(api: Api, id: string): Promise<RollbackComponent[]> {
  return readAllPages((query) => unwrap(api.GET("/v1/rollbacks/{id}/components", { params: { path: { id }, query } })));
}

/** Every component of a snapshot. */
export function readAllComponents(api: Api, id: string): Promise<SnapshotComponent[]> {
  return readAllPages((query) => unwrap(api.GET("/v1/snapshots/{id}/components", { params: { path: { id }, query } })));
}

/** What a verification found. */
export function readAllFindings(api: Api, id: string): Promise<Finding[]> {
  return readAllPages((query) =>
    unwrap(api.GET("/v1/verifications/{id}/findings", { params: { path: { id }, query } })),
  );
}

async function readAllPages<Row>(
  read: (query: { limit: number; cursor?: string }) => Promise<{ items: Row[]; next: string | null }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Row[]; next: string | null } = await read({ limit: PAGE_ROWS, ...(cursor ? { cursor } : {}) });
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return rows;
}
