import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Null when the command runs; otherwise why a test that needs it skips. */
export async function missing(command: string, ...args: string[]): Promise<string | null> {
  try {
    await run(command, args, { timeout: 60_000 });
    return null;
  } catch {
    return `\`${[command, ...args].join(" ")}\` does not run on this machine`;
  }
}

/** The AWS CLI's output as JSON; the environment sets its endpoint. */
export async function awsCli(env: Record<string, string>, ...args: string[]): Promise<Record<string, unknown>> {
  const settings = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    AWS_PAGER: "",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
  const { stdout } = await run("aws", [...args, "--output", "json"], {
    env: { ...settings, ...env },
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trim() ? (JSON.parse(stdout) as Record<string, unknown>) : {};
}
