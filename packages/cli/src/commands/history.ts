import type { Command } from "commander";
import type { HistoryEntry } from "#client/api-types";
import { unwrap } from "#client/connect";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { SHORT_DIGEST_CHARACTERS, timeText } from "../format.ts";
import { addPageOptions, type OutputOption, outputOption, type PageOptions, present } from "../options.ts";
import type { Paint } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { tableLines } from "../table.ts";

interface HistoryOptions extends OutputOption, PageOptions {
  readonly application?: string;
  readonly stage?: string;
  readonly target?: string;
}

export function historyCommand(program: Command, run: Run): void {
  const command = program
    .command("history")
    .summary("list every state of a component")
    .description("list every state of a component, newest first; each can be restored from its snapshot")
    .argument("<component>", "its id")
    .option("--application <name>", "only states from deployments of this application")
    .option("--stage <name>", "only states from deployments to this stage")
    .option("--target <name>", "account and region, needed where the service has several and none is `default`");
  addPageOptions(command)
    .addOption(outputOption())
    .action((id: string, options: HistoryOptions) =>
      run(options.output, (session) => listHistory(session, id, options)),
    );
}

async function listHistory({ api, terminal }: Session, id: string, options: HistoryOptions): Promise<ExitCode> {
  const { output: _, ...query } = options;
  const params = { path: { componentId: id }, query: present(query) };
  const page = await unwrap(api.GET("/v1/components/{componentId}/history", { params }));
  terminal.answer(page, (paint) => historyLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

function historyLines(entries: readonly HistoryEntry[], paint: Paint): string[] {
  const rows = entries.map(({ digest, incomplete, takenAt, snapshot, made, activity }) => ({
    cells: [
      timeText(takenAt),
      digest ? digest.slice(0, SHORT_DIGEST_CHARACTERS) : paint("dim", "(gone)"),
      snapshot,
      `${made ? "made by" : "found by"} ${activity.id}`,
      activity.build ?? "",
      activity.commit ?? "",
      incomplete ? paint("yellow", `incomplete: ${incomplete}`) : "",
    ],
  }));
  return tableLines(["SEEN", "DIGEST", "SNAPSHOT", "ACTIVITY", "BUILD", "COMMIT", "NOTE"], rows, paint);
}
