import type { Command } from "commander";
import type { Key, KeyRotation } from "#client/api-types";
import { unwrap } from "#client/connect";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { timeText } from "../format.ts";
import { addPageOptions, type OutputOption, outputOption, type PageOptions, present } from "../options.ts";
import type { Paint } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { fieldLines, tableLines } from "../table.ts";

export function keysCommand(program: Command, run: Run): void {
  const keys = program.command("keys").summary("list the keys that seal the backups, or rotate the master key");
  const list = keys.command("list").description("list the keys, what wraps each, and whether the recovery key does");
  addPageOptions(list)
    .addOption(outputOption())
    .action((options: OutputOption & PageOptions) => run(options.output, (session) => listKeys(session, options)));
  keys
    .command("rotate")
    .description("wrap every key by a new version of the master key, or by the one that the settings name now")
    .addOption(outputOption())
    .action(({ output }: OutputOption) => run(output, rotateKeys));
  const rotations = keys.command("rotations").description("list the rotations, newest first, with who asked for them");
  addPageOptions(rotations)
    .addOption(outputOption())
    .action((options: OutputOption & PageOptions) => run(options.output, (session) => listRotations(session, options)));
}

async function listKeys({ api, terminal }: Session, { output: _, ...query }: OutputOption & PageOptions) {
  const page = await unwrap(api.GET("/v1/keys", { params: { query: present(query) } }));
  terminal.answer(page, (paint) => keyLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

async function rotateKeys({ api, terminal }: Session): Promise<ExitCode> {
  const rotation = await unwrap(api.POST("/v1/keys/rotations"));
  terminal.answer(rotation, (paint) => [
    ...fieldLines(
      [
        ["Rotation", rotation.id],
        ["Status", rotation.status],
      ],
      paint,
    ),
    "See how far it is with `stepback keys rotations`. When it is completed, keep a new copy of the master key file.",
  ]);
  return EXIT.done;
}

async function listRotations({ api, terminal }: Session, { output: _, ...query }: OutputOption & PageOptions) {
  const page = await unwrap(api.GET("/v1/keys/rotations", { params: { query: present(query) } }));
  terminal.answer(page, (paint) => rotationLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

function keyLines(keys: readonly Key[], paint: Paint): string[] {
  const rows = keys.map(({ id, purpose, scope, period, master, recovery, current }) => ({
    cells: [id, purpose, scope, period ?? "lasts", master, recovery ?? "none", current ? "yes" : "no: rotate"],
  }));
  return tableLines(["ID", "PURPOSE", "SCOPE", "MONTH", "WRAPPED BY", "RECOVERY KEY", "CURRENT"], rows, paint);
}

function rotationLines(rotations: readonly KeyRotation[], paint: Paint): string[] {
  const rows = rotations.map(({ id, status, master, keys, skipped, requestedBy, requestedAt, error }) => ({
    cells: [id, error ?? status, master ?? "", `${keys}`, `${skipped}`, requestedBy, timeText(requestedAt)],
  }));
  return tableLines(["ID", "STATUS", "WRAPPED BY", "KEYS", "LOST", "REQUESTED BY", "REQUESTED"], rows, paint);
}
