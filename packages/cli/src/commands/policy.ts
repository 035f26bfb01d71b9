import { readFile } from "node:fs/promises";
import { addAbortSignal, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import type { operations, StagePolicy } from "#client/api-types";
import { unwrap } from "#client/connect";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { changeLines, personText, timeText } from "../format.ts";
import { addStageOptions, type OutputOption, outputOption, type StageOptions } from "../options.ts";
import type { Paint } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { fieldLines } from "../table.ts";

type PolicyRequest = NonNullable<operations["putStagePolicy"]["requestBody"]>["content"]["application/json"];

type PolicyOptions = OutputOption & StageOptions;

const STDIN = "-";

export function policyCommand(program: Command, run: Run): void {
  const policy = program.command("policy").summary("show or set what a stage requires of deploys and rollbacks");
  addStageOptions(policy.command("show").description("show the policy of a stage"))
    .addOption(outputOption())
    .action((options: PolicyOptions) => run(options.output, (session) => showPolicy(session, options)));
  addStageOptions(policy.command("set").description("set the whole policy; members left out get their defaults"))
    .argument("<file>", "JSON as `policy show --output json` prints it; - reads standard input")
    .addOption(outputOption())
    .action((file: string, options: PolicyOptions) =>
      run(options.output, (session) => setPolicy(session, file, options)),
    );
}

async function showPolicy({ api, terminal }: Session, { application, stage }: StageOptions): Promise<ExitCode> {
  const policy = await unwrap(api.GET(PATH, { params: { path: { application, stage } } }));
  terminal.answer(policy, (paint) => policyLines(policy, paint));
  return EXIT.done;
}

async function setPolicy(session: Session, file: string, { application, stage }: StageOptions): Promise<ExitCode> {
  const { api, terminal } = session;
  const body = await readPolicy(session, file);
  const params = { path: { application, stage } };
  const before = await unwrap(api.GET(PATH, { params }));
  const after = await unwrap(api.PUT(PATH, { params, body }));
  terminal.answer(after, (paint) => [
    `The policy of ${application}/${stage} is set.`,
    ...changedLines(before, after, paint),
  ]);
  return EXIT.done;
}

const PATH = "/v1/applications/{application}/stages/{stage}/policy";
const MEMBERS = [
  "pins",
  "binding",
  "approvals",
  "emergency",
  "autoRollback",
  "requireReason",
  "askForTold",
  "secretKeys",
  "shownKeys",
] as const;

/** The API judges the content and names all faults at once. Who last set the policy, and when, cannot be set. */
async function readPolicy(session: Session, file: string): Promise<PolicyRequest> {
  const content = parsed(await read(session, file), file);
  if (typeof content !== "object" || content === null || Array.isArray(content)) return content as PolicyRequest;
  const { updatedAt: _at, updatedBy: _by, ...policy } = content as Partial<StagePolicy>;
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
    throw new CliError(EXIT.usage, `${file === STDIN ? "Standard input" : file} is not JSON.`);
  }
}

function changedLines(before: StagePolicy, after: StagePolicy, paint: Paint): string[] {
  const changes = MEMBERS.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).map(
    (name) => ({ path: `/${name}`, before: before[name], deployed: after[name] }),
  );
  return changes.length > 0 ? changeLines(changes, paint) : ["Nothing has changed."];
}

function policyLines(
  {
    pins,
    binding,
    approvals,
    emergency,
    autoRollback,
    requireReason,
    askForTold,
    secretKeys,
    shownKeys,
    updatedAt,
    updatedBy,
  }: StagePolicy,
  paint: Paint,
): string[] {
  return fieldLines(
    [
      ["pins", pins],
      ["binding", binding && [binding.target, ...binding.stacks, ...binding.functions].join(", ")],
      ["approvals", approvals.required > 0 ? `${approvals.required}, for ${approvals.validForMinutes} minutes` : null],
      ["emergency", emergency.roles.join(", ") || null],
      ["autoRollback", autoRollback ? "true" : null],
      ["requireReason", String(requireReason)],
      ["askForTold", String(askForTold)],
      ["secretKeys", secretKeys.join(", ") || "none"],
      ["shownKeys", shownKeys.join(", ") || "none"],
      [
        "set",
        updatedAt ? `${timeText(updatedAt)} by ${personText(updatedBy ?? "")}` : "by nobody: these are the defaults",
      ],
    ],
    paint,
  );
}
