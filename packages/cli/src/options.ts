import { type Command, InvalidArgumentError, Option } from "commander";
import { type Activity, activityStatusValues } from "#client/api-types";
import type { OutputForm } from "./terminal.ts";

export interface OutputOption {
  readonly output: OutputForm;
}

export function outputOption(): Option {
  return new Option("--output <form>", "json: exactly the API's answer").choices(["json", "table"]).default("table");
}

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

export function addPageOptions(command: Command): Command {
  return command
    .addOption(new Option("--limit <n>", "rows per page, at most 200 (50)").argParser(parseWholeNumber))
    .option("--cursor <cursor>", "the next page; printed below each page that has one");
}

export interface FilterOptions {
  readonly application?: string;
  readonly stage?: string;
  readonly branch?: string;
  readonly target?: string;
  readonly status?: Activity["status"];
}

export function addFilterOptions(command: Command): Command {
  return command
    .option("--application <name>", "only those of this application")
    .option("--stage <name>", "only those of this stage")
    .option("--branch <name>", "only those of this branch")
    .option("--target <name>", "only those of this account and region, by their name in the service's settings")
    .addOption(new Option("--status <status>", "only those with this status").choices(activityStatusValues));
}

/** Names one stage of an application. */
export interface StageOptions {
  readonly application: string;
  readonly stage: string;
}

export function addStageOptions(command: Command): Command {
  return command
    .requiredOption("--application <name>", "the application that the stage belongs to")
    .requiredOption("--stage <name>", "the stage, as the deployments name it");
}

/** For options that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** What a stack's failed rollback may skip, by stack: `shop` skips nothing, `shop=Pay,Cart` skips these two. */
export type Continued = Readonly<Record<string, readonly string[]>>;

/** For `--continue-update-rollback`, which may be given more than once. */
export function collectContinued(value: string, before: Continued = {}): Continued {
  const [, stack = "", skipped] = /^([A-Za-z][A-Za-z0-9-]*)(?:=(.+))?$/.exec(value) ?? [];
  const skip = skipped === undefined ? [] : skipped.split(",").map((id) => id.trim());
  if (stack === "" || skip.includes("")) throw new InvalidArgumentError("Write STACK, or STACK=LogicalId,LogicalId.");
  if (stack in before)
    throw new InvalidArgumentError(`Name the stack ${stack} once, with everything that it may skip.`);
  return { ...before, [stack]: skip };
}

export function parseWholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** The members that are defined: an absent option is absent from the query and the body too. */
export function present<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}
