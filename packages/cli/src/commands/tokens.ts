import { type Command, InvalidArgumentError, Option } from "commander";
import { type Grant, grantRoleValues, type Token } from "#client/api-types";
import { unwrap } from "#client/connect";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { personText, timeText } from "../format.ts";
import { addPageOptions, collect, type OutputOption, outputOption, type PageOptions, present } from "../options.ts";
import type { Paint } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { fieldLines, tableLines } from "../table.ts";

interface CreateOptions extends OutputOption {
  readonly role: Grant["role"];
  readonly application?: string[];
  readonly stage?: string[];
  readonly target?: string[];
  readonly stack?: string[];
  readonly function?: string[];
  readonly expires?: string | null;
}

export function tokensCommand(program: Command, run: Run): void {
  const tokens = program.command("tokens").summary("make, list or revoke what people and pipelines log in with");
  tokens
    .command("create")
    .description("make a token; it is printed once, here")
    .argument("<name>", "whose it is: a person, or a pipeline")
    .addOption(new Option("--role <role>", "what it may do").choices(grantRoleValues).makeOptionMandatory())
    .option("--application <pattern>", "only there; repeatable, `*` stands for any run of characters", collect)
    .option("--stage <pattern>", "only there; repeatable", collect)
    .option("--target <pattern>", "only there; repeatable", collect)
    .option("--stack <pattern>", "only these stacks; repeatable", collect)
    .option("--function <pattern>", "only these functions; repeatable", collect)
    .addOption(new Option("--expires <day>", "as 2027-01-31, UTC, or `never` (in 90 days)").argParser(parseEnd))
    .addOption(outputOption())
    .action((name: string, options: CreateOptions) =>
      run(options.output, (session) => createToken(session, name, options)),
    );
  const list = tokens.command("list").description("list the tokens, newest first, with the revoked ones");
  addPageOptions(list)
    .addOption(outputOption())
    .action((options: OutputOption & PageOptions) => run(options.output, (session) => listTokens(session, options)));
  tokens
    .command("revoke")
    .description("revoke a token; its open streams end within seconds")
    .argument("<token>", "its id, tok_…")
    .addOption(outputOption())
    .action((id: string, { output }: OutputOption) => run(output, (session) => revokeToken(session, id)));
}

async function createToken({ api, terminal }: Session, name: string, options: CreateOptions): Promise<ExitCode> {
  const { role, application, stage, target, stack, function: functions, expires } = options;
  const reach = { applications: application, stages: stage, targets: target, stacks: stack, functions };
  const life = expires === undefined ? {} : { expiresAt: expires };
  const made = await unwrap(api.POST("/v1/tokens", { body: { name, role, ...present(reach), ...life } }));
  terminal.answer(made, (paint) => [
    ...fieldLines(
      [
        ["Token", made.token],
        ["Id", made.id],
        ["May", made.grants.map(grantText).join("; ")],
        ["Expires", made.expiresAt ? timeText(made.expiresAt) : "never"],
      ],
      paint,
    ),
    "It is not shown again: keep it where the pipeline's secrets are.",
  ]);
  return EXIT.done;
}

async function listTokens({ api, terminal }: Session, { output: _, ...query }: OutputOption & PageOptions) {
  const page = await unwrap(api.GET("/v1/tokens", { params: { query: present(query) } }));
  terminal.answer(page, (paint) => tokenLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

async function revokeToken({ api, terminal }: Session, id: string): Promise<ExitCode> {
  const token = await unwrap(api.DELETE("/v1/tokens/{id}", { params: { path: { id } } }));
  terminal.answer(token, () => [`The token ${token.name} (${id}) opens nothing any more.`]);
  return EXIT.done;
}

function tokenLines(tokens: readonly Token[], paint: Paint): string[] {
  const rows = tokens.map((token) => ({
    cells: [
      token.id,
      token.name,
      token.revokedAt ? paint("dim", "revoked") : token.grants.map(grantText).join("; "),
      token.lastUsedAt ? timeText(token.lastUsedAt) : "never",
      token.expiresAt ? timeText(token.expiresAt) : "never",
      token.createdBy === null ? "the settings" : personText(token.createdBy),
    ],
  }));
  return tableLines(["ID", "NAME", "MAY", "LAST USED", "EXPIRES", "CREATED BY"], rows, paint);
}

/** `ci in shop/prod*, stacks shop-*`; what holds everywhere is left out. */
function grantText({ role, applications, stages, targets, stacks, functions }: Grant): string {
  const isAny = (patterns: readonly string[]) => patterns.includes("*");
  const places = isAny(applications) && isAny(stages) ? [] : [`in ${applications.join("|")}/${stages.join("|")}`];
  const narrowed = Object.entries({ targets, stacks, functions }).filter(([, patterns]) => !isAny(patterns));
  return [`${role} ${places.join("")}`.trim(), ...narrowed.map(([what, names]) => `${what} ${names.join("|")}`)].join(
    ", ",
  );
}

/** The start of a day in UTC; null for never. */
function parseEnd(text: string): string | null {
  if (text === "never") return null;
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError("Write a day as 2027-01-31, or never.");
  return `${text}T00:00:00Z`;
}
