import type { Command } from "commander";
import type { Pin } from "#client/api-types";
import { unwrap } from "#client/connect";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { timeText } from "../format.ts";
import { addPageOptions, type OutputOption, outputOption, type PageOptions, present } from "../options.ts";
import type { Paint } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { tableLines } from "../table.ts";

interface ListOptions extends OutputOption, PageOptions {
  readonly application?: string;
  readonly stage?: string;
  readonly all?: true;
}

interface ClearOptions extends OutputOption {
  readonly reason: string;
}

export function pinsCommand(program: Command, run: Run): void {
  const pins = program.command("pins").summary("list rolled-back builds, or allow one again");
  const list = pins
    .command("list")
    .description("list the active pins, newest first")
    .option("--application <name>", "only those of this application")
    .option("--stage <name>", "only those of this stage")
    .option("--all", "include pins that are no longer active");
  addPageOptions(list)
    .addOption(outputOption())
    .action((options: ListOptions) => run(options.output, (session) => listPins(session, options)));
  pins
    .command("clear")
    .description("allow what a pin names to be deployed again")
    .argument("<pin>", "its id")
    .requiredOption("--reason <text>", "why; it is kept")
    .addOption(outputOption())
    .action((id: string, options: ClearOptions) => run(options.output, (session) => clearPin(session, id, options)));
}

async function listPins({ api, terminal }: Session, options: ListOptions): Promise<ExitCode> {
  const { output: _, all = false, ...filter } = options;
  const query = present({ ...filter, active: all ? undefined : ("true" as const) });
  const page = await unwrap(api.GET("/v1/pins", { params: { query } }));
  terminal.answer(page, (paint) => pinLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

async function clearPin({ api, terminal }: Session, id: string, { reason }: ClearOptions): Promise<ExitCode> {
  const pin = await unwrap(api.POST("/v1/pins/{id}/clear", { params: { path: { id } }, body: { reason } }));
  terminal.answer(pin, () => [`Pin ${id} is cleared.`]);
  return EXIT.done;
}

function pinLines(pins: readonly Pin[], paint: Paint): string[] {
  const rows = pins.map((pin) => ({
    cells: [
      pin.id,
      pin.active ? "holds" : paint("dim", pin.cleared ? "cleared" : "superseded"),
      pin.application,
      pin.stage,
      pin.builds.join(", "),
      pin.commits.join(", "),
      pin.rollback,
      timeText(pin.createdAt),
    ],
    below: pin.components.map(({ component, supersededBy }) => {
      const note = supersededBy ? paint("dim", `  deployed again by ${supersededBy}`) : "";
      return `    ${component}${note}`;
    }),
  }));
  return tableLines(["ID", "STATE", "APPLICATION", "STAGE", "BUILDS", "COMMITS", "ROLLBACK", "CREATED"], rows, paint);
}
