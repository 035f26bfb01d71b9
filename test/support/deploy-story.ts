import { type CommandResult, runInProcess } from "../cli/run-in-process.ts";
import type { TestAccount } from "./test-account.ts";

/** A person at a terminal, who deploys through `stepback deploy` and pastes what it printed. */
export interface Operator {
  /** Runs `stepback deploy … -- COMMAND`. The command's own output is in it. */
  deploy(options: readonly string[], command: readonly string[]): Promise<CommandResult>;
  /** Runs the rollback that a deploy printed, exactly as it stands there, and says yes when asked. */
  pasteRollback(deploy: CommandResult): Promise<CommandResult>;
}

export function operatorOf(account: TestAccount, env: Readonly<Record<string, string>> = {}): Operator {
  const settings = { ...account.awsEnv, ...env, STEPBACK_URL: account.url, STEPBACK_TOKEN: account.token };
  const stage = ["--application", "shop", "--stage", "prod"];
  return {
    deploy: (options, command) => runInProcess(["deploy", ...stage, ...options, "--", ...command], { env: settings }),
    pasteRollback: (deploy) => {
      const [program, ...args] = printedRollback(deploy).split(" ");
      if (program !== "stepback") throw new Error(`deploy printed another command: ${program}`);
      return runInProcess(args, {
        env: settings,
        isTTY: true,
        input: "y\n",
      });
    },
  };
}

/** The command behind `Roll it back:`. */
function printedRollback({ stdout, stderr }: CommandResult): string {
  const line = /^ *(?:Roll it|Take it) back: +(stepback .*)$/m.exec(stderr);
  if (!line?.[1]) throw new Error(`deploy printed no rollback:\n${stdout}\n${stderr}`);
  return line[1].trim();
}
