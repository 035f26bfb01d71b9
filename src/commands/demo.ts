import { devNull } from "node:os";
import type { Starter } from "#cli/cli";
import { CliError, EXIT, type ExitCode } from "#cli/exit-codes";
import { readConfig } from "../config.ts";
import { endingSignal } from "./process.ts";
import { sandboxVariables } from "./sandbox.ts";

export const demoCommand: Starter = (program, start) => {
  program
    .command("demo")
    .summary("see a bad deploy and its rollback")
    .description("a bad deploy and its rollback in a sandbox on this machine, in half a minute")
    .action(() => start(demo));
};

async function demo(): Promise<ExitCode> {
  const [{ runDemo }, { startService }] = await Promise.all([import("../demo/demo.ts"), import("../compose.ts")]);
  const interrupted = new AbortController();
  void endingSignal().then(() => interrupted.abort(new CliError(EXIT.interrupted, "Interrupted.")));
  return runDemo({
    interrupted: interrupted.signal,
    stdout: process.stdout,
    env: process.env,
    startService: ({ dataDir, awsEndpoint }) => {
      clearAwsEnvironment();
      Object.assign(process.env, sandboxVariables(awsEndpoint));
      return startService(readConfig({ STEPBACK_DATA_DIR: dataDir, STEPBACK_PORT: "0", STEPBACK_LOG_LEVEL: "silent" }));
    },
  });
}

/** Ensures that no profile, role or endpoint of this machine can lead the demo to a real account. */
function clearAwsEnvironment(): void {
  for (const name of Object.keys(process.env).filter((name) => name.startsWith("AWS_"))) delete process.env[name];
  // The documentation names the supported Node versions; the SDK's warning would only interrupt the demo.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  process.env["AWS_CONFIG_FILE"] = devNull;
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = devNull;
}
