import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT, type ExitCode } from "#cli/exit-codes";
import { countsText, plural, sizeText } from "#cli/format";
import type { OutStream } from "#cli/paint";
import { planLines } from "#cli/plan-lines";
import type { Environment } from "#cli/settings";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import type { ComponentId } from "../domain/component/component.ts";
import { type AccountState, differingNames, readAccount } from "./account-state.ts";
import { deployVersion } from "./deploy-client.ts";
import { invokeAll } from "./invocation.ts";
import { STACK, TOOL, TOOL_PATTERN } from "./sample-service.ts";
import { ServiceSession, type StartedService } from "./service-session.ts";
import { Stage } from "./stage.ts";

/** What the demo needs from the process. */
export interface DemoNeeds {
  readonly stdout: OutStream;
  readonly env: Environment;
  /** Aborts when the demo must end early; even then it leaves nothing behind. */
  readonly interrupted: AbortSignal;
  /** Starts a service on a free port that sends all its AWS calls to `awsEndpoint`. */
  startService(settings: { dataDir: string; awsEndpoint: string }): Promise<StartedService>;
}

/** The two components of the first rollback: code that broke, and a tool that the deploy deleted. */
const PICKED: readonly ComponentId[] = ["lambda-code:shop-demo-pay", `lambda-code:${TOOL}`];
/** The stack's resource that the first of them belongs to. */
const PICKED_RESOURCE = "Pay";

/** The last lines of the second rollback that the demo shows: thirteen components and the summary. */
const RESULT_LINES = 14;

interface Play {
  readonly stage: Stage;
  readonly sandbox: Sandbox;
  readonly session: ServiceSession;
  /** What the CLI needs to find the service. */
  readonly clientEnv: Environment;
}

