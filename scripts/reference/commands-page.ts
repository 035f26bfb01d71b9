import type { Argument, Command, Option } from "commander";
import { capitalised, code, page, slugOf, table } from "./markdown.ts";

/** A command that runs something, with the names of its parents. */
export interface RunnableCommand {
  /** `pins list` */
  readonly name: string;
  readonly command: Command;
}

/** All commands but those that only hold others. */
export function commandsOf(program: Command, parents: readonly string[] = []): RunnableCommand[] {
  return program.commands.flatMap((command) => {
    const names = [...parents, command.name()];
    return command.commands.length > 0 ? commandsOf(command, names) : [{ name: names.join(" "), command }];
  });
}

const INTRODUCTION = [
  "From a clone, `npm run build` and then `node dist/main.js` run the same program. `stepback COMMAND --help` prints what this page says of a command.",
  "",
  "Answers go to standard output, everything else to standard error. `--output json` prints exactly what the API answered. What stands in parentheses below",
  "is used where an option is missing: a value, or the variables in which GitHub Actions and GitLab CI say it.",
];

/** docs/reference/commands.md */
export function commandsPage(program: Command): string {
  const commands = commandsOf(program);
  const { exitCodes, variables } = readHelpTail(program);
  const rows = commands.map(({ name, command }) => [
    `[${code(`stepback ${name}`)}](#${slugOf(`stepback ${name}`)})`,
    summaryOf(command),
  ]);
  return page("Commands", "the command line itself (`packages/cli` and `src/commands`)", [
    ...INTRODUCTION,
    "",
    ...table(["command", "does"], rows),
    "",
    "## Exit codes",
    "",
    ...table(["code", "means"], exitCodes),
    "",
    "`stepback deploy` exits with the code of its command once that was started, and with one of these otherwise.",
    "",
    "## Environment",
    "",
    "For the commands that are clients of the service. `stepback serve` reads [the settings of the service](settings.md).",
    "",
    ...table(["variable", "means"], variables),
    "",
    ...commands.flatMap(commandLines),
  ]);
}

function summaryOf(command: Command): string {
  return capitalised(command.summary() || command.description());
}

function commandLines({ name, command }: RunnableCommand): string[] {
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)];
  return [
    `## stepback ${name}`,
    "",
    `${capitalised(command.description())}`.replace(/\.?$/, "."),
    "",
    "```",
    `stepback ${name} ${command.usage()}`,
    "```",
    "",
    ...(rows.length > 0 ? [...table(["option", "default", "means"], rows), ""] : []),
  ];
}

function argumentRow(argument: Argument): string[] {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  const shown = argument.required ? `<${name}>` : `[${name}]`;
  return [code(shown), argument.required ? "required" : "", argument.description];
}

function optionRow(option: Option): string[] {
  const choices = option.argChoices ? `one of ${option.argChoices.map(code).join(", ")}` : "";
  return [code(option.flags), defaultText(option), [option.description, choices].filter(Boolean).join("; ")];
}

function defaultText({ mandatory, defaultValue, defaultValueDescription }: Option): string {
  if (mandatory) return "required";
  if (defaultValueDescription) return defaultValueDescription;
  return typeof defaultValue === "string" ? code(defaultValue) : "";
}

/** The help ends with the exit codes and the variables; the page shows the same words. */
function readHelpTail(program: Command): { exitCodes: string[][]; variables: string[][] } {
  const written: string[] = [];
  program.configureOutput({ writeOut: (text) => written.push(text) });
  program.outputHelp();
  const [, codes = "", variables = ""] =
    /Exit codes:\n([\s\S]*?)\n\nEnvironment:\n([\s\S]*)/.exec(written.join("")) ?? [];
  const pair = (text: string) => /^\s*(\S+)\s+(.*\S)\s*$/.exec(text)?.slice(1) ?? [];
  return {
    exitCodes: codes.split(/ · |\n/).map(pair),
    variables: variables
      .trim()
      .split("\n")
      .map(pair)
      .map(([name = "", means = ""]) => [code(name), means]),
  };
}
