/**
 * What encryption costs a backup: the CPU time of the service for the backup of functions with code and variables, quotas off, as a
 * ratio against the same process with ciphers that only copy (`plain-ciphers.ts`). Both are measured in turn in the same run, each in
 * a process and a data folder of its own; the least of each counts, because others on the machine only add. Exits 1 above 1.10.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { type ServiceProcess, startProcess } from "../test/support/built-service.ts";
import { cpuMsOf } from "../test/support/process-cpu.ts";
import { ROOT } from "../test/support/root.ts";
import { awsEnv, zip } from "../test/support/test-account.ts";
import { writeResult } from "./results.ts";

const FUNCTIONS = 100;
/** A usual bundle; random, so that it does not shrink. */
const CODE_BYTES = 1024 * 1024;
/** A variable has about a hundred characters, and Lambda takes 4 KB of them. */
const VARIABLES = 30;
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const MOST_RATIO = 1.1;

const WITHOUT = pathToFileURL(join(ROOT, "build/bench/plain-ciphers.js")).href;
/** Environments of the two processes. */
const KINDS = { sealed: {}, copied: { NODE_OPTIONS: `--import ${WITHOUT}` } } as const;
type Kind = keyof typeof KINDS;

async function main(): Promise<void> {
  const sandbox = createSandbox({ updateMs: 1 });
  try {
    const env = awsEnv(await sandbox.listen());
    await createFunctions(sandbox);
    const cpuMs: Record<Kind, number[]> = { sealed: [], copied: [] };
    for (let round = 0; round < ROUNDS; round += 1)
      for (const kind of ["sealed", "copied"] as const) cpuMs[kind].push(await measure({ ...env, ...KINDS[kind] }));
    await report(cpuMs);
  } finally {
    await sandbox.close();
  }
}

async function createFunctions(sandbox: Sandbox): Promise<void> {
  const names = Array.from({ length: FUNCTIONS }, (_, at) => `bench-${at}`);
  const warm = Array.from({ length: 10 }, (_, at) => `warm-${at}`);
  for (const FunctionName of [...names, ...warm]) {
    const variables = Array.from({ length: VARIABLES }, (_, at) => [`V${at}`, randomBytes(48).toString("hex")]);
    const input = {
      FunctionName,
      Runtime: "nodejs20.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/bench",
      Environment: { Variables: Object.fromEntries(variables) },
      Code: { ZipFile: zip(FunctionName, { "data.bin": [randomBytes(CODE_BYTES), { level: 0 }] }) },
    };
    await sandbox.service("lambda").call("CreateFunction", input, "wire");
  }
}

/** The CPU time of one backup in a new process, in milliseconds. */
async function measure(env: Record<string, string>): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), "stepback-bench-"));
  const service = await startProcess(dataDir, env);
  try {
    // The first one loads the SDK and compiles what is hot.
    await backUp(service, "warm-*");
    const before = await cpuMsOf(service.pid);
    await backUp(service, "bench-*");
    return (await cpuMsOf(service.pid)) - before;
  } finally {
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function backUp({ url, token }: ServiceProcess, functions: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ application: "bench", stage: "bench", scope: { functions: [functions] } });
  const opened = await fetch(`${url}/v1/deployments`, { method: "POST", headers, body });
  const { id } = (await opened.json()) as { id: string };
  for (let isReady = false; !isReady; ) {
    const answer = await fetch(`${url}/v1/deployments/${id}?wait=60`, { headers });
    const { snapshot, error } = (await answer.json()) as { snapshot: { status: string }; error: unknown };
    if (error) throw new Error(`the backup failed: ${JSON.stringify(error)}`);
    isReady = snapshot.status === "Ready";
  }
  await fetch(`${url}/v1/deployments/${id}/cancel`, {
    method: "POST",
    headers: { authorization: headers.authorization },
  });
}

async function report(cpuMs: Record<Kind, readonly number[]>): Promise<void> {
  const least = { sealed: Math.min(...cpuMs.sealed), copied: Math.min(...cpuMs.copied) };
  const ratio = least.sealed / least.copied;
  await writeResult("sealing", [
    `a backup of ${FUNCTIONS} functions of ${CODE_BYTES / 1024 / 1024} MB with ${VARIABLES} variables, ${ROUNDS} rounds`,
    `CPU ${least.sealed} ms sealed, ${least.copied} ms with ciphers that copy: ratio ${ratio.toFixed(3)} (at most ${MOST_RATIO})`,
  ]);
  if (ratio > MOST_RATIO) process.exitCode = 1;
}

await main();