/** A bad deploy and its rollback, act by act, on this machine alone. Resolves to 1 where a check did not hold. */
export async function runDemo({ stdout, env, interrupted, startService }: DemoNeeds): Promise<ExitCode> {
  const stage = new Stage(stdout, env);
  const dataDir = await mkdtemp(join(tmpdir(), "stepback-demo-"));
  const sandbox = createSandbox();
  try {
    const awsEndpoint = await sandbox.listen();
    const service = await startService({ dataDir, awsEndpoint });
    try {
      stage.say(
        `${stage.paint("bold", "Stepback demo")}: a sandbox AWS at ${awsEndpoint}, the service at ${service.url}`,
      );
      const clientEnv = { STEPBACK_URL: service.url, STEPBACK_TOKEN: service.adminToken };
      const session = new ServiceSession(service, interrupted);
      await Promise.race([play({ stage, sandbox, session, clientEnv }), rejection(interrupted)]);
    } finally {
      await service.close();
    }
  } finally {
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
  return stage.failures === 0 ? EXIT.done : EXIT.failed;
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

async function play(scene: Play): Promise<void> {
  const before = await deployGoodVersion(scene);
  const deployment = await takeBackup(scene);
  const bad = await deployBadVersion(scene, deployment);
  await listAltered(scene, deployment);
  await rollBackTwo(scene, deployment, { before, bad });
  await rollBackAll(scene, deployment);
  await compare(scene, before);
  await showActivities(scene);
}

async function deployGoodVersion({ stage, sandbox }: Play): Promise<AccountState> {
  stage.act("Version 1 of a shop is live: a stack, and a tool outside it");
  await deployVersion(sandbox, "v1");
  const calls = await invokeAll(sandbox);
  stage.show(calls);
  stage.check(
    calls.every(({ works }) => works),
    "every function works",
  );
  return readAccount(sandbox);
}

async function takeBackup({ stage, session }: Play): Promise<string> {
  stage.act("CI opens a deployment and waits for the backup of everything that it may touch");
  const { id, status, snapshot } = await session.openDeployment({ stacks: [STACK], functions: [TOOL_PATTERN] });
  stage.say(`POST /v1/deployments  →  ${id}`);
  stage.check(
    status === "In Progress" && snapshot.status === "Ready",
    `backup ${snapshot.status}: ${plural(snapshot.components, "component")}, ${sizeText(snapshot.bytes)} of code`,
  );
  return id;
}

async function deployBadVersion({ stage, sandbox, session }: Play, deployment: string): Promise<AccountState> {
  stage.act("CI deploys version 2: broken code, a wrong variable, a new function, a deleted one");
  await deployVersion(sandbox, "v2");
  const calls = await invokeAll(sandbox);
  stage.show(calls);
  stage.check(
    calls.every(({ works }) => !works),
    "nothing works any more",
  );
  const { status, altered } = await session.finishDeployment(deployment);
  const counts = altered ? countsText(altered) : "nothing";
  stage.check(status === "Completed" && altered !== null, `deployment ${status}; altered: ${counts}`);
  return readAccount(sandbox);
}

async function listAltered({ stage, clientEnv }: Play, deployment: string): Promise<void> {
  stage.act("What did it alter?");
  await stage.stepback(["components", deployment], clientEnv);
}

/** The selection page: a draft, Add, plan, Run. */
async function rollBackTwo(
  { stage, sandbox, session, clientEnv }: Play,
  deployment: string,
  { before, bad }: { before: AccountState; bad: AccountState },
): Promise<void> {
  stage.act("Roll back two of them");
  const { id } = await session.openDraft(deployment, "checkout is down");
  await session.add(id, PICKED);
  stage.say(`POST /v1/rollbacks  →  draft ${id}`, `Add ${PICKED.join(", ")}`);
  const plan = await session.plan(id);
  stage.say(...planLines(plan, stage.paint, false));
  const { status, result } = await session.run(id, plan.digest);
  await stage.stepback(["logs", id, "--component", PICKED[0] ?? "", "--level", "info"], clientEnv);
  stage.check(status === "Completed", `rollback ${status}: ${result ? countsText(result) : ""}`);
  const live = await readAccount(sandbox);
  const calls = await invokeAll(sandbox);
  stage.show(calls);
  const back = PICKED.map((component) => component.slice("lambda-code:".length));
  stage.check(
    back.every((name) => live.code.get(name) === before.code.get(name)) && calls[0]?.works === true,
    "both picked components are back, byte for byte",
  );
  stage.check(sameApartFrom(back, live, bad), "everything that was not picked is as the deploy left it");
  stage.check(
    templateWithout(live, PICKED_RESOURCE) === templateWithout(bad, PICKED_RESOURCE),
    `so is the stack's template: it differs in ${PICKED_RESOURCE} alone`,
  );
}

/** The stack's template as submitted, without one resource. */
function templateWithout({ template }: AccountState, logicalId: string): string {
  const { Resources, ...rest } = JSON.parse(template) as { Resources: Record<string, unknown> };
  const others = Object.entries(Resources).filter(([name]) => name !== logicalId);
  return JSON.stringify({ ...rest, Resources: Object.fromEntries(others) });
}

async function rollBackAll({ stage, sandbox, clientEnv }: Play, deployment: string): Promise<void> {
  stage.act("Add all: roll back the rest");
  const exitCode = await stage.stepback(
    ["rollback", "--deployment", deployment, "--all", "--yes"],
    clientEnv,
    RESULT_LINES,
  );
  const calls = await invokeAll(sandbox);
  stage.show(calls);
  stage.check(exitCode === EXIT.done && calls.every(({ works }) => works), "every function works again");
}

async function compare({ stage, sandbox }: Play, before: AccountState): Promise<void> {
  stage.act("Is everything as before? The account itself answers, not Stepback");
  const now = await readAccount(sandbox);
  const functions = [...before.code.keys()].filter((name) => !name.includes(":"));
  stage.check(sameNames(before.code, now.code), `the same ${plural(functions.length, "function")}, and no other`);
  stage.check(differingNames(before.code, now.code).length === 0, "CodeSha256 of each, and of what its aliases name");
  stage.check(differingNames(before.configuration, now.configuration).length === 0, "configuration of each, by digest");
  stage.check(before.template === now.template, "template of the stack as submitted, byte for byte");
}

async function showActivities({ stage, clientEnv }: Play): Promise<void> {
  stage.act("Everything is on record");
  await stage.stepback(["activities"], clientEnv);
  const { failures } = stage;
  stage.say(
    "",
    failures === 0
      ? stage.paint("green", "Every check passed.")
      : stage.paint("red", `${plural(failures, "check")} did not hold.`),
    "",
  );
}

/** Whether two states agree in everything but the named functions. */
function sameApartFrom(names: readonly string[], one: AccountState, other: AccountState): boolean {
  const differing = [
    ...differingNames(one.code, other.code),
    ...differingNames(one.configuration, other.configuration),
  ];
  return differing.every((name) => names.includes(name));
}

function sameNames(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return [...one.keys()].sort().join() === [...other.keys()].sort().join();
}
