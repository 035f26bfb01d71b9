/**
 * The backup of 200 functions in a strict sandbox with AWS's quotas on, 20 of them with zips of 50 MB. Prints the elapsed
 * time as a ratio against the floor that the quotas set (the calls that a function needs / their rate), the calls that
 * were lost to throttling, and the service's peak of resident memory. Exits 1 when a bound of the house is broken.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { type ServiceProcess, startProcess } from "../test/support/built-service.ts";
import { awsEnv, zip } from "../test/support/test-account.ts";

const FUNCTIONS = 200;
const LARGE = 20;
const LARGE_BYTES = 50 * 1024 * 1024 - 4096;
const QUOTAS = { "lambda:GetFunction": 100, "lambda:GetPolicy": 15, "lambda:*": 15 };
/**
 * What a function without aliases needs: one GetFunction for code, configuration, tags and reserved concurrency; its
 * policy; and aliases, asynchronous invocation, URLs, runtime management, recursion and code signing.
 */
const CALLS_PER_FUNCTION = { "lambda:GetFunction": 1, "lambda:GetPolicy": 1, "lambda:*": 6 } as const;
const MAX_RATIO = 1.25;
const MAX_RESIDENT_MB = 200;
const CLASSES = ["lambda:GetFunction", "lambda:GetPolicy", "lambda:*"] as const;

async function main(): Promise<void> {
  const sandbox = createSandbox({ updateMs: 1, quotas: QUOTAS });
  const url = await sandbox.listen();
  const dataDir = await mkdtemp(join(tmpdir(), "stepback-bench-"));
  await createFunctions(sandbox);
  const service = await startProcess(dataDir, {
    ...awsEnv(url),
    STEPBACK_RATES: "lambda:GetFunction=100,lambda:GetPolicy=15,lambda:other=15",
  });
  try {
    const { elapsedMs, components } = await backUp(service);
    report(sandbox, { elapsedMs, components, residentMb: await service.peakResidentMb() });
  } finally {
    await service.stop();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function createFunctions(sandbox: Sandbox): Promise<void> {
  for (let index = 0; index < FUNCTIONS; index += 1) {
    const ZipFile =
      index < LARGE ? zipSync({ "data.bin": [randomBytes(LARGE_BYTES), { level: 0 }] }) : zip(`function ${index}`);
    const FunctionName = `bench-${String(index).padStart(3, "0")}`;
    const Role = "arn:aws:iam::000000000000:role/bench";
    const input = { FunctionName, Runtime: "nodejs20.x", Handler: "index.handler", Role, Code: { ZipFile } };
    await sandbox.service("lambda").call("CreateFunction", input, "wire");
  }
}

async function backUp(service: ServiceProcess): Promise<{ elapsedMs: number; components: number }> {
  const headers = { authorization: `Bearer ${service.token}`, "content-type": "application/json" };
  const body = JSON.stringify({ application: "bench", stage: "bench", scope: { functions: ["bench-*"] } });
  const startedAt = performance.now();
  const opened = (await (await fetch(`${service.url}/v1/deployments`, { method: "POST", headers, body })).json()) as {
    id: string;
  };
  for (;;) {
    const answer = await fetch(`${service.url}/v1/deployments/${opened.id}?wait=60`, { headers });
    const { snapshot, error } = (await answer.json()) as {
      snapshot: { status: string; components: number };
      error: unknown;
    };
    if (snapshot.status === "Ready")
      return { elapsedMs: performance.now() - startedAt, components: snapshot.components };
    if (error) throw new Error(`the backup failed: ${JSON.stringify(error)}`);
  }
}

function report(sandbox: Sandbox, run: { elapsedMs: number; components: number; residentMb: number }): void {
  const calls = sandbox.calls.all().filter(({ service }) => service === "lambda");
  const inClass = (name: string) =>
    calls.filter(
      ({ operation }) => (operation === "GetFunction" || operation === "GetPolicy" ? operation : "*") === name,
    );
  const floorMs = Math.max(...CLASSES.map((name) => ((FUNCTIONS * CALLS_PER_FUNCTION[name]) / QUOTAS[name]) * 1000));
  const throttled = calls.filter(({ errorCode }) => errorCode === "TooManyRequestsException").length;
  const ratio = run.elapsedMs / floorMs;
  console.log(
    `components ${run.components}, calls ${calls.length}: GetFunction ${inClass("GetFunction").length}, GetPolicy ${inClass("GetPolicy").length}, others ${inClass("*").length}`,
  );
  console.log(
    `elapsed ${(run.elapsedMs / 1000).toFixed(1)} s, floor ${(floorMs / 1000).toFixed(1)} s, ratio ${ratio.toFixed(2)} (at most ${MAX_RATIO})`,
  );
  console.log(
    `throttled ${throttled} (at most 0), resident at its peak ${run.residentMb.toFixed(0)} MB (under ${MAX_RESIDENT_MB})`,
  );
  if (ratio > MAX_RATIO || throttled > 0 || run.residentMb >= MAX_RESIDENT_MB) process.exitCode = 1;
}

await main();
