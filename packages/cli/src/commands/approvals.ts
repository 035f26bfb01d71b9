import type { Command } from "commander";
import type { ApprovalState, Plan, Rollback } from "#client/api-types";
import { unwrap } from "#client/connect";
import { waitForPlan } from "#client/jobs";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { personText } from "../format.ts";
import { type OutputOption, outputOption, present } from "../options.ts";
import { planLines } from "../plan-lines.ts";
import { runPlan } from "../run-plan.ts";
import type { Run, Session } from "../session.ts";

interface DecideOptions extends OutputOption {
  readonly refuse?: true;
  readonly comment?: string;
  readonly yes?: true;
}

interface RunOptions extends OutputOption {
  readonly yes?: true;
  readonly wait: boolean;
  readonly emergency?: true;
}

/** What others than the requester do with a planned rollback. */
export function approvalCommands(program: Command, run: Run): void {
  program
    .command("approve")
    .summary("approve the plan of a rollback, or refuse it")
    .description("read the latest plan of a rollback that waits for approvals, and approve exactly that, or refuse it")
    .argument("<rollback>", "rbk_…")
    .option("--refuse", "hold it back, until you approve it")
    .option("--comment <text>", "why; it is kept")
    .option("--yes", "decide without asking; required where nobody can be asked")
    .addOption(outputOption())
    .action((id: string, options: DecideOptions) => run(options.output, (session) => decide(session, id, options)));
  program
    .command("run")
    .summary("run a planned rollback that was approved")
    .description("run the latest plan of a draft: show it, ask, run exactly that, follow it")
    .argument("<rollback>", "rbk_…")
    .option("--yes", "run without asking; required where nobody can be asked")
    .option("--no-wait", "exit once the rollback has started")
    .option("--emergency", "run without the approvals that the stage asks for; it is reviewed afterwards")
    .addOption(outputOption())
    .action((id: string, options: RunOptions) => run(options.output, (session) => runDraft(session, id, options)));
  program
    .command("review")
    .description("close the review of an emergency: somebody else has looked at what ran without approvals")
    .argument("<rollback>", "rbk_…")
    .requiredOption("--comment <text>", "what the review found; it is kept")
    .addOption(outputOption())
    .action((id: string, { output, comment }: OutputOption & { comment: string }) =>
      run(output, (session) => review(session, id, comment)),
    );
}

async function decide(session: Session, id: string, options: DecideOptions): Promise<ExitCode> {
  const { api, terminal } = session;
  const decision = options.refuse ? "refuse" : "approve";
  const plan = await waitForPlan(api, id);
  if (!(await isSure(session, plan, { ...options, question: `${options.refuse ? "Refuse" : "Approve"} this plan?` })))
    return EXIT.failed;
  const body = { planDigest: plan.digest, decision, ...present({ comment: options.comment }) } as const;
  const state = await unwrap(api.POST("/v1/rollbacks/{id}/approvals", { params: { path: { id } }, body }));
  terminal.answer(state, () => stateLines(id, state));
  return EXIT.done;
}

async function runDraft(session: Session, id: string, options: RunOptions): Promise<ExitCode> {
  const { api } = session;
  const draft: Rollback = await unwrap(api.GET("/v1/rollbacks/{id}", { params: { path: { id } } }));
  if (draft.status !== "Draft") throw new CliError(EXIT.failed, `${id} is ${draft.status}: there is nothing to run.`);
  const plan = await waitForPlan(api, id);
  if (!(await isSure(session, plan, { ...options, question: "Run this plan?" }))) return EXIT.failed;
  return runPlan(session, { draft, plan, wait: options.wait, emergency: options.emergency });
}

/** Shows the plan and asks, unless there was a yes. */
async function isSure(
  { terminal, interrupted }: Session,
  plan: Plan,
  { yes = false, question }: { yes?: boolean | undefined; question: string },
): Promise<boolean> {
  if (!yes && !terminal.canAsk) throw new CliError(EXIT.usage, "Nobody can be asked here: add --yes.");
  terminal.report((paint) => planLines(plan, paint, false));
  if (yes || (await terminal.confirm(question, interrupted))) return true;
  terminal.note("Nothing was done.");
  return false;
}

async function review({ api, terminal }: Session, id: string, comment: string): Promise<ExitCode> {
  const params = { path: { id } };
  const reviewed = await unwrap(api.POST("/v1/rollbacks/{id}/review", { params, body: { comment } }));
  terminal.answer(reviewed, () => [`The emergency ${id} is reviewed.`]);
  return EXIT.done;
}

function stateLines(id: string, { required, given, missing, refusedBy }: ApprovalState): string[] {
  const refused = refusedBy.map((subject) => `${personText(subject)} refuses it.`);
  const next = missing === 0 && refused.length === 0 ? `Run it:  stepback run ${id}` : null;
  return [`${given} of ${required} approvals.`, ...refused, ...(next ? [next] : [])];
}
