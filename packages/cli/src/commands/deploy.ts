import { type Command, Option } from "commander";
import { type Deployment, deploymentOnFailureValues } from "#client/api-types";
import { unwrap } from "#client/connect";
import { waitForBackup } from "#client/jobs";
import { problemOf } from "#client/problem";
import { writeDeploymentOutputs } from "../ci-outputs.ts";
import { type Origin, originOf } from "../ci-variables.ts";
import { allowDestructiveOption, allowLossOption, consentOf } from "../consent.ts";
import { type Coverage, coverageText, readCoverage } from "../coverage.ts";
import { cancelDeployment as cancel, type Required, requireComplete, requireReadiness } from "../deploy-gates.ts";
import { rollbackCommandFor, showRecord } from "../deploy-result.ts";
import { errorLines, problemLines } from "../errors.ts";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { plural, sizeText } from "../format.ts";
import { collect, type OutputOption, outputOption, present } from "../options.ts";
import { pushPackage } from "../packages.ts";
import { type CommandEnd, runCommand } from "../run-command.ts";
import type { Run, Session } from "../session.ts";
import { asOptions } from "../wording.ts";

interface DeployOptions extends OutputOption, Origin {
  readonly application: string;
  readonly stage: string;
  readonly target?: string;
  readonly package?: string;
  readonly service?: string;
  readonly stack?: readonly string[];
  readonly function?: readonly string[];
  readonly reason?: string;
  readonly ticket?: string;
  readonly onFailure?: Deployment["onFailure"];
  readonly allowLoss?: readonly string[];
  readonly allowDestructive?: true;
  readonly allowIncomplete?: true;
  readonly require?: Required;
}

export function deployCommand(program: Command, run: Run): void {
  program
    .command("deploy")
    .summary("back up, run a deploy command, report its outcome")
    .description(
      "take the backup, run a deploy command, report its outcome; exits with the command's own code; in GitHub Actions, the ids, the status and whether production is still broken are outputs of the step (GITHUB_OUTPUT)",
    )
    .usage("[options] -- COMMAND [ARGS...]")
    .argument("<command...>", "the deploy command and its arguments, after --")
    .requiredOption("--application <name>", "the application that is deployed")
    .requiredOption("--stage <name>", "the stage that it is deployed to")
    .option("--stack <name>", "a stack that the deploy may touch; repeatable", collect)
    .option("--function <pattern>", "functions outside these stacks, with `*` as a wildcard; repeatable", collect)
    .option("--target <name>", "account and region, by their name in the service's settings")
    .option("--branch <name>", "the branch that is deployed (GITHUB_REF_NAME, CI_COMMIT_REF_NAME)")
    .option("--commit <id>", "the commit that is deployed (GITHUB_SHA, CI_COMMIT_SHA)")
    .option("--build <id>", "the build that is deployed (GITHUB_RUN_NUMBER, CI_PIPELINE_ID)")
    .option(
      "--package <path>",
      "first store this packaged output with the build; needs --service, --build and --commit",
    )
    .option("--service <name>", "the service that the package belongs to")
    .option("--reason <text>", "why; it is kept")
    .option("--ticket <id>", "the ticket of this deploy; it is kept")
    .addOption(new Option("--on-failure <what>", "what to do after a failed deploy").choices(deploymentOnFailureValues))
    .addOption(allowLossOption("what that rollback may lose"))
    .addOption(allowDestructiveOption())
    .option("--allow-incomplete", "start although the backup of some components is incomplete")
    .addOption(
      new Option(
        "--require <readiness>",
        "start only if everything in the backup can be rolled back at least this well",
      ).choices(["reversible", "reversible-with-loss"]),
    )
    .addOption(outputOption())
    .action((command: string[], options: DeployOptions) =>
      run(options.output, (session) => deploy(session, command, options)),
    );
}

async function deploy(session: Session, command: readonly string[], options: DeployOptions): Promise<ExitCode> {
  await storePackage(session, options);
  const { id, warnings } = await openDeployment(session, options);
  await bindLogin(session, id);
  for (const { code, detail } of warnings) session.terminal.note(`${code} ${asOptions(detail)}`);
  const { deployment: ready, coverage } = await takeBackup(session, id);
  for (const { code, detail } of ready.warnings.slice(warnings.length))
    session.terminal.note(`${code} ${asOptions(detail)}`);
  if (!options.allowIncomplete) await requireComplete(session, ready);
  if (options.require) await requireReadiness(session, ready, options.require);
  const { terminal, interrupted } = session;
  await writeDeploymentOutputs(terminal, ready);
  const end = await runCommand(command, terminal.io, { stdout: options.output === "json" ? "stderr" : "stdout" });
  if (end.how === "not-started") return cancelUnstarted(session, id, end.reason);
  const succeeded = end.how === "exited" && end.code === 0 && !interrupted.aborted;
  const reported = await reportOutcome(session, id, {
    succeeded,
    message: succeeded ? null : messageOf(end, interrupted),
  });
  if (interrupted.aborted) return noteInterruption(session, id, reported !== null);
  if (!reported) return succeeded ? EXIT.service : end.code;
  await showRecord(session, reported, coverage);
  return end.code;
}

