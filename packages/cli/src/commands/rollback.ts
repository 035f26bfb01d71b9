import { type Command, Option } from "commander";
import { answered, type LogLine, type Plan, type Rollback } from "../api.ts";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { followLog } from "../follow-log.ts";
import { logLineText } from "../format.ts";
import { allRows, waitForRollback } from "../job.ts";
import { collect, collectContinued, type OutputOption, outputOption } from "../options.ts";
import { PACKAGE_PLACEHOLDER, rollBackByPackage } from "../package-rollback.ts";
import { hasChanges, planLines, resultLines } from "../plan-lines.ts";
import { type DraftOptions, openDraft, planDraft, rollbackExitCode } from "../rollback-draft.ts";
import type { Run, Session } from "../session.ts";

interface RollbackOptions extends OutputOption, DraftOptions {
  readonly service?: string;
  readonly all?: true;
  readonly plan?: true;
  readonly diff?: true;
  readonly yes?: true;
  readonly wait: boolean;
  readonly detailedExitcode?: true;
}

export function rollbackCommand(program: Command, run: Run): void {
  program
    .command("rollback")
    .summary("put picked components back")
    .description(
      `put picked components of a deployment back: plan, ask, run exactly that plan, follow it.
With --to-build and a command: hand the build's stored package to it in place of ${PACKAGE_PLACEHOLDER}, and prove the result.`,
    )
    .usage("[options] [-- COMMAND [ARGS...]]")
    .argument("[command...]", `after --, what deploys the package in ${PACKAGE_PLACEHOLDER}`)
    .option(
      "--deployment <id>",
      "the deployment to take back; repeatable, one plan orders all of them. With a command: the package's",
      collect,
    )
    .option("--to-build <id>", "instead: put a stage back to the state after this build")
    .option("--application <name>", "with --to-build")
    .option("--stage <name>", "with --to-build")
    .option("--target <name>", "with --to-build: needed where the build went to several")
    .option("--service <name>", "with a command: whose package, where the build has several")
    .option("--undo <id>", "undo this rollback instead, all of it unless components are named")
    .option("--snapshot <id>", "restore components to their states in this snapshot instead; see `stepback history`")
    .option("--component <id>", "pick this component; repeatable", collect)
    .option("--all", "pick every component that was altered")
    .option("--plan", "stop after the plan")
    .option("--diff", "show what each step changes")
    .option("--yes", "run without asking; needed where nobody can be asked")
    .addOption(
      new Option("--strategy <strategy>", "the way back into a stack (auto)").choices(["auto", "stack", "direct"]),
    )
    .addOption(new Option("--on-conflict <what>", "(fail)").choices(["fail", "restore", "keep-live"]))
    .addOption(new Option("--on-error <what>", "(stop)").choices(["stop", "continue", "compensate"]))
    .option("--allow-destructive", "consent to steps that lose data")
    .option(
      "--continue-update-rollback <stack[=ids]>",
      "let the failed rollback of a stack go on, without the resources named; repeatable",
      collectContinued,
    )
    .option("--include-failed", "take back a deploy that ended in Exception")
    .option("--reason <text>")
    .option("--ticket <id>")
    .addOption(new Option("--wait", "follow it to its end").default(true))
    .option("--no-wait", "end once it has been started")
    .option("--detailed-exitcode", "with --plan: end with 2 where the plan has changes")
    .addOption(outputOption())
    .action((command: string[], options: RollbackOptions) =>
      run(options.output, (session) =>
        command.length > 0 ? byPackage(session, command, options) : rollback(session, options),
      ),
    );
}

/**
 * A run needs a yes: from `--yes`, or from a person at a terminal. Where nobody can be asked and neither `--yes` nor
 * `--plan` is given the command is refused before it asks the service for anything.
 */
async function rollback(session: Session, options: RollbackOptions): Promise<ExitCode> {
  const { terminal } = session;
  refuseUsage(options, terminal.canAsk);
  const draft = await openDraft(session, options);
  const plan = await planDraft(session, draft.id);
  if (options.plan) {
    terminal.answer(plan, (paint) => planLines(plan, paint, options.diff === true));
    return options.detailedExitcode && hasChanges(plan) ? EXIT.planHasChanges : EXIT.done;
  }
  terminal.tell((paint) => planLines(plan, paint, options.diff === true));
  if (!options.yes && !(await mayRun(session, plan))) return EXIT.failed;
  return runPlan(session, { draft, plan, wait: options.wait });
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

/** The command is the yes: whoever writes it down means it. */
function byPackage(session: Session, command: readonly string[], options: RollbackOptions): Promise<ExitCode> {
  const { toBuild: build, application, stage, plan, strategy, deployment = [] } = options;
  refuseFirst([
    [build === undefined, "A command deploys a stored package: name its build with --to-build."],
    [!command.some((part) => part.includes(PACKAGE_PLACEHOLDER)), `The command has no ${PACKAGE_PLACEHOLDER} in it.`],
    [deployment.length > 1, "A package belongs to one --deployment of its build."],
    [plan === true, "--plan is for what Stepback itself puts back; a command's own tool may have a plan."],
    [strategy !== undefined, "--strategy is for what Stepback itself puts back."],
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
      "Name one of: a --deployment to take back, a rollback to --undo, a --snapshot to restore from, a build with --to-build.",
    ],
    [toBuild !== undefined && !hasPlace, "--to-build needs --application and --stage."],
  ];
}

type UsageFault = readonly [isFault: boolean, what: string];

function refuseFirst(faults: readonly UsageFault[]): void {
  const fault = faults.find(([isFault]) => isFault);
  if (fault) throw new CliError(EXIT.usage, fault[1]);
}

/** False after a no, or where the service would refuse the plan anyway. */
async function mayRun({ terminal, interrupted }: Session, plan: Plan): Promise<boolean> {
  if (plan.refusals > 0) {
    terminal.note("This plan cannot run. Leave the refused components out, or do what their reasons say.");
    return false;
  }
  if (await terminal.confirm("Run this plan?", interrupted)) return true;
  terminal.note("Nothing was run.");
  return false;
}

async function runPlan(session: Session, job: { draft: Rollback; plan: Plan; wait: boolean }): Promise<ExitCode> {
  const { api, steadyApi, terminal, interrupted } = session;
  const { id } = job.draft;
  const params = { path: { id } };
  const started = await answered(
    steadyApi.POST("/v1/rollbacks/{id}/run", { params, body: { planDigest: job.plan.digest } }),
  );
  if (!job.wait) {
    terminal.answer(started, () => [`Rollback ${id} started; follow it with  stepback logs -f ${id}`]);
    return EXIT.done;
  }
  interrupted.addEventListener("abort", () => terminal.note(`Rollback ${id} goes on without you.`), { once: true });
  for await (const line of followLog(api, id, { after: 0 }, interrupted)) {
    if (isStory(line)) terminal.tell((paint) => [logLineText(line, paint)]);
  }
  const ended = await waitForRollback(api, id);
  const rows = await allRows(api, id);
  terminal.answer(ended, (paint) => resultLines(ended, rows, paint));
  return rollbackExitCode(ended);
}

/** Calls of AWS are for `stepback logs`, which has every line. */
function isStory({ aws, level }: LogLine): boolean {
  return aws === null || level === "error";
}
