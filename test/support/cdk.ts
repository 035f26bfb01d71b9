import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type CliEnd, runCli } from "../cli/run-as-process.ts";
import { startTestAccount, type TestAccount } from "./test-account.ts";
import { CDK, CDK_FOLDER } from "./tools.ts";

const run = promisify(execFile);

/** The versions of the sample app, as `test/e2e/cdk/app.mjs` describes them. */
type AppVersion = "good" | "bad" | "hot" | "stuck" | "adopting";

/** A deploy that ran under `stepback deploy`. */
interface WrappedDeploy {
  readonly code: number | null;
  readonly id: string;
  /** The arguments of the printed rollback command. */
  readonly printed: readonly string[];
}

/** The sample app, synthesized in every version, and the CLIs of the CDK and of Stepback on one account. */
export interface CdkStand {
  readonly account: TestAccount;
  readonly folder: string;
  /** Runs a command of the CDK for a version of the app, with standard input closed. Throws with its output when it fails. */
  cdk(version: AppVersion, ...args: string[]): Promise<string>;
  stepback(...args: string[]): Promise<CliEnd>;
  /** Runs a command of the CDK under `stepback deploy`, which starts it only if everything could be rolled back without loss. */
  deploy(version: AppVersion, ...args: string[]): Promise<WrappedDeploy>;
  close(): Promise<void>;
}

/** A command takes about ten seconds, most of them pauses between polls; one that hangs would hang the whole run. */
const TIMEOUT_MS = 180_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const SCOPE = ["--application", "shop", "--stage", "prod", "--branch", "main"];
const STACKS = ["--stack", "shop-data", "--stack", "shop-api"];
const NO_LOSS = ["--require", "reversible"];

export async function openCdkStand(): Promise<CdkStand> {
  const account = await startTestAccount();
  const folder = await mkdtemp(join(tmpdir(), "stepback-cdk-"));
  const env = { ...environment(folder), ...account.awsEnv, STEPBACK_URL: account.url, STEPBACK_TOKEN: account.token };
  const execute = async ([program = "", ...args]: readonly string[]) => {
    const child = run(program, args, { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, env });
    child.child.stdin?.end();
    const { stdout, stderr } = await child.catch(withOutput);
    return stdout + stderr;
  };
  await execute([process.execPath, join(CDK_FOLDER, "app.mjs"), folder]);
  const command = (version: AppVersion, args: readonly string[]) => [
    ...[process.execPath, CDK, ...args, "--app", join(folder, version)],
    ...["--no-notices", "--no-version-reporting", "--no-color"],
  ];
  const stepback = (...args: string[]) => runCli(args, { cwd: folder, env });
  return {
    account,
    folder,
    cdk: (version, ...args) => execute(command(version, args)),
    stepback,
    deploy: async (version, ...args) =>
      wrappedDeploy(await stepback("deploy", ...SCOPE, ...STACKS, ...NO_LOSS, "--", ...command(version, args))),
    close: async () => {
      await account.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The message of a failed command has its standard error already. */
function withOutput(error: Error & { readonly stdout?: string }): never {
  throw new Error(`${error.message}\n${error.stdout ?? ""}`, { cause: error });
}

/** It keeps the CDK to this machine: no telemetry, and no look for a newer version. */
function environment(home: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    CI: "1",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    CDK_DISABLE_VERSION_CHECK: "1",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}

function wrappedDeploy({ code, stdout, stderr }: CliEnd): WrappedDeploy {
  const printed = /Take it back: {2}stepback (.+)/.exec(stderr)?.[1]?.trim().split(" ");
  if (!printed) throw new Error(`no rollback command was printed:\n${stdout}${stderr}`);
  return { code, id: printed[printed.indexOf("--deployment") + 1] ?? "", printed };
}
