/**
 * Fifty clients that open deployments, wait for their backups and read their logs, for a minute (or SECONDS=…). Prints
 * what they did, and the latency of a page of log lines as a ratio against the floor of `GET /livez` in the same run.
 * Exits 1 on any error, or when a deployment or a log line that was answered is not found afterwards.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox } from "#sandbox/sandbox";
import { type ServiceProcess, startProcess } from "../test/support/built-service.ts";
import { awsEnv, zip } from "../test/support/test-account.ts";

const CLIENTS = 50;
const SECONDS = Number(process.env["SECONDS"] ?? 60);

interface Tally {
  readonly deployments: string[];
  readonly errors: string[];
  readonly pageMs: number[];
  readonly floorMs: number[];
}

async function main(): Promise<void> {
  const sandbox = createSandbox({ updateMs: 1 });
  const url = await sandbox.listen();
  for (let client = 0; client < CLIENTS; client += 1) {
    const input = {
      FunctionName: `client-${client}`,
      Runtime: "nodejs20.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/bench",
    };
    await sandbox
      .service("lambda")
      .call("CreateFunction", { ...input, Code: { ZipFile: zip(`client ${client}`) } }, "wire");
  }
  const dataDir = await mkdtemp(join(tmpdir(), "stepback-bench-"));
  const service = await startProcess(dataDir, awsEnv(url));
  try {
    const tally: Tally = { deployments: [], errors: [], pageMs: [], floorMs: [] };
    const until = performance.now() + SECONDS * 1000;
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(service, client, { until, tally })));
    await check(service, tally);
    report(tally);
  } finally {
    await service.stop();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function work(
  service: ServiceProcess,
  client: number,
  { until, tally }: { until: number; tally: Tally },
): Promise<void> {
  while (performance.now() < until) {
    const opened = await request(service, tally, "POST", "/v1/deployments", {
      application: "bench",
      stage: `s${client}`,
      scope: { functions: [`client-${client}`] },
    });
    if (!opened?.["id"]) continue;
    const id = String(opened["id"]);
    tally.deployments.push(id);
    await request(service, tally, "GET", `/v1/deployments/${id}?wait=30`);
    for (let page = 0; page < 5; page += 1) {
      tally.pageMs.push(await timed(() => request(service, tally, "GET", `/v1/deployments/${id}/logs`)));
      tally.floorMs.push(await timed(() => request(service, tally, "GET", "/livez")));
    }
    await request(service, tally, "POST", `/v1/deployments/${id}/cancel`);
  }
}

/** Nothing that was answered is lost: each deployment is there, and its lines are numbered without a gap. */
async function check(service: ServiceProcess, tally: Tally): Promise<void> {
  for (const id of tally.deployments) {
    const found = await request(service, tally, "GET", `/v1/deployments/${id}?wait=10`);
    if (found?.["id"] !== id) tally.errors.push(`${id} is lost`);
    const logs = await request(service, tally, "GET", `/v1/deployments/${id}/logs?limit=200`);
    const lines = (logs?.["items"] ?? []) as { seq: number }[];
    if (lines.length === 0 || lines.some(({ seq }, index) => seq !== index + 1))
      tally.errors.push(`${id} has a gap in its log`);
  }
}

async function request(
  service: ServiceProcess,
  tally: Tally,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown> | null> {
  try {
    const headers = {
      authorization: `Bearer ${service.token}`,
      ...(body ? { "content-type": "application/json" } : {}),
    };
    const answer = await fetch(service.url + path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) tally.errors.push(`${method} ${path}: ${answer.status} ${text}`);
    return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : null;
  } catch (error) {
    tally.errors.push(`${method} ${path}: ${error}`);
    return null;
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function report({ deployments, errors, pageMs, floorMs }: Tally): void {
  const median = (values: number[]) =>
    [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
  console.log(
    `${CLIENTS} clients, ${SECONDS} s: ${deployments.length} deployments with their backups, ${pageMs.length} pages of log lines`,
  );
  console.log(
    `a page of log lines ${median(pageMs).toFixed(1)} ms, floor ${median(floorMs).toFixed(1)} ms, ratio ${(median(pageMs) / median(floorMs)).toFixed(2)}`,
  );
  console.log(`errors ${errors.length}${errors.length > 0 ? `, the first: ${errors.slice(0, 3).join(" | ")}` : ""}`);
  if (errors.length > 0 || deployments.length === 0) process.exitCode = 1;
}

await main();
