import { type Command, Option } from "commander";
import {
  type Plan,
  type Rollback,
  rollbackOnConflictValues,
  rollbackOnErrorValues,
  rollbackStrategyValues,
} from "#client/api-types";
import { allowDestructiveOption, allowLossOption, consentOf } from "../consent.ts";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { plural } from "../format.ts";
import { collect, collectContinued, type OutputOption, outputOption } from "../options.ts";
import { PACKAGE_PLACEHOLDER, rollBackByPackage } from "../package-rollback.ts";
import type { Paint } from "../paint.ts";
import { planLines } from "../plan-lines.ts";
import { type Consent, exitCodeOfPlan, hasConflicts, lossText, openLosses, refusalLines } from "../plan-verdict.ts";
import { type DraftOptions, openDraft, planDraft } from "../rollback-draft.ts";
import { type GivenConsent, runPlan } from "../run-plan.ts";
import type { Run, Session } from "../session.ts";

interface RollbackOptions extends OutputOption, DraftOptions {
  readonly service?: string;
  readonly all?: true;
  readonly plan?: true;
  readonly diff?: true;
  readonly yes?: true;
  readonly wait: boolean;
  readonly detailedExitcode?: true;
  readonly emergency?: true;
}

export function rollbackCommand(program: Command, run: Run): void {
  const command = program
    .command("rollback")
    .summary("roll back picked components")
    .description(
      `roll back picked components of a deployment: plan, ask, run exactly that plan, follow it.
In GitHub Actions, the ids, the status and whether production is still broken are outputs of the step (GITHUB_OUTPUT).
With --to-build and a command: run the command on the build's stored package, and prove the result.`,
    )
    .usage("[options] [-- COMMAND [ARGS...]]")
    .argument("[command...]", `after --, what deploys the package in ${PACKAGE_PLACEHOLDER}`);
  addRunOptions(addPolicyOptions(addPickOptions(command)))
    .addOption(outputOption())
    .action((wrapped: string[], options: RollbackOptions) =>
      run(options.output, (session) =>
        wrapped.length > 0 ? byPackage(session, wrapped, options) : rollback(session, options),
      ),
    );
}

/** What is rolled back. */
function addPickOptions(command: Command): Command {
  return command
    .option(
      "--deployment <id>",
      "the deployment to roll back; repeatable, one plan covers all of them. With a command: the package's",
      collect,
    )
    .option("--to-build <id>", "instead: roll a stage back to its state after this build")
    .option("--application <name>", "with --to-build")
    .option("--stage <name>", "with --to-build")
    .option("--target <name>", "with --to-build: needed where the build went to several targets")
    .option("--service <name>", "with a command: which service's package, where the build has several")
    .option("--undo <id>", "instead: undo this rollback, all of it unless components are named")
    .option("--snapshot <id>", "instead: restore components to their states in this snapshot; see `stepback history`")
    .option("--component <id>", "pick this component; repeatable", collect)
    .option("--all", "pick every component that was altered")
    .option("--include-failed", "roll back a deploy that ended in Exception");
}

/** How it is rolled back. */
function addPolicyOptions(command: Command): Command {
  const strategy = new Option("--strategy <strategy>", "how components of a stack are rolled back (auto)");
  return command
    .addOption(strategy.choices(rollbackStrategyValues))
    .addOption(
      new Option("--on-conflict <what>", "what to do about a component that somebody else changed (fail)").choices(
        rollbackOnConflictValues,
      ),
    )
    .addOption(new Option("--on-error <what>", "what to do when a step fails (stop)").choices(rollbackOnErrorValues))
    .addOption(allowLossOption("what may be lost"))
    .addOption(allowDestructiveOption())
    .option(
      "--continue-update-rollback <stack[=ids]>",
      "continue the failed rollback of a stack, skipping the resources named; repeatable",
      collectContinued,
    )
    .option("--reason <text>", "why; it is kept")
    .option("--ticket <id>", "the ticket of this rollback; it is kept");
}

/** What the command shows, asks and waits for. */
function addRunOptions(command: Command): Command {
  return command
    .option("--plan", "stop after the plan")
    .option("--diff", "show what each step changes")
    .option("--yes", "run without asking; required where nobody can be asked")
    .addOption(new Option("--wait", "follow the rollback to its end").default(true))
    .option("--no-wait", "exit once the rollback has started")
    .option("--emergency", "run without the approvals that the stage asks for; needs a --reason, and is reviewed")
    .option("--detailed-exitcode", "with --plan: exit with 2 if the plan has changes");
}

/**
 * A run needs a yes: from `--yes`, or from a person at a terminal. Where nobody can be asked and neither `--yes` nor
 * `--plan` is given, the command is refused before it sends a request.
 */
