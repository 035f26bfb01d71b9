import { type Command, Option } from "commander";
import { type LogLine, logLineLevelValues } from "#client/api-types";
import { followLog, readLog } from "#client/log";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { logLineText } from "../format.ts";
import { type OutputOption, outputOption, parseWholeNumber, present } from "../options.ts";
import type { Run, Session } from "../session.ts";

interface LogOptions extends OutputOption {
  readonly follow?: true;
  readonly component?: string;
  readonly level?: LogLine["level"];
  readonly after: number;
  readonly limit?: number;
}

export function logsCommand(program: Command, run: Run): void {
  program
    .command("logs")
    .summary("show or follow a job's log")
    .description("show the log of a deployment or a rollback")
    .argument("<id>", "dep_… or rbk_…")
    .option(
      "-f, --follow",
      "follow until the job has ended, across dropped connections; JSON has one line per log line",
    )
    .option("--component <id>", "only lines about this component")
    .addOption(new Option("--level <level>", "only lines of this level").choices(logLineLevelValues))
    .addOption(new Option("--after <seq>", "only lines after this number").argParser(parseWholeNumber).default(0))
    .addOption(new Option("--limit <n>", "lines per page, at most 200; not with --follow").argParser(parseWholeNumber))
    .addOption(outputOption())
    .action((id: string, options: LogOptions) =>
      run(options.output, (session) => (options.follow ? follow(session, id, options) : show(session, id, options))),
    );
}

async function show({ api, terminal }: Session, id: string, options: LogOptions): Promise<ExitCode> {
  const { output: _, follow: __, after, ...query } = options;
  const page = await readLog(api, id, { after, ...present(query) });
  terminal.answer(page, (paint) => page.items.map((line) => logLineText(line, paint)));
  terminal.noteNextPage(page.next && `--after ${page.items.at(-1)?.seq}`);
  return EXIT.done;
}

async function follow({ api, terminal, interrupted }: Session, id: string, options: LogOptions): Promise<ExitCode> {
  const { after, component, level } = options;
  const query = { after, ...present({ component, level }) };
  for await (const line of followLog(api, id, query, interrupted)) {
    if (terminal.form === "json") terminal.printJson(line);
    else terminal.print([logLineText(line, terminal.paint)]);
  }
  return EXIT.done;
}
