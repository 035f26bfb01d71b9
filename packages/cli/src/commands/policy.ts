import { readFile } from "node:fs/promises";
import { addAbortSignal, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { answered, type Policy, type PolicyRequest } from "../api.ts";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { changeLines, timeText } from "../format.ts";
import { addStageOptions, type OutputOption, outputOption, type StageOptions } from "../options.ts";
import type { Paint } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { fieldLines } from "../table.ts";

type PolicyOptions = OutputOption & StageOptions;

const STDIN = "-";

export function policyCommand(program: Command, run: Run): void {
  const policy = program.command("policy").summary("what a stage asks of those who deploy to it and roll it back");
  addStageOptions(policy.command("show").description("show the policy of a stage"))
    .addOption(outputOption())
    .action((options: PolicyOptions) => run(options.output, (session) => showPolicy(session, options)));
  addStageOptions(policy.command("set").description("set the whole policy: what is left out gets its default"))
    .argument("<file>", "JSON as `policy show --output json` prints it, or - for what comes in")
    .addOption(outputOption())
    .action((file: string, options: PolicyOptions) =>
      run(options.output, (session) => setPolicy(session, file, options)),
    );
}

async function showPolicy({ api, terminal }: Session, { application, stage }: StageOptions): Promise<ExitCode> {
  const policy = await answered(api.GET(PATH, { params: { path: { application, stage } } }));
  terminal.answer(policy, (paint) => policyLines(policy, paint));
  return EXIT.done;
}

async function setPolicy(session: Session, file: string, { application, stage }: StageOptions): Promise<ExitCode> {
  const { api, terminal } = session;
  const body = await readPolicy(session, file);
  const params = { path: { application, stage } };
  const before = await answered(api.GET(PATH, { params }));
  const after = await answered(api.PUT(PATH, { params, body }));
  terminal.answer(after, (paint) => [
    `The policy of ${application}/${stage} is set.`,
    ...changedLines(before, after, paint),
  ]);
  return EXIT.done;
}

const PATH = "/v1/applications/{application}/stages/{stage}/policy";
const MEMBERS = ["pins", "requireReason", "secretKeys", "shownKeys"] as const;

/** What it says is for the API to judge, which names all faults at once. Who set a policy when is not for anybody to set. */
async function readPolicy(session: Session, file: string): Promise<PolicyRequest> {
  const content = parsed(await read(session, file), file);
  if (typeof content !== "object" || content === null || Array.isArray(content)) return content as PolicyRequest;
  const { updatedAt: _at, updatedBy: _by, ...policy } = content as Partial<Policy>;
  return policy;
}

async function read({ terminal, interrupted }: Session, file: string): Promise<string> {
  if (file === STDIN) return text(addAbortSignal(interrupted, Readable.from(terminal.io.stdin)));
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new CliError(EXIT.usage, `${file} cannot be read.`);
  }
}

function parsed(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new CliError(EXIT.usage, `${file === STDIN ? "What came in" : file} is not JSON.`);
  }
}

function changedLines(before: Policy, after: Policy, paint: Paint): string[] {
  const changes = MEMBERS.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).map(
    (name) => ({ path: `/${name}`, before: before[name], deployed: after[name] }),
  );
  return changes.length > 0 ? changeLines(changes, paint) : ["It says what it said before."];
}

function policyLines(
  { pins, requireReason, secretKeys, shownKeys, updatedAt, updatedBy }: Policy,
  paint: Paint,
): string[] {
  return fieldLines(
    [
      ["pins", pins],
      ["requireReason", String(requireReason)],
      ["secretKeys", secretKeys.join(", ") || "none"],
      ["shownKeys", shownKeys.join(", ") || "none"],
      ["set", updatedAt ? `${timeText(updatedAt)} by ${updatedBy}` : "by nobody: these are the defaults"],
    ],
    paint,
  );
}
