import { hasEnded } from "#client/vocabulary";
import {
  type Api,
  answered,
  type Deployment,
  LONGEST_WAIT_SECONDS,
  type Rollback,
  type RollbackRow,
  type SnapshotComponent,
} from "./api.ts";
import { CliError, EXIT } from "./exit-codes.ts";

/** The largest page that the API gives. */
const PAGE_ROWS = 200;

export type JobType = "deploy" | "rollback";

/** What kind of job an id names. Throws CliError for an id of neither. */
export function jobTypeOf(id: string): JobType {
  if (id.startsWith("dep_")) return "deploy";
  if (id.startsWith("rbk_")) return "rollback";
  throw new CliError(EXIT.usage, `${id} is the id of neither a deployment (dep_…) nor a rollback (rbk_…).`);
}

export async function findJob(api: Api, id: string): Promise<Deployment | Rollback> {
  const params = { path: { id } };
  return jobTypeOf(id) === "deploy"
    ? answered(api.GET("/v1/deployments/{id}", { params }))
    : answered(api.GET("/v1/rollbacks/{id}", { params }));
}

/** The deployment as soon as it is CI's turn, or once it has ended without that. */
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
    const deployment = await answered(api.GET("/v1/deployments/{id}", { params }));
    if (hasEnded(deployment.status) || isDone(deployment)) return deployment;
  }
}

/** The rollback once it has ended. */
export async function waitForRollback(api: Api, id: string): Promise<Rollback> {
  for (;;) {
    const params = { path: { id }, query: { wait: LONGEST_WAIT_SECONDS } };
    const rollback = await answered(api.GET("/v1/rollbacks/{id}", { params }));
    if (hasEnded(rollback.status)) return rollback;
  }
}

/** Every component's row of a rollback. */
export function allRows(api: Api, id: string): Promise<RollbackRow[]> {
  return allPages((query) => answered(api.GET("/v1/rollbacks/{id}/components", { params: { path: { id }, query } })));
}

/** Every component of a snapshot. */
export function allComponents(api: Api, id: string): Promise<SnapshotComponent[]> {
  return allPages((query) => answered(api.GET("/v1/snapshots/{id}/components", { params: { path: { id }, query } })));
}

async function allPages<Row>(
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
