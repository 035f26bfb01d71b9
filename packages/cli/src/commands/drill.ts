import { type Command, Option } from "commander";
import { type Plan, type Rollback, rollbackOnConflictValues } from "#client/api-types";
import { unwrap } from "#client/connect";
import { waitForPlan } from "#client/jobs";
import { allowDestructiveOption, allowLossOption, type ConsentOptions, consentOf } from "../consent.ts";
import type { ExitCode } from "../exit-codes.ts";
import { type OutputOption, outputOption } from "../options.ts";
import type { Paint } from "../paint.ts";
import { planLines } from "../plan-lines.ts";
import { type Consent, exitCodeOfPlan, refusalLines } from "../plan-verdict.ts";
import type { Run, Session } from "../session.ts";

interface DrillOptions extends OutputOption, ConsentOptions {
  readonly deployment: string;
  readonly onConflict?: Rollback["onConflict"];
  readonly detailedExitcode?: true;
  readonly diff?: true;
}

export function drillCommand(program: Command, run: Run): void {
  program
    .command("drill")
    .summary("rehearse a rollback; nothing is changed")
    .description("plan the rollback of everything that a deployment altered; exits with 1 if it would be refused")
    .requiredOption("--deployment <id>", "the deployment to rehearse")
    .option("--diff", "show what each step would change")
    .addOption(allowLossOption("judge it as with this consent"))
    .addOption(allowDestructiveOption())
    .addOption(
      new Option("--on-conflict <what>", "judge it as with this option of rollback (fail)").choices(
        rollbackOnConflictValues,
      ),
    )
    .option("--detailed-exitcode", "exit with 2 if the plan has changes")
    .addOption(outputOption())
    .action((options: DrillOptions) => run(options.output, (session) => drill(session, options)));
}

async function drill(session: Session, options: DrillOptions): Promise<ExitCode> {
  const { deployment, diff } = options;
  const { api, terminal } = session;
  const { id } = await unwrap(api.POST("/v1/deployments/{id}/drill", { params: { path: { id: deployment } } }));
  const progress = await terminal.progress(`Drill ${id}: planning`);
  const plan = await waitForPlan(api, id).finally(() => progress.stop());
  const consent: Consent = { onConflict: options.onConflict ?? "fail", allowed: consentOf(options) ?? false };
  terminal.answer(plan, (paint) => [
    ...planLines(plan, paint, diff === true),
    ...refusalLines(plan, consent, paint),
    ...expectationLines(plan, paint),
  ]);
  return exitCodeOfPlan(plan, consent, options);
}

function expectationLines({ expected }: Plan, paint: Paint): string[] {
  const { calls, seconds, pacingSeconds, measuredSteps } = expected;
  const named = calls.map(({ service, operation, count }) => `${count} ${service}:${operation}`);
  const source = measuredSteps > 0 ? `, ${measuredSteps} of its steps as measured earlier` : "";
  return [
    `${paint("bold", "Expected")} about ${seconds} s (at least ${pacingSeconds} s under AWS's quotas${source})`,
    `  ${paint("dim", named.join(", "))}`,
    "Nothing was changed.",
  ];
}
