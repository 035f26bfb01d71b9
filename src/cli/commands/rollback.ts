import { type Command, Option } from "commander";
import { answered, type LogLine, type Plan, type Rollback } from "../api.ts";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { followLog } from "../follow-log.ts";
import { logLineText } from "../format.ts";
import { allRows, waitForRollback } from "../job.ts";
import { collect, type OutputOption, outputOption } from "../options.ts";
import { hasChanges, planLines, resultLines } from "../plan-lines.ts";
import { type DraftOptions, openDraft, planDraft } from "../rollback-draft.ts";
import type { Run, Session } from "../session.ts";

interface RollbackOptions extends OutputOption, DraftOptions {
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
    .description("put picked components of a deployment back: plan, ask, run exactly that plan, follow it")
    .option("--deployment <id>", "the deployment to take back; repeatable, one plan orders all of them", collect)
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
    .option("--include-failed", "take back a deploy that ended in Exception")
    .option("--reason <text>")
    .option("--ticket <id>")
    .addOption(new Option("--wait", "follow it to its end").default(true))
    .option("--no-wait", "end once it has been started")
    .option("--detailed-exitcode", "with --plan: end with 2 where the plan has changes")
    .addOption(outputOption())
    .action((options: RollbackOptions) => run(options.output, (session) => rollback(session, options)));
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
  const {
    deployment,
    undo,
    snapshot,
    component,
    all = false,
    plan = false,
    yes = false,
    detailedExitcode = false,
  } = options;
  const picksSome = component !== undefined;
  const faults: readonly (readonly [boolean, string])[] = [
    [
      [deployment, undo, snapshot].filter((given) => given !== undefined).length !== 1,
      "Name a --deployment to take back, a rollback to --undo, or a --snapshot to restore from: one of them.",
    ],
    [picksSome && all, "Pick components with --component, or all of them with --all, and not both."],
    [!picksSome && !all && undo === undefined, "Pick components with --component, or all of them with --all."],
    [detailedExitcode && !plan, "--detailed-exitcode is for --plan."],
    [!plan && !yes && !canAsk, "Nobody can be asked here: add --yes to run the plan, or --plan to only see it."],
  ];
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
  return exitCodeOf(ended);
}

/** Calls of AWS are for `stepback logs`, which has every line. */
function isStory({ aws, level }: LogLine): boolean {
  return aws === null || level === "error";
}

function exitCodeOf({ status, result }: Rollback): ExitCode {
  if (status === "Completed") return EXIT.done;
  const cameBack = result ? result.restored + result.removed + result.recreated : 0;
  return cameBack > 0 ? EXIT.partlyDone : EXIT.failed;
}
