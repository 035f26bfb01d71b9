import type { ReplyTo } from "../support/answers.ts";

/** Sends a GET and returns the response. */
export type Get = (path: string) => Promise<{ status: number; text: string }>;

export interface OldAnswer {
  readonly path: string;
  readonly status: number;
  /** Parsed; `JSON.stringify` gives the exact bytes of the response. */
  readonly body: unknown;
}

/** Reads all that the API has about one stage: activities, plans, rows, logs, snapshots, histories, pins and builds. */
export async function readEverything(get: Get): Promise<OldAnswer[]> {
  const answers: OldAnswer[] = [];
  const read = async <Path extends string>(path: Path): Promise<ReplyTo<"GET", Path>> => {
    const { status, text } = await get(path);
    const body = JSON.parse(text);
    if (JSON.stringify(body) !== text) throw new Error(`${path} cannot be kept as JSON: ${text}`);
    answers.push({ path, status, body });
    return body;
  };
  const stage = "/v1/applications/shop/stages/prod";
  for (const list of ["builds", "revalidations", "policy", "builds/1842"]) await read(`${stage}/${list}`);
  for (const pin of (await read("/v1/pins")).items) await read(`/v1/pins/${pin.id}`);
  for (const { id } of (await read("/v1/deployments")).items) await readDeployment(read, id);
  for (const { id } of (await read("/v1/rollbacks")).items) await readRollback(read, id);
  await read("/v1/activities");
  return answers;
}

type Read = <Path extends string>(path: Path) => Promise<ReplyTo<"GET", Path>>;

async function readDeployment(read: Read, id: string): Promise<void> {
  const { snapshot, record } = await read(`/v1/deployments/${id}`);
  await read(`/v1/deployments/${id}/components?limit=200`);
  await readLog(read, `/v1/deployments/${id}`);
  for (const taken of [snapshot, record]) if (taken) await readSnapshot(read, taken.id);
}

async function readRollback(read: Read, id: string): Promise<void> {
  await read(`/v1/rollbacks/${id}`);
  for (const part of ["plan", "components?limit=200", "orphans"]) await read(`/v1/rollbacks/${id}/${part}`);
  await readLog(read, `/v1/rollbacks/${id}`);
}

async function readLog(read: Read, path: string): Promise<void> {
  let after: number | undefined = 0;
  while (after !== undefined) {
    const { items }: ReplyTo<"GET", "/logs"> = await read(`${path}/logs?limit=200&after=${after}`);
    after = items.at(-1)?.seq;
  }
}

async function readSnapshot(read: Read, id: string): Promise<void> {
  await read(`/v1/snapshots/${id}`);
  const { items } = await read(`/v1/snapshots/${id}/components?limit=200`);
  for (const component of items) await read(`/v1/components/${encodeURIComponent(component.id)}/history`);
}

/** One answer a line, without repetitions: several snapshots have the same components, whose histories are read each time. */
export function answersToText(answers: readonly OldAnswer[]): string {
  return [...new Set(answers.map((answer) => JSON.stringify(answer)))].map((line) => `${line}\n`).join("");
}

export function answersFromText(text: string): OldAnswer[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as OldAnswer);
}
