import { Command, CommanderError } from "commander";
import { activitiesCommand } from "./commands/activities.ts";
import { approvalCommands } from "./commands/approvals.ts";
import { auditCommand } from "./commands/audit.ts";
import { buildsCommand } from "./commands/builds.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { componentsCommand } from "./commands/components.ts";
import { deployCommand } from "./commands/deploy.ts";
import { deploymentsCommand } from "./commands/deployments.ts";
import { drillCommand } from "./commands/drill.ts";
import { historyCommand } from "./commands/history.ts";
import { keysCommand } from "./commands/keys.ts";
import { logsCommand } from "./commands/logs.ts";
import { pinsCommand } from "./commands/pins.ts";
import { policyCommand } from "./commands/policy.ts";
import { revalidationsCommand } from "./commands/revalidations.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { tokensCommand } from "./commands/tokens.ts";
import { errorLines, exitCodeOf } from "./errors.ts";
import { CliError, EXIT, type ExitCode } from "./exit-codes.ts";
import { painter, wantsColour, writtenLine } from "./paint.ts";
import { ENDING_SIGNALS } from "./run-command.ts";
import { openSession, type Run } from "./session.ts";
import type { CliIo } from "./terminal.ts";
import { visibleLines } from "./visible.ts";

/** Adds a command that is a client of the service. */
type ClientCommand = (program: Command, run: Run) => void;

/** Adds a command that starts something, or can do without a service. `run` is for its other half, as a client of one. */
export type Starter = (program: Command, start: (work: () => Promise<ExitCode>) => Promise<void>, run: Run) => void;

/** In the order in which a bad night needs them: deploy, look, roll back, watch. */
const COMMANDS: readonly ClientCommand[] = [
  deployCommand,
  deploymentsCommand,
  componentsCommand,
  rollbackCommand,
  approvalCommands,
  logsCommand,
  cancelCommand,
  activitiesCommand,
  buildsCommand,
  historyCommand,
  pinsCommand,
  revalidationsCommand,
  policyCommand,
  drillCommand,
  tokensCommand,
  keysCommand,
  auditCommand,
];

const HELP_AFTER = `
Exit codes:
  0 done · 1 failed, nothing was rolled back · 2 the plan has changes (--detailed-exitcode)
  3 an Exception in which something was rolled back · 130 interrupted · 251 taken over (serve) · 252 usage
  253 configuration or credentials · 254 the service or AWS answered with an error

Environment:
  STEPBACK_URL    the service's address (http://127.0.0.1:8700)
  STEPBACK_TOKEN  your token; without it, the admin token in STEPBACK_DATA_DIR (./data) of a service on this machine
  STEPBACK_ID_TOKEN  in a job of GitLab CI, which needs no STEPBACK_TOKEN: its OIDC token, from \`id_tokens\`
  STEPBACK_OIDC_AUDIENCE  in a job of GitHub Actions with \`id-token: write\`, which needs no STEPBACK_TOKEN: whom its
                  OIDC tokens are for (the service's address)`;

interface Program {
  readonly version: string;
  readonly io: CliIo;
  /** Commands that start something. Help lists them before the others. */
  readonly starters: readonly Starter[];
}

/** Parses the arguments, runs the command and resolves to the process's exit code. Never rejects. */
export async function runCli(args: readonly string[], { version, io, starters }: Program): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = emptyProgram(version, io);
  const run: Run = async (form, work) => {
    exitCode = await runInterruptibly((interrupted) => openSession(io, form, interrupted).then(work));
  };
  const start = async (work: () => Promise<ExitCode>) => {
    exitCode = await work();
  };
  for (const add of starters) add(program, start, run);
  for (const add of COMMANDS) add(program, run);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return failWith(error, io);
  }
}

function emptyProgram(version: string, { stdout, stderr }: CliIo): Command {
  return new Command("stepback")
    .description("Takes a backup before every deploy to AWS, and rolls back exactly the components that you pick.")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(visibleLines(text)) })
    .addHelpText("after", HELP_AFTER);
}

/** Work that fails with exit code 130 once a signal has asked for the end and the work has stopped for it. */
async function runInterruptibly(work: (interrupted: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
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

/** Prints what went wrong, once, and returns the exit code for it. */
function failWith(error: unknown, { stderr, env }: CliIo): ExitCode {
  // Commander has printed it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const isColoured = wantsColour(stderr, env);
  for (const line of errorLines(error, painter(isColoured))) stderr.write(`${writtenLine(line, isColoured)}\n`);
  return exitCodeOf(error);
}
