import type { Command } from "commander";
import { unwrap } from "#client/connect";
import { jobTypeOf } from "#client/jobs";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type OutputOption, outputOption } from "../options.ts";
import { paintStatus } from "../paint.ts";
import type { Run, Session } from "../session.ts";

export function cancelCommand(program: Command, run: Run): void {
  program
    .command("cancel")
    .summary("cancel a deployment or a rollback")
    .description(
      "cancel a deployment whose outcome nobody will report, or a rollback, which ends before its next call of AWS",
    )
    .argument("<id>", "dep_… or rbk_…")
    .addOption(outputOption())
    .action((id: string, { output }: OutputOption) => run(output, (session) => cancel(session, id)));
}

async function cancel({ steadyApi, terminal }: Session, id: string): Promise<ExitCode> {
  const params = { path: { id } };
  const job =
    jobTypeOf(id) === "deploy"
      ? await unwrap(steadyApi.POST("/v1/deployments/{id}/cancel", { params }))
      : await unwrap(steadyApi.POST("/v1/rollbacks/{id}/cancel", { params }));
  terminal.answer(job, (paint) => [`${id} is to be cancelled: ${paintStatus(paint, job.status)}`]);
  return EXIT.done;
}
