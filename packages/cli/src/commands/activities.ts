import { type Command, Option } from "commander";
import { type Activity, activityTypeValues } from "#client/api-types";
import { unwrap } from "#client/connect";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { personText, timeText } from "../format.ts";
import {
  addFilterOptions,
  addPageOptions,
  type FilterOptions,
  type OutputOption,
  outputOption,
  type PageOptions,
  present,
} from "../options.ts";
import { type Paint, paintStatus } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { tableLines } from "../table.ts";

interface ActivityOptions extends OutputOption, FilterOptions, PageOptions {
  readonly type?: Activity["type"];
}

export function activitiesCommand(program: Command, run: Run): void {
  const command = program
    .command("activities")
    .summary("list deploys and rollbacks together")
    .description("list deploys and rollbacks together, newest first")
    .addOption(new Option("--type <type>", "only deploys or only rollbacks").choices(activityTypeValues));
  addPageOptions(addFilterOptions(command))
    .addOption(outputOption())
    .action((options: ActivityOptions) => run(options.output, (session) => listActivities(session, options)));
}

async function listActivities({ api, terminal }: Session, options: ActivityOptions): Promise<ExitCode> {
  const { output: _, ...query } = options;
  const page = await unwrap(api.GET("/v1/activities", { params: { query: present(query) } }));
  terminal.answer(page, (paint) => activityLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

function activityLines(activities: readonly Activity[], paint: Paint): string[] {
  const headline = ["ID", "TYPE", "STATUS", "APPLICATION", "STAGE", "BRANCH", "BUILD", "BY", "CREATED", "REASON"];
  const rows = activities.map((activity) => ({
    cells: [
      activity.id,
      activity.type,
      paintStatus(paint, activity.status),
      activity.application,
      activity.stage,
      activity.branch ?? "",
      activity.build ?? "",
      personText(activity.requestedBy),
      timeText(activity.createdAt),
      activity.error?.code ?? activity.reason ?? "",
    ],
  }));
  return tableLines(headline, rows, paint);
}
