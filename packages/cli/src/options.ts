import { type Command, InvalidArgumentError, Option } from "commander";
import type { OutputForm } from "./terminal.ts";

export interface OutputOption {
  readonly output: OutputForm;
}

export function outputOption(): Option {
  return new Option("--output <form>", "json: exactly what the API answered")
    .choices(["json", "table"])
    .default("table");
}

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

export function addPageOptions(command: Command): Command {
  return command
    .addOption(new Option("--limit <n>", "rows on a page, at most 200 (50)").argParser(wholeNumber))
    .option("--cursor <cursor>", "the page after; stands below a page that has one");
}

export interface FilterOptions {
  readonly application?: string;
  readonly stage?: string;
  readonly branch?: string;
  readonly target?: string;
  readonly status?: "Draft" | "Queued" | "In Progress" | "Completed" | "Exception";
}

const STATUSES = ["Draft", "Queued", "In Progress", "Completed", "Exception"];

export function addFilterOptions(command: Command): Command {
  return command
    .option("--application <name>")
    .option("--stage <name>")
    .option("--branch <name>")
    .option("--target <name>")
    .addOption(new Option("--status <status>").choices(STATUSES));
}

/** Names one stage of an application. */
export interface StageOptions {
  readonly application: string;
  readonly stage: string;
}

export function addStageOptions(command: Command): Command {
  return command.requiredOption("--application <name>").requiredOption("--stage <name>");
}

/** For options that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** What a stack's failed rollback may skip, by the stack: `shop` none, `shop=Pay,Cart` these two. */
export type Continued = Readonly<Record<string, readonly string[]>>;

/** For `--continue-update-rollback`, which may be given more than once. */
export function collectContinued(value: string, before: Continued = {}): Continued {
  const [, stack = "", skipped] = /^([A-Za-z][A-Za-z0-9-]*)(?:=(.+))?$/.exec(value) ?? [];
  const skip = skipped === undefined ? [] : skipped.split(",").map((id) => id.trim());
  if (stack === "" || skip.includes("")) throw new InvalidArgumentError("Write STACK, or STACK=LogicalId,LogicalId.");
  if (stack in before) throw new InvalidArgumentError(`Name the stack ${stack} once, with all that is skipped.`);
  return { ...before, [stack]: skip };
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** The members that are there; an absent option is absent in the query and the body too. */
export function present<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}
