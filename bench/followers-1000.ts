/**
 * A thousand followers of one idle log, for half a minute (or SECONDS=…). Prints the CPU of the service with and without them,
 * as shares of a core, and the latency of `GET /livez` as a ratio against the same without followers, both in the same run.
 * Exits 1 when the followers take more than 5 % of a core, when /livez takes 100 ms, or when a line does not reach all of them.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, get } from "node:http";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox } from "#sandbox/sandbox";
import { type ServiceProcess, startProcess } from "../test/support/built-service.ts";
import { cpuMsOf } from "../test/support/process-cpu.ts";
import { awsEnv } from "../test/support/test-account.ts";

const FOLLOWERS = 1_000;
const SECONDS = Number(process.env["SECONDS"] ?? 30);
const MOST_SHARE = 0.05;
const MOST_LIVEZ_MS = 100;
/** A second on a quiet machine. */
const MOST_HEARING_MS = 60_000;

interface Measured {
  /** Of one core. */
  readonly share: number;
  readonly livezMs: readonly number[];
}

async function main(): Promise<void> {
  const sandbox = createSandbox({ updateMs: 1 });
  const dataDir = await mkdtemp(join(tmpdir(), "stepback-bench-"));
  const service = await startProcess(dataDir, awsEnv(await sandbox.listen()));
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  try {
    const id = await openDeployment(service);
    const floor = await measure(service);
    const heard = new Set<number>();
    await Promise.all(
      Array.from({ length: FOLLOWERS }, (_, at) => follow(service, { id, agent }, () => heard.add(at))),
    );
    await pause(2_000);
    const followed = await measure(service);
    heard.clear();
    await call(service, "POST", `/v1/deployments/${id}/cancel`);
    const cancelledAt = performance.now();
    while (heard.size < FOLLOWERS && performance.now() - cancelledAt < MOST_HEARING_MS) await pause(10);
    report(floor, followed, { count: heard.size, ms: performance.now() - cancelledAt });
  } finally {
    agent.destroy();
    await service.stop();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function openDeployment(service: ServiceProcess): Promise<string> {
  const scope = { functions: ["idle-*"] };
  const { id } = await call(service, "POST", "/v1/deployments", { application: "bench", stage: "idle", scope });
  await call(service, "GET", `/v1/deployments/${id}?wait=30`);
  return String(id);
}

async function call(service: ServiceProcess, method: string, path: string, body?: object): Promise<{ id?: unknown }> {
  const headers = { authorization: `Bearer ${service.token}`, ...(body ? { "content-type": "application/json" } : {}) };
  const answer = await fetch(service.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  return (await answer.json()) as { id?: unknown };
}

/** Resolves once the stream has begun. */
function follow(
  service: ServiceProcess,
  { id, agent }: { id: string; agent: Agent },
  onData: () => void,
): Promise<void> {
  const url = `${service.url}/v1/deployments/${id}/logs/stream`;
  const headers = { authorization: `Bearer ${service.token}` };
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`a follower got ${response.statusCode}`));
      response.on("error", () => {});
      response.on("data", onData);
      response.once("data", () => resolve());
    }).on("error", reject);
  });
}

async function measure(service: ServiceProcess): Promise<Measured> {
  const [startedAt, startCpu] = [performance.now(), await cpuMsOf(service.pid)];
  const livezMs: number[] = [];
  while (performance.now() - startedAt < SECONDS * 1000) {
    const askedAt = performance.now();
    await (await fetch(`${service.url}/livez`)).text();
    livezMs.push(performance.now() - askedAt);
    await pause(250);
  }
  const share = ((await cpuMsOf(service.pid)) - startCpu) / (performance.now() - startedAt);
  return { share, livezMs };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function report(floor: Measured, followed: Measured, heard: { readonly count: number; readonly ms: number }): void {
  const median = ({ livezMs }: Measured) => [...livezMs].sort((a, b) => a - b)[Math.floor(livezMs.length / 2)] ?? 0;
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  const added = followed.share - floor.share;
  const worst = Math.max(...followed.livezMs);
  console.log(`${FOLLOWERS} idle followers, ${SECONDS} s, load ${loadavg()[0]?.toFixed(1)}`);
  console.log(`CPU ${percent(followed.share)} of a core, floor ${percent(floor.share)}, added ${percent(added)}`);
  console.log(
    `/livez ${median(followed).toFixed(1)} ms, worst ${worst.toFixed(1)} ms, floor ${median(floor).toFixed(1)} ms, ratio ${(median(followed) / median(floor)).toFixed(2)}`,
  );
  console.log(`a line reached ${heard.count} of ${FOLLOWERS} within ${heard.ms.toFixed(0)} ms`);
  if (added > MOST_SHARE || median(followed) > MOST_LIVEZ_MS || heard.count < FOLLOWERS) process.exitCode = 1;
}

await main();
