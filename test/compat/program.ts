import type { Command, Option } from "commander";

/** What callers of the CLI rely on in one command. */
export interface CommandContract {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly arguments: readonly object[];
  readonly options: readonly OptionContract[];
  readonly commands: readonly CommandContract[];
}

export interface OptionContract {
  readonly flags: string;
  /** Whether the option takes a value; `none` for a switch. */
  readonly value: "required" | "optional" | "none";
  readonly variadic: boolean;
  readonly mandatory: boolean;
  readonly negated: boolean;
  readonly default: unknown;
  readonly choices: readonly string[] | null;
}

export function describeCommand(command: Command): CommandContract {
  return {
    name: command.name(),
    aliases: command.aliases(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      variadic: argument.variadic,
      default: argument.defaultValue ?? null,
      choices: argument.argChoices ?? null,
    })),
    options: command.options.map(describeOption),
    commands: command.commands.map(describeCommand),
  };
}

function describeOption(option: Option): OptionContract {
  return {
    flags: option.flags,
    value: option.required ? "required" : option.optional ? "optional" : "none",
    variadic: option.variadic,
    mandatory: option.mandatory,
    negated: option.negate,
    default: option.defaultValue ?? null,
    // Their order is the one of the help text.
    choices: option.argChoices ? [...option.argChoices].sort() : null,
  };
}

/** The part of commander's `Command` that is replaced for a moment. */
interface CommandClass {
  readonly prototype: { parseAsync(this: Command): Promise<Command> };
}

/**
 * Describes the program that a main module runs. Importing such a module parses the arguments of the process, so
 * `parseAsync` is replaced meanwhile by one that only keeps the command. `Command` must be the class that the module uses.
 */
export async function catchProgram(
  Command: CommandClass,
  importMain: () => Promise<unknown>,
): Promise<CommandContract> {
  const { parseAsync } = Command.prototype;
  let caught: Command | null = null;
  Command.prototype.parseAsync = async function () {
    caught = this;
    return this;
  };
  await importMain();
  Command.prototype.parseAsync = parseAsync;
  if (!caught) throw new Error("the module has run no program");
  return describeCommand(caught);
}
