import type { Command } from "commander";

/** The group of commands with this name. Commands that need no service and clients of one share a group: whoever comes first makes it. */
export function groupOf(program: Command, name: string, summary: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).summary(summary);
}
