import type { Command } from "commander";
import type { Starter } from "#cli/cli";
import { CliError, EXIT, type ExitCode } from "#cli/exit-codes";
import { type OutputOption, outputOption } from "#cli/options";
import type { Run } from "#cli/session";
import { Terminal } from "#cli/terminal";
import { exitCodeFor, type Reading, verificationLines, verifyByService } from "#cli/verify-data";
import { readConfig } from "../config.ts";
import { type Finding, NOTHING_VERIFIED, subsetIn } from "../domain/activity/verification.ts";
import { refuseToStart } from "./process.ts";

interface VerifyOptions extends OutputOption, Reading {
  readonly offline?: boolean;
}

/** What concerns the data folder: some of it works beside the service, or without one. */
export const dataCommand: Starter = (program, start, run) => {
  const data = program.command("data").summary("check what is stored, back it up, or bring a backup back");
  addVerify(data.command("verify"), start, run);
  addCopies(data, start);
  addVerify(program.command("verify").summary("the same as `data verify`"), start, run);
};

function addCopies(data: Command, start: Parameters<Starter>[1]): void {
  data
    .command("backup")
    .description("copy STEPBACK_DATA_DIR into one file, also while the service works; the master key is not in it")
    .argument("<file>", "it must not exist yet")
    .action((file: string) =>
      start(async () => {
        const { backUpFolder } = await import("../compose.ts");
        const { files, sizeBytes } = await backUpFolder(readConfig(process.env), file).catch(refuseToStart);
        process.stdout.write(`${file}: ${files} files, ${sizeBytes} bytes. ${KEEP_THE_KEY}\n`);
        return EXIT.done;
      }),
    );
  data
    .command("restore")
    .description("bring a backup into STEPBACK_DATA_DIR, which must be empty; needs the master key")
    .argument("<file>", "as `data backup` wrote it")
    .action((file: string) =>
      start(async () => {
        const config = readConfig(process.env);
        const { restoreFolder } = await import("../compose.ts");
        const { madeAt } = await restoreFolder(config, file).catch(refuseToStart);
        process.stdout.write(`${config.dataDir} is as it was on ${madeAt}. ${MAKE_TOKENS_AGAIN}\n`);
        return EXIT.done;
      }),
    );
}

const KEEP_THE_KEY = "The master key is not in it: keep a copy of that elsewhere.";
const MAKE_TOKENS_AGAIN =
  "Every token of then is revoked, and what was under way has ended in RESTORED. The next start makes a new admin token.";

function addVerify(command: Command, start: Parameters<Starter>[1], run: Run): void {
  command
    .description("check all that is stored against its digests, and name what can no longer be restored")
    .option("--read-data", "read the bytes of all artifacts and packages, too; otherwise only their length is checked")
    .option("--subset <n/t>", "read the n-th of t parts of those bytes")
    .option("--offline", "look into STEPBACK_DATA_DIR itself, without a service; needs the master key")
    .addOption(outputOption())
    .action(({ offline, output, ...reading }: VerifyOptions) =>
      offline
        ? start(() => verifyFolder(reading, output))
        : run(output, (session) => verifyByService(session, reading)),
    );
}

async function verifyFolder({ readData = false, subset }: Reading, output: OutputOption["output"]): Promise<ExitCode> {
  const part = subset === undefined ? null : subsetIn(subset);
  if (subset !== undefined && part === null) throw new CliError(EXIT.usage, "--subset is n/t, with n not over t.");
  const config = readConfig(process.env);
  const { inspectFolder } = await import("../compose.ts");
  const options = { readData: readData || part !== null, subset: part };
  let counts = NOTHING_VERIFIED;
  const findings: Finding[] = [];
  for await (const found of await inspectFolder(config, options).catch(refuseToStart)) {
    ({ counts } = found);
    findings.push(...found.findings);
  }
  const none = { activity: null, snapshot: null, component: null, package: null };
  const shown = findings.map((finding) => ({
    ...finding,
    losses: finding.losses.map((loss) => ({ ...none, ...loss })),
  }));
  const terminal = new Terminal(process, output);
  terminal.answer({ ...options, subset: subset ?? null, ...counts, findings: shown }, (paint) =>
    verificationLines(counts, shown, paint),
  );
  return exitCodeFor(counts);
}
