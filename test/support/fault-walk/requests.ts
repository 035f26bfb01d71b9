import { ended, type TestAccount, until } from "../test-account.ts";
import { TARGET } from "./account.ts";
import type { Attempt, Scene } from "./scene.ts";

/** Opens a deployment and waits for its backup or its end. */
export async function openBackup(w: TestAccount, { scope, byRole }: Scene) {
  const target = byRole ? { target: TARGET } : {};
  const request = { application: "shop", stage: "prod", branch: "main", scope, ...target };
  const send = () => w.api("POST", "/v1/deployments", request);
  let opened = await send();
  // A process that gets no turn for a whole second counts as overloaded, whatever its limit; its answer says to send again.
  await until(async () => {
    if (opened.status === 503) opened = await send();
    return opened.status !== 503;
  });
  const { id } = opened.body;
  if (opened.status !== 202) throw new Error(`the deployment was refused: ${JSON.stringify(opened.body)}`);
  const read = async () => (await w.api("GET", `/v1/deployments/${id}?wait=30`)).body;
  await until(async () => {
    const { status, snapshot } = await read();
    return status === "Exception" || snapshot?.status === "Ready";
  });
  return read();
}

/** Nobody deploys after a backup that lacks something: "No backup, no deploy." */
export function isBackedUp({ status, snapshot }: Awaited<ReturnType<typeof openBackup>>): boolean {
  return status === "In Progress" && snapshot.status === "Ready" && snapshot.incomplete === 0;
}

export async function cancel(w: TestAccount, id: string): Promise<void> {
  await w.api("POST", `/v1/deployments/${id}/cancel`);
  await ended(w, `/v1/deployments/${id}`);
}

export async function report(w: TestAccount, id: string, outcome: Scene["outcome"]) {
  const answer = await w.api("POST", `/v1/deployments/${id}/finish`, { outcome });
  if (answer.status !== 202) throw new Error(`the outcome was refused: ${JSON.stringify(answer.body)}`);
  return ended(w, `/v1/deployments/${id}`);
}

/** Whether the state after the deploy was captured, whatever the pipeline reported. */
export function isRecorded({ altered }: Awaited<ReturnType<typeof report>>): boolean {
  return altered !== null;
}

export async function requestRollback(w: TestAccount, request: object) {
  const opened = await w.api("POST", "/v1/rollbacks", request);
  if (opened.status !== 202) throw new Error(`the rollback was refused: ${JSON.stringify(opened.body)}`);
  return ended(w, `/v1/rollbacks/${opened.body.id}`);
}

export function requestOf(deployment: string, { components, options }: Attempt, { outcome }: Scene): object {
  return { deployment, components, ...options, ...(outcome === "failed" ? { includeFailed: true } : {}) };
}

export async function warningsIn(w: TestAccount, path: string): Promise<string> {
  const { items } = (await w.api("GET", `${path}/logs?limit=200&level=warn`)).body;
  return items.map(({ message }) => message).join("\n");
}
