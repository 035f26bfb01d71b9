/**
 * The rollback of 1 of 100 functions in one stack, all of which a deployment altered: through the stack and directly, the
 * code alone and the code with its configuration. Prints writes and reads by operation, the time and the service's peak
 * of resident memory as ratios against the floor of the same run: a stack that has just this one function. Exits 1 where
 * a rollback does not end well, or writes what it does not write there: the other 99 are none of its business.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallRecord, Shape } from "#sandbox/core/contract";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { sandboxAccount } from "../test/support/answers.ts";
import { type ServiceProcess, startProcess } from "../test/support/built-service.ts";
import { awsEnv, deployStack, zip } from "../test/support/test-account.ts";

const FUNCTIONS = 100;
const STACK = "bench";
const BUCKET = "deploys";
const PICKED = "bench-000";
const CODE = [`lambda-code:${PICKED}`];
const WHOLE = [...CODE, `lambda-config:${PICKED}`];
const SCENARIOS = [
  { picked: CODE, strategy: "auto" },
  { picked: WHOLE, strategy: "auto" },
  { picked: CODE, strategy: "direct" },
  { picked: WHOLE, strategy: "direct" },
] as const;
type Scenario = (typeof SCENARIOS)[number];

interface Measured {
  readonly writes: ReadonlyMap<string, number>;
  readonly reads: ReadonlyMap<string, number>;
  readonly tookMs: number;
  readonly residentMb: number;
}

async function main(): Promise<void> {
  for (const scenario of SCENARIOS) {
    const floor = await measure(scenario, 1);
    report(scenario, await measure(scenario, FUNCTIONS), floor);
  }
}

async function measure(scenario: Scenario, functions: number): Promise<Measured> {
  const sandbox = createSandbox({ updateMs: 1 });
  const url = await sandbox.listen();
  const dataDir = await mkdtemp(join(tmpdir(), "stepback-bench-"));
  const service = await startProcess(dataDir, awsEnv(url));
  try {
    await call(sandbox, "s3", "CreateBucket", { Bucket: BUCKET });
    await deploy(sandbox, functions, "v1");
    const deployment = await ended(service, "/v1/deployments", {
      application: "bench",
      stage: "bench",
      scope: { stacks: [STACK] },
    });
    await deploy(sandbox, functions, "v2");
    await ended(service, `/v1/deployments/${deployment}/finish`, { outcome: "succeeded" });
    sandbox.calls.clear();
    const startedAt = performance.now();
    await ended(service, "/v1/rollbacks", { deployment, components: scenario.picked, strategy: scenario.strategy });
    const tookMs = performance.now() - startedAt;
    const calls = sandbox.calls.all();
    return {
      writes: byOperation(calls.filter(({ mutation }) => mutation)),
      reads: byOperation(calls.filter(({ mutation }) => !mutation)),
      tookMs,
      residentMb: await service.peakResidentMb(),
    };
  } finally {
    await service.stop();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Code by S3 key, and an export for each function, as deploy tools write them. */
async function deploy(sandbox: Sandbox, functions: number, version: "v1" | "v2"): Promise<void> {
  const trust = { Version: "2012-10-17", Statement: [] };
  const resources: Shape = { Role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: trust } } };
  const Role = { "Fn::GetAtt": ["Role", "Arn"] };
  const outputs: Shape = {};
  for (let index = 0; index < functions; index += 1) {
    const FunctionName = `bench-${String(index).padStart(3, "0")}`;
    const S3Key = `${version}/${FunctionName}.zip`;
    await call(sandbox, "s3", "PutObject", { Bucket: BUCKET, Key: S3Key, Body: zip(`${FunctionName} ${version}`) });
    resources[`F${index}`] = {
      Type: "AWS::Lambda::Function",
      Properties: {
        ...{ FunctionName, Role, Runtime: "nodejs22.x", Handler: "index.handler" },
        Code: { S3Bucket: BUCKET, S3Key },
        MemorySize: version === "v1" ? 128 : 256,
      },
    };
    outputs[`F${index}Arn`] = {
      Value: { "Fn::GetAtt": [`F${index}`, "Arn"] },
      Export: { Name: `${FunctionName}-arn` },
    };
  }
  // Without white space, so that it goes in without a staging bucket.
  const template = JSON.stringify({ Resources: resources, Outputs: outputs });
  const status = await deployStack(sandboxAccount(sandbox), STACK, template);
  if (!status.endsWith("_COMPLETE")) throw new Error(`the stack is in ${status}`);
}

function call(sandbox: Sandbox, service: string, operation: string, input: Shape = {}): Promise<Shape> {
  return sandbox.service(service).call(operation, input, "wire");
}

/** Asks for something that a job does, and waits for the job. Returns its id. */
async function ended(service: ServiceProcess, path: string, asked: object): Promise<string> {
  const headers = { authorization: `Bearer ${service.token}`, "content-type": "application/json" };
  const opened = await fetch(service.url + path, { method: "POST", headers, body: JSON.stringify(asked) });
  const { id } = (await opened.json()) as { id: string };
  if (!opened.ok) throw new Error(`POST ${path} was answered with ${opened.status}`);
  const noun = path.split("/").slice(0, 3).join("/");
  for (;;) {
    const answer = await fetch(`${service.url}${noun}/${id}?wait=60`, { headers });
    const { status, error } = (await answer.json()) as { status: string; error: unknown };
    if (error) throw new Error(`${path}: ${JSON.stringify(error)}`);
    if (status === "Completed" || (status === "In Progress" && path === "/v1/deployments")) return id;
  }
}

function byOperation(calls: readonly CallRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { service, operation } of calls) {
    const name = `${service}:${operation}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function report({ picked, strategy }: Scenario, found: Measured, floor: Measured): void {
  const ratio = (one: number, other: number) => (one / other).toFixed(2);
  console.log(`1 of ${FUNCTIONS}, ${strategy}, ${picked.map((id) => id.split(":")[0]).join(" and ")}:`);
  for (const what of ["writes", "reads"] as const) {
    const [count, least] = [total(found[what]), total(floor[what])];
    console.log(
      `  ${what} ${count}, floor ${least}, ratio ${ratio(count, least)}: ${compared(found[what], floor[what])}`,
    );
  }
  console.log(
    `  elapsed ${found.tookMs.toFixed(0)} ms, floor ${floor.tookMs.toFixed(0)} ms, ratio ${ratio(found.tookMs, floor.tookMs)}; resident at its peak ${found.residentMb.toFixed(0)} MB, floor ${floor.residentMb.toFixed(0)} MB`,
  );
  if (compared(found.writes, found.writes) !== compared(floor.writes, floor.writes)) process.exitCode = 1;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** `3 lambda:GetFunction`, with the floor's count where that is another one. */
function compared(counts: ReadonlyMap<string, number>, floor: ReadonlyMap<string, number>): string {
  const names = [...new Set([...counts.keys(), ...floor.keys()])].sort();
  return names
    .map((name) => {
      const [count, least] = [counts.get(name) ?? 0, floor.get(name) ?? 0];
      return `${count} ${name}${count === least ? "" : ` (floor ${least})`}`;
    })
    .join(", ");
}

await main();
