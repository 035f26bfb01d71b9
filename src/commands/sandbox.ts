import { InvalidArgumentError, Option } from "commander";
import type { Starter } from "#cli/cli";
import { EXIT, type ExitCode } from "#cli/exit-codes";
import { parseWholeNumber } from "#cli/options";
import { endingSignal, refuseToStart } from "./process.ts";

const REGION = "us-east-1";

interface SandboxOptions {
  readonly port: number;
  readonly updateMs?: number;
  readonly quotas?: Readonly<Record<string, number>>;
}

export const sandboxCommand: Starter = (program, start) => {
  program
    .command("sandbox")
    .summary("run an AWS on this machine")
    .description("run an AWS on this machine: Lambda, CloudFormation, S3, STS, SSM, ECR; it accepts any credentials")
    .addOption(new Option("--port <n>", "a free one by default").argParser(parsePort).default(0, "free"))
    .addOption(new Option("--update-ms <ms>", "how long an update stays in progress (200)").argParser(parseWholeNumber))
    .addOption(
      new Option("--quotas <list>", "calls a second: lambda:GetFunction=100,lambda:*=15").argParser(parseQuotas),
    )
    .action((options: SandboxOptions) => start(() => runSandbox(options)));
};

async function runSandbox({ port, ...options }: SandboxOptions): Promise<ExitCode> {
  const { createSandbox } = await import("#sandbox/sandbox");
  const sandbox = createSandbox({ region: REGION, ...options });
  const url = await sandbox.listen(port).catch(refuseToStart);
  const variables = Object.entries(sandboxVariables(url));
  process.stdout.write(variables.map(([name, value]) => `export ${name}=${value}\n`).join(""));
  await endingSignal();
  await sandbox.close();
  return EXIT.done;
}

/** The environment of a client of the sandbox. The sandbox accepts any credentials. */
export function sandboxVariables(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "sandbox",
    AWS_SECRET_ACCESS_KEY: "sandbox",
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
  };
}

function parsePort(text: string): number {
  const port = parseWholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("Ports end at 65535.");
  return port;
}

/** `lambda:GetFunction=100,lambda:*=15`. */
function parseQuotas(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(",").map((entry) => {
      const [, name, rate] = /^([a-z]+:(?:\w+|\*))=(\d+(?:\.\d+)?)$/.exec(entry.trim()) ?? [];
      if (!name || !Number(rate))
        throw new InvalidArgumentError(`\`${entry}\` is not SERVICE:OPERATION=CALLS_A_SECOND.`);
      return [name, Number(rate)];
    }),
  );
}
