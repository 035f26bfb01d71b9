import { Command, CommanderError } from "commander";
import { activitiesCommand } from "./commands/activities.ts";
import { buildsCommand } from "./commands/builds.ts";
import { componentsCommand } from "./commands/components.ts";
import { deployCommand } from "./commands/deploy.ts";
import { deploymentsCommand } from "./commands/deployments.ts";
import { drillCommand } from "./commands/drill.ts";
import { historyCommand } from "./commands/history.ts";
import { logsCommand } from "./commands/logs.ts";
import { pinsCommand } from "./commands/pins.ts";
import { policyCommand } from "./commands/policy.ts";
import { revalidationsCommand } from "./commands/revalidations.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { CliError, EXIT, type ExitCode } from "./exit-codes.ts";
import { painter, wantsColour } from "./paint.ts";
import { ApiError, errorLines } from "./problem.ts";
import { ENDING_SIGNALS } from "./run-command.ts";
import { openSession, type Run } from "./session.ts";
import type { CliIo } from "./terminal.ts";

/** Adds a command that asks the service. */
type ClientCommand = (program: Command, run: Run) => void;

/** Adds a command that starts something, and so needs no service to talk to. */
export type Starter = (program: Command, start: (work: () => Promise<ExitCode>) => Promise<void>) => void;

/** In the order of a bad night: deploy, look, take back, watch. */
const COMMANDS: readonly ClientCommand[] = [
  deployCommand,
  deploymentsCommand,
  componentsCommand,
  rollbackCommand,
  logsCommand,
  activitiesCommand,
  buildsCommand,
  historyCommand,
  pinsCommand,
  revalidationsCommand,
  policyCommand,
  drillCommand,
];

const EXIT_CODE_HELP = `
Exit codes:
  0 done · 1 failed, nothing came back · 2 the plan has changes (--detailed-exitcode)
  3 an Exception in which something came back · 130 interrupted · 252 usage
  253 configuration or credentials · 254 the service or AWS answered with an error

Environment:
  STEPBACK_URL    the service's address (http://127.0.0.1:8700)
  STEPBACK_TOKEN  who asks; without it, the admin token in STEPBACK_DATA_DIR (./data) of a service on this machine`;

export interface Program {
  readonly version: string;
  readonly io: CliIo;
  /** Commands that start things and are no clients; they stand before the others. */
  readonly starters: readonly Starter[];
}

/** Parses the arguments, does what they say, and answers what the process is to end with. Never rejects. */
export async function runCli(args: readonly string[], { version, io, starters }: Program): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = new Command("stepback")
    .description("Takes a backup before every deploy to AWS, and puts back exactly the components that you pick.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .addHelpText("after", EXIT_CODE_HELP);
  const run: Run = async (form, work) => {
    exitCode = await interruptibly((interrupted) => openSession(io, form, interrupted).then(work));
  };
  const start = async (work: () => Promise<ExitCode>) => {
    exitCode = await work();
  };
  for (const add of starters) add(program, start);
  for (const add of COMMANDS) add(program, run);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return failWith(error, io);
  }
}

/** Work that ends with 130 once a signal has asked for the end and the work has stopped for it. */
async function interruptibly(work: (interrupted: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) =>
    controller.abort(new CliError(EXIT.interrupted, `Interrupted (${signal}).`));
  for (const signal of ENDING_SIGNALS) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, interrupt);
  }
}

/** Says what went wrong, once, and answers the exit code for it. */
function failWith(error: unknown, { stderr, env }: CliIo): ExitCode {
  const paint = painter(wantsColour(stderr, env));
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  for (const line of errorLines(error, paint)) stderr.write(`${line}\n`);
  return error instanceof CliError || error instanceof ApiError ? error.exitCode : EXIT.failed;
}
