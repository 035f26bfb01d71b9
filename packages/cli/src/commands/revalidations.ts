import type { Command } from "commander";
import type { Revalidation } from "#client/api-types";
import { unwrap } from "#client/connect";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { personText, timeText } from "../format.ts";
import {
  addPageOptions,
  addStageOptions,
  type OutputOption,
  outputOption,
  type PageOptions,
  present,
  type StageOptions,
} from "../options.ts";
import type { Paint } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { tableLines } from "../table.ts";

interface ListOptions extends OutputOption, PageOptions, StageOptions {
  readonly all?: true;
}

interface ClearOptions extends OutputOption, StageOptions {
  readonly reason: string;
}

export function revalidationsCommand(program: Command, run: Run): void {
  const revalidations = program
    .command("revalidations")
    .summary("list branches and builds in doubt since a rollback, or clear one");
  const list = addStageOptions(revalidations.command("list"))
    .description("list the branches and builds in doubt, newest first")
    .option("--all", "include those that are good again");
  addPageOptions(list)
    .addOption(outputOption())
    .action((options: ListOptions) => run(options.output, (session) => listRevalidations(session, options)));
  addStageOptions(revalidations.command("clear"))
    .description("declare a branch or a build good again")
    .argument("<revalidation>", "its id")
    .requiredOption("--reason <text>", "why; it is kept")
    .addOption(outputOption())
    .action((id: string, options: ClearOptions) =>
      run(options.output, (session) => clearRevalidation(session, id, options)),
    );
}

async function listRevalidations({ api, terminal }: Session, options: ListOptions): Promise<ExitCode> {
  const { output: _, all = false, application, stage, ...paging } = options;
  const query = present({ ...paging, open: all ? undefined : ("true" as const) });
  const path = "/v1/applications/{application}/stages/{stage}/revalidations";
  const page = await unwrap(api.GET(path, { params: { path: { application, stage }, query } }));
  terminal.answer(page, (paint) => revalidationLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

async function clearRevalidation({ api, terminal }: Session, id: string, options: ClearOptions): Promise<ExitCode> {
  const { application, stage, reason } = options;
  const path = "/v1/applications/{application}/stages/{stage}/revalidations/{id}/clear";
  const mark = await unwrap(api.POST(path, { params: { path: { application, stage, id } }, body: { reason } }));
  terminal.answer(mark, () => [`The ${mark.subject} ${mark.name} is good again: ${mark.id} is cleared.`]);
  return EXIT.done;
}

function revalidationLines(marks: readonly Revalidation[], paint: Paint): string[] {
  const rows = marks.map(({ id, subject, name, rollback, createdAt, ...end }) => ({
    cells: [id, end.open ? "in doubt" : paint("dim", endText(end)), subject, name, rollback, timeText(createdAt)],
    below: [],
  }));
  return tableLines(["ID", "STATE", "SUBJECT", "NAME", "ROLLBACK", "CREATED"], rows, paint);
}

function endText({ cleared, closedBy }: Pick<Revalidation, "cleared" | "closedBy">): string {
  return cleared ? `cleared by ${personText(cleared.by)}` : `good since ${closedBy}`;
}
