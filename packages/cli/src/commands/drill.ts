import type { Command } from "commander";
import type { Plan } from "#client/api-types";
import { unwrap } from "#client/connect";
import { waitForPlan } from "#client/jobs";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type OutputOption, outputOption } from "../options.ts";
import type { Paint } from "../paint.ts";
import { planLines } from "../plan-lines.ts";
import type { Run, Session } from "../session.ts";

interface DrillOptions extends OutputOption {
  readonly deployment: string;
  readonly diff?: true;
}

export function drillCommand(program: Command, run: Run): void {
  program
    .command("drill")
    .summary("rehearse a rollback; nothing is changed")
    .description("plan the rollback of everything that a deployment altered; exits with 1 if it would be refused")
    .requiredOption("--deployment <id>", "the deployment to rehearse")
    .option("--diff", "show what each step would change")
    .addOption(outputOption())
    .action((options: DrillOptions) => run(options.output, (session) => drill(session, options)));
}

async function drill(session: Session, { deployment, diff }: DrillOptions): Promise<ExitCode> {
  const { api, terminal } = session;
  const { id } = await unwrap(api.POST("/v1/deployments/{id}/drill", { params: { path: { id: deployment } } }));
  const progress = await terminal.progress(`Drill ${id}: planning`);
  const plan = await waitForPlan(api, id).finally(() => progress.stop());
  terminal.answer(plan, (paint) => [...planLines(plan, paint, diff === true), ...expectationLines(plan, paint)]);
  return plan.refusals > 0 || plan.conflicts > 0 ? EXIT.failed : EXIT.done;
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
