import type { Starter } from "#cli/cli";
import { EXIT, type ExitCode } from "#cli/exit-codes";
import { readConfig } from "../config.ts";
import { endingSignal, refuseToStart } from "./process.ts";

export const serveCommand: Starter = (program, start) => {
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
  // The SDK's pauses between attempts outlive their calls by up to 20 s, and would keep the process.
  process.exit(EXIT.done);
}

async function startFromEnvironment() {
  const config = readConfig(process.env);
  const { startService } = await import("../compose.ts");
  const service = await startService(config);
  return { service, tokenPlace: config.adminToken === null ? config.adminTokenFile : "STEPBACK_ADMIN_TOKEN" };
}
