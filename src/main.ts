#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { devNull } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import { runCli, type Starter } from "#cli/cli";
import { CliError, EXIT, type ExitCode } from "#cli/exit-codes";
import { wholeNumber } from "#cli/options";
import { ENDING_SIGNALS } from "#cli/run-command";
import { readConfig } from "./config.ts";
import { StepbackError } from "./domain/errors.ts";

/**
 * The process. Three commands start things, and everything else is a client of the service's API (`cli/`). What a
 * command does not need it does not import: Fastify, SQLite and the AWS SDK take longer to load than a list to print.
 */

const SANDBOX_REGION = "us-east-1";

const serveCommand: Starter = (program, start) => {
  program
    .command("serve")
    .summary("run the service")
    .description("run the service; its settings come from the environment")
    .action(() => start(serve));
};

async function serve(): Promise<ExitCode> {
  const { service, tokenPlace } = await startFromEnvironment().catch(refuseToStart);
  process.stdout.write(`Stepback listens on ${service.url}; the admin token is in ${tokenPlace}\n`);
  await endingSignal();
  await service.close();
  return EXIT.done;
}

async function startFromEnvironment() {
  const config = readConfig(process.env);
  const { startService } = await import("./compose.ts");
  const service = await startService(config);
  return { service, tokenPlace: config.adminToken === null ? config.adminTokenFile : "STEPBACK_ADMIN_TOKEN" };
}

interface SandboxOptions {
  readonly port: number;
  readonly updateMs?: number;
  readonly quotas?: Readonly<Record<string, number>>;
}

const sandboxCommand: Starter = (program, start) => {
  program
    .command("sandbox")
    .summary("run an AWS on this machine")
    .description("run an AWS on this machine: Lambda, CloudFormation, S3, STS; any credentials are good")
    .addOption(new Option("--port <n>", "a free one unless given").argParser(portNumber).default(0, "free"))
    .addOption(new Option("--update-ms <ms>", "how long an update stays in progress (200)").argParser(wholeNumber))
    .addOption(new Option("--quotas <list>", "calls a second: lambda:GetFunction=100,lambda:*=15").argParser(quotas))
    .action((options: SandboxOptions) => start(() => runSandbox(options)));
};

async function runSandbox({ port, ...options }: SandboxOptions): Promise<ExitCode> {
  const { createSandbox } = await import("#sandbox/sandbox");
  const sandbox = createSandbox({ region: SANDBOX_REGION, ...options });
  const url = await sandbox.listen(port).catch(refuseToStart);
  const variables = Object.entries(sandboxVariables(url));
  process.stdout.write(variables.map(([name, value]) => `export ${name}=${value}\n`).join(""));
  await endingSignal();
  await sandbox.close();
  return EXIT.done;
}

const demoCommand: Starter = (program, start) => {
  program
    .command("demo")
    .summary("see a bad deploy and its rollback")
    .description("a bad deploy and its rollback in a sandbox on this machine, in half a minute")
    .action(() => start(demo));
};

async function demo(): Promise<ExitCode> {
  const [{ runDemo }, { startService }] = await Promise.all([import("./demo/demo.ts"), import("./compose.ts")]);
  const interrupted = new AbortController();
  void endingSignal().then(() => interrupted.abort(new CliError(EXIT.interrupted, "Interrupted.")));
  return runDemo({
    interrupted: interrupted.signal,
    stdout: process.stdout,
    env: process.env,
    startService: ({ dataDir, awsEndpoint }) => {
      forgetAws();
      Object.assign(process.env, sandboxVariables(awsEndpoint));
      return startService(readConfig({ STEPBACK_DATA_DIR: dataDir, STEPBACK_PORT: "0", STEPBACK_LOG_LEVEL: "silent" }));
    },
  });
}

/** So that no profile, role or endpoint of the machine's own can lead the demo to a real account. */
function forgetAws(): void {
  for (const name of Object.keys(process.env).filter((name) => name.startsWith("AWS_"))) delete process.env[name];
  // Which Nodes are supported the papers say; the demo is not the place to hear it from the SDK.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  process.env["AWS_CONFIG_FILE"] = devNull;
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = devNull;
}

/** What a client of the sandbox has to know. Any credentials are good. */
function sandboxVariables(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "sandbox",
    AWS_SECRET_ACCESS_KEY: "sandbox",
    AWS_REGION: SANDBOX_REGION,
    AWS_DEFAULT_REGION: SANDBOX_REGION,
  };
}

/** What keeps something from starting is a matter of its settings, whoever found it. */
function refuseToStart(error: unknown): never {
  if (error instanceof StepbackError) throw new CliError(EXIT.configuration, error.message, error.row.advice);
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "EADDRINUSE") throw error;
  throw new CliError(EXIT.configuration, "The port is taken by another process.", "Choose another one.");
}

/** Resolves with the first signal that asks for the end. A second one ends the process the hard way. */
function endingSignal(): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      for (const signal of ENDING_SIGNALS) process.off(signal, end);
      resolve();
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, end);
  });
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("Ports end at 65535.");
  return port;
}

/** `lambda:GetFunction=100,lambda:*=15`. */
function quotas(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(",").map((entry) => {
      const [, name, rate] = /^([a-z]+:(?:\w+|\*))=(\d+(?:\.\d+)?)$/.exec(entry.trim()) ?? [];
      if (!name || !Number(rate))
        throw new InvalidArgumentError(`\`${entry}\` is not SERVICE:OPERATION=CALLS_A_SECOND.`);
      return [name, Number(rate)];
    }),
  );
}

/** A reader that has seen enough (`| head`) is no error. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.done);
});

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
process.exitCode = await runCli(process.argv.slice(2), {
  version: manifest.version,
  io: process,
  starters: [serveCommand, sandboxCommand, demoCommand],
});