/** Comes before anything else: a package that cannot be stored, or differs from the build's, is not deployed. */
async function storePackage(session: Session, options: DeployOptions): Promise<void> {
  const { application, stage, package: path, service } = options;
  if (path === undefined && service === undefined) return;
  const { build, commit } = originOf(options, session.terminal.io.env);
  if (path === undefined || service === undefined || build === undefined || commit === undefined) {
    throw new CliError(EXIT.usage, "To store a package, name --package, --service, --build and --commit.");
  }
  const stored = await pushPackage(session, { application, stage, build, service, commit }, path);
  session.terminal.note(`Package of ${service} stored: ${sizeText(stored.bytes)}, SHA-256 ${stored.digest}`);
}

/** Uses the steady client: a deployment that was opened but whose id was lost would stay open for a day. */
async function openDeployment(
  { steadyApi, interrupted, terminal }: Session,
  options: DeployOptions,
): Promise<Deployment> {
  const { application, stage, target, reason, ticket, onFailure } = options;
  const allowDestructive = consentOf(options);
  const { stack: stacks = [], function: functions = [] } = options;
  const origin = originOf(options, terminal.io.env);
  const details = present({ target, reason, ticket, onFailure, allowDestructive });
  const body = { application, stage, ...origin, ...details, scope: { stacks: [...stacks], functions: [...functions] } };
  const deployment = await unwrap(steadyApi.POST("/v1/deployments", { body }));
  if (interrupted.aborted) await cancel(steadyApi, deployment.id);
  interrupted.throwIfAborted();
  return deployment;
}

/** Comes at once after the opening: a login that ends during the deploy could not report it. */
async function bindLogin({ bindTo, steadyApi }: Session, id: string): Promise<void> {
  try {
    await bindTo(id);
  } catch (error) {
    await cancel(steadyApi, id);
    throw error;
  }
}

/** Waits until the backup is Ready. Throws where it will not be, since nothing may be deployed then. */
async function takeBackup(session: Session, id: string): Promise<{ deployment: Deployment; coverage: Coverage }> {
  const { api, steadyApi, terminal, interrupted } = session;
  const progress = await terminal.progress(`Deployment ${id}: taking the backup`);
  try {
    const deployment = await waitForBackup(api, id);
    const { snapshot, error } = deployment;
    interrupted.throwIfAborted();
    if (snapshot.status === "Ready" && deployment.status === "In Progress") {
      const contents = `${plural(snapshot.components, "component")}, ${sizeText(snapshot.bytes)}`;
      const coverage = await readCoverage(api, snapshot.id);
      progress.succeed(`Backup ready: ${contents}${coverageText(coverage)}`);
      return { deployment, coverage };
    }
    progress.fail("There is no backup, so the command is not started.");
    terminal.note(...(error ? problemLines(problemOf(error, error.status), terminal.paintNotes) : []));
    throw new CliError(EXIT.service, `Deployment ${id} ended in ${deployment.status}.`);
  } catch (error) {
    progress.stop();
    if (interrupted.aborted) await cancel(steadyApi, id);
    throw error;
  }
}

/** The command never ran, so there is nothing to record. */
async function cancelUnstarted({ steadyApi }: Session, id: string, reason: string): Promise<never> {
  await cancel(steadyApi, id);
  throw new CliError(EXIT.service, `The command could not be started: ${reason}`);
}

/** Null when the service did not accept the report. That is noted and not thrown: the command's own end counts more. */
async function reportOutcome(
  { steadyApi, terminal }: Session,
  id: string,
  { succeeded, message }: { succeeded: boolean; message: string | null },
): Promise<Deployment | null> {
  const outcome = succeeded ? ("succeeded" as const) : ("failed" as const);
  const body = message === null ? { outcome } : { outcome, message };
  try {
    return await unwrap(steadyApi.POST("/v1/deployments/{id}/finish", { params: { path: { id } }, body }));
  } catch (error) {
    terminal.note(`Deployment ${id} could not be reported as ${outcome}.`, ...errorLines(error, terminal.paintNotes));
    return null;
  }
}

function messageOf(end: Exclude<CommandEnd, { how: "not-started" }>, interrupted: AbortSignal): string {
  if (interrupted.aborted) return "The deploy was interrupted.";
  return end.how === "exited" ? `The command ended with code ${end.code}.` : `The command was ended by ${end.signal}.`;
}

function noteInterruption({ terminal }: Session, id: string, isReported: boolean): ExitCode {
  if (isReported) {
    terminal.note(
      `Interrupted. Deployment ${id} is reported as failed.`,
      `  Roll back what it has altered so far:  ${rollbackCommandFor(id)} --include-failed`,
    );
  }
  return EXIT.interrupted;
}
