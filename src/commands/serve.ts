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

const OUT_OF_DATA =
  "out of the data folder, name its new place in STEPBACK_MASTER_KEY_FILE, and keep a copy: beside the data it protects nothing.";

async function serve(): Promise<ExitCode> {
  const { service, tokenPlace, keyPlace } = await startFromEnvironment().catch(refuseToStart);
  process.stdout.write(`Stepback listens on ${service.url}; the admin token is in ${tokenPlace}\n`);
  if (keyPlace !== null) process.stdout.write(`Move the master key ${keyPlace} ${OUT_OF_DATA}\n`);
  const exitCode = await Promise.race([
    endingSignal().then(() => EXIT.done),
    service.fenced.then(() => {
      process.stderr.write(
        "Another service has taken over this data folder, so this one ends. Its jobs go on there.\n",
      );
      return EXIT.takenOver;
    }),
  ]);
  await service.close();
  // The SDK's pauses between attempts outlive their calls by up to 20 s, and would keep the process.
  process.exit(exitCode);
}

async function startFromEnvironment() {
  const config = readConfig(process.env);
  const { startService } = await import("../compose.ts");
  const service = await startService(config);
  return {
    service,
    tokenPlace: config.adminToken === null ? config.adminTokenFile : "STEPBACK_ADMIN_TOKEN",
    keyPlace: config.isKeyBesideData ? config.masterKeyFile : null,
  };
}