async function rollback(session: Session, options: RollbackOptions): Promise<ExitCode> {
  const { terminal } = session;
  refuseUsage(options, terminal.canAsk);
  const draft = await openDraft(session, options);
  const plan = await planDraft(session, draft.id);
  const consent: Consent = { onConflict: options.onConflict ?? "fail", allowed: consentOf(options) ?? false };
  const lines = (paint: Paint) => [
    ...planLines(plan, paint, options.diff === true),
    ...refusalLines(plan, consent, paint),
  ];
  if (options.plan) {
    terminal.answer(plan, lines);
    return exitCodeOfPlan(plan, consent, options);
  }
  if (draft.approvals && !options.emergency) {
    terminal.report(lines);
    terminal.note(...approvalLines(draft, draft.approvals.required));
    return EXIT.failed;
  }
  terminal.report(options.yes ? lines : (paint) => planLines(plan, paint, options.diff === true));
  const job = { draft, plan, wait: options.wait, emergency: options.emergency };
  if (options.yes) return runPlan(session, job);
  const given = await ask(session, plan, consent);
  return given ? runPlan(session, { ...job, ...given }) : EXIT.failed;
}

/** Nothing has run yet: whoever may approve reads the same plan, and then anybody who may roll back runs it. */
function approvalLines({ id }: Rollback, required: number): string[] {
  return [
    `It needs ${plural(required, "approval")} of others before it runs:  stepback approve ${id}`,
    `Then run it:  stepback run ${id}`,
  ];
}

function refuseUsage(options: RollbackOptions, canAsk: boolean): void {
  const { undo, snapshot, toBuild, component, all = false, plan = false, yes = false } = options;
  const { detailedExitcode = false } = options;
  const picksSome = component !== undefined;
  const takesAll = undo !== undefined || toBuild !== undefined;
  refuseFirst([
    ...originFaults({
      deployment: options.deployment,
      undo,
      snapshot,
      toBuild,
      application: options.application,
      stage: options.stage,
    }),
    [picksSome && all, "Pick components with --component, or all of them with --all, and not both."],
    [!picksSome && !all && !takesAll, "Pick components with --component, or all of them with --all."],
    [detailedExitcode && !plan, "--detailed-exitcode is for --plan."],
    [!plan && !yes && !canAsk, "Nobody can be asked here: add --yes to run the plan, or --plan to only see it."],
  ]);
}

/** Giving a command is the yes, so nobody is asked. */
function byPackage(session: Session, command: readonly string[], options: RollbackOptions): Promise<ExitCode> {
  const { toBuild: build, application, stage, plan, strategy, deployment = [] } = options;
  refuseFirst([
    [build === undefined, "A command deploys a stored package: name its build with --to-build."],
    [!command.some((part) => part.includes(PACKAGE_PLACEHOLDER)), `The command has no ${PACKAGE_PLACEHOLDER} in it.`],
    [deployment.length > 1, "A package belongs to one --deployment of its build."],
    [plan === true, "--plan is for what Stepback itself rolls back; the command's own tool may have a plan."],
    [strategy !== undefined, "--strategy is for what Stepback itself rolls back."],
    ...originFaults({ undo: options.undo, snapshot: options.snapshot, toBuild: build, application, stage }),
  ]);
  const of = deployment[0];
  const place = { application: application ?? "", stage: stage ?? "", build: build ?? "" };
  return rollBackByPackage(session, { ...options, ...(of ? { of } : {}), place, command });
}

interface OriginOptions {
  readonly deployment?: readonly string[] | undefined;
  readonly undo: string | undefined;
  readonly snapshot: string | undefined;
  readonly toBuild: string | undefined;
  readonly application: string | undefined;
  readonly stage: string | undefined;
}

function originFaults({ deployment, undo, snapshot, toBuild, application, stage }: OriginOptions): UsageFault[] {
  const named = [deployment, undo, snapshot, toBuild].filter((origin) => origin !== undefined);
  const hasPlace = application !== undefined && stage !== undefined;
  return [
    [
      named.length !== 1,
      "Name one of: a --deployment to roll back, a rollback to --undo, a --snapshot to restore from, a build with --to-build.",
    ],
    [toBuild !== undefined && !hasPlace, "--to-build needs --application and --stage."],
  ];
}

type UsageFault = readonly [isFault: boolean, what: string];

function refuseFirst(faults: readonly UsageFault[]): void {
  const fault = faults.find(([isFault]) => isFault);
  if (fault) throw new CliError(EXIT.usage, fault[1]);
}

/**
 * A yes is consent to the losses that the question lists. Null after a no, or where the service would refuse the plan
 * whatever the answer is.
 */
async function ask({ terminal, interrupted }: Session, plan: Plan, consent: Consent): Promise<GivenConsent | null> {
  const { allowed } = consent;
  if (plan.refusals > 0 || hasConflicts(plan, consent)) {
    terminal.note(...refusalLines(plan, { ...consent, allowed: true }, terminal.paintNotes));
    return null;
  }
  const losses = openLosses(plan, consent);
  terminal.note(...losses.map((loss) => `  ${terminal.paintNotes("red", lossText(loss))}`));
  const question = losses.length > 0 ? "Run this plan, and lose what is listed?" : "Run this plan?";
  if (!(await terminal.confirm(question, interrupted))) {
    terminal.note("Nothing was run.");
    return null;
  }
  if (losses.length === 0) return {};
  return { allowDestructive: [...(typeof allowed === "boolean" ? [] : allowed), ...losses.map(({ id }) => id)] };
}
