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
  "In a clone, `npm run build` and then `node dist/main.js` run this program. `--help` after a command prints what this page says about it.",
  "",
  "Answers go to standard output, everything else to standard error. `--output json` prints exactly what the API answered. Where the default is the name of a",
  "variable of GitHub Actions or GitLab CI, its value is used if the option is missing.",
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
    "Once `stepback deploy` has started its command, it exits with the command's own code.",
    "",
    "## Environment",
    "",
    "The commands that are clients of the service read these variables; `stepback serve` reads [others](settings.md).",
    "",
    ...table(["variable", "means"], [...variables, [code("NO_COLOR"), "any value but an empty one turns colours off"]]),
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

/** The help names a default, or the variables that give one, in parentheses at the end: `rows per page (50)`. */
const DEFAULT_IN_PARENTHESES = /^(.*?)\s*\(([^()]*)\)$/s;

function optionRow(option: Option): string[] {
  const [, text = option.description, named = ""] = DEFAULT_IN_PARENTHESES.exec(option.description) ?? [];
  const choices = option.argChoices ? `one of ${option.argChoices.map(code).join(", ")}` : "";
  const means = [text, choices].filter(Boolean).join("; ");
  return [code(option.flags), defaultText(option) || named.split(", ").filter(Boolean).map(code).join(", "), means];
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
