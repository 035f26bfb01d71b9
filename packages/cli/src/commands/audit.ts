import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { AuditRow } from "#client/api-types";
import { unwrap } from "#client/connect";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { timeText } from "../format.ts";
import { groupOf } from "../group.ts";
import { addPageOptions, type OutputOption, outputOption, type PageOptions, present } from "../options.ts";
import type { Paint } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { fieldLines, tableLines } from "../table.ts";

interface RecordFilter {
  readonly from?: string;
  readonly to?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly application?: string;
}

interface ExportOptions extends RecordFilter {
  readonly format: "ndjson" | "csv" | "ocsf";
  readonly proofs?: boolean;
}

export function auditCommand(program: Command, run: Run): void {
  const audit = groupOf(program, "audit", "read, export and check the audit");
  const list = audit.command("list").description("list who did what, newest first");
  addPageOptions(addRecordFilter(list))
    .addOption(outputOption())
    .action((options: OutputOption & PageOptions & RecordFilter) =>
      run(options.output, (session) => listRecords(session, options)),
    );
  const file = audit
    .command("export")
    .description("write the records into a file, oldest first; `-` is standard output");
  addRecordFilter(file)
    .argument("<file>", "it must not exist yet")
    .addOption(
      new Option("--format <format>", "ndjson can be checked by `audit verify`")
        .choices(["ndjson", "csv", "ocsf"])
        .default("ndjson"),
    )
    .option("--proofs", "each record with the proof that the signed log has it")
    .action((name: string, options: ExportOptions) => run("table", (session) => exportRecords(session, name, options)));
  audit
    .command("evidence")
    .description("write what shows how a rollback or a deployment went into a signed bundle")
    .argument("<id>", "dep_… or rbk_…, which has ended")
    .argument("<file>", "it must not exist yet; `-` is standard output")
    .action((id: string, name: string) => run("table", (session) => writeAnswer(session, evidencePath(id), name)));
  audit
    .command("checkpoint")
    .description("show the signed state of the log; keep it elsewhere with `--output json`")
    .addOption(outputOption())
    .action(({ output }: OutputOption) => run(output, showCheckpoint));
}

function addRecordFilter(command: Command): Command {
  return command
    .addOption(new Option("--from <time>", "from this day or time (RFC 3339) on").argParser(timeOf))
    .addOption(new Option("--to <time>", "before this day or time").argParser(timeOf))
    .option("--actor <subject>", "only by this one: token:tok_…, oidc:…, job:…, anonymous or system")
    .option("--action <name>", "only this operation of the API, or what a job did")
    .option("--subject <id>", "only what was done to this")
    .option("--application <name>", "only what concerns this application");
}

/** A day begins at midnight, UTC. */
function timeOf(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  if (Number.isNaN(Date.parse(time))) throw new InvalidArgumentError("Write 2026-11-30, or 2026-11-30T21:15:00Z.");
  return time;
}

async function listRecords(
  { api, terminal }: Session,
  { output: _, ...query }: OutputOption & PageOptions & RecordFilter,
): Promise<ExitCode> {
  const page = await unwrap(api.GET("/v1/audit", { params: { query: present(query) } }));
  terminal.answer(page, (paint) => recordLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

/** Whoever did it by their name, where that was not erased. */
function recordLines(rows: readonly AuditRow[], paint: Paint): string[] {
  const lines = rows.map(({ record, texts }) => {
    const name = texts.find(({ pointer }) => pointer === "/actor/name")?.value;
    const reason = texts.find(({ pointer }) => pointer === "/reason")?.value ?? "";
    const { seq, at, actor, action, subject, outcome, aws } = record;
    const what = [subject.id, subject.component ?? "", aws ? `${aws.service}:${aws.operation}` : ""];
    return { cells: [`${seq}`, timeText(at), name ?? actor.subject, action, ...what, outcome, reason] };
  });
  const headline = ["SEQ", "AT", "WHO", "ACTION", "SUBJECT", "COMPONENT", "AWS", "OUTCOME", "REASON"];
  return tableLines(headline, lines, paint);
}

function exportRecords(session: Session, name: string, { proofs, ...query }: ExportOptions): Promise<ExitCode> {
  const asked = new URLSearchParams({ ...present(query), ...(proofs ? { proofs: "1" } : {}) });
  return writeAnswer(session, `/v1/audit/export?${asked}`, name);
}

function evidencePath(id: string): string {
  const [prefix] = id.split("_");
  if (prefix === "dep") return `/v1/deployments/${encodeURIComponent(id)}/evidence`;
  if (prefix === "rbk") return `/v1/rollbacks/${encodeURIComponent(id)}/evidence`;
  throw new CliError(EXIT.usage, `Evidence is of a deployment (dep_…) or a rollback (rbk_…), not of ${id}.`);
}

/** Streams an answer into a file that only its owner may read. What broke off in the middle is removed. */
async function writeAnswer(
  { transfer, terminal, interrupted }: Session,
  path: string,
  name: string,
): Promise<ExitCode> {
  const bytes = await transfer.read(path);
  if (name === "-") {
    for await (const chunk of bytes) terminal.io.stdout.write(chunk as Buffer);
    return EXIT.done;
  }
  let isOurs = false;
  const file = createWriteStream(name, { flags: "wx", mode: 0o600 });
  file.once("open", () => {
    isOurs = true;
  });
  try {
    await pipeline(bytes, file, { signal: interrupted });
  } catch (error) {
    if (isOurs) await rm(name, { force: true });
    if ((error as { code?: unknown }).code === "EEXIST") throw new CliError(EXIT.usage, `${name} is there already.`);
    throw error;
  }
  terminal.note(`Written to ${name}.`);
  return EXIT.done;
}

async function showCheckpoint({ api, terminal }: Session): Promise<ExitCode> {
  const published = await unwrap(api.GET("/v1/audit/checkpoint"));
  const { log, seq, hash, merkleRoot, at, keyId } = published.checkpoint;
  terminal.answer(published, (paint) =>
    fieldLines(
      [
        ...([
          ["Log", log],
          ["Records", `${seq}`],
          ["Last hash", hash],
          ["Merkle root", merkleRoot],
        ] as const),
        ...([
          ["Signed", timeText(at)],
          ["Key", keyId],
        ] as const),
      ],
      paint,
    ),
  );
  return EXIT.done;
}
