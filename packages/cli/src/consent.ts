import { Option } from "commander";
import { collect } from "./options.ts";

/** What a command may lose, as its options say it. */
export interface ConsentOptions {
  readonly allowLoss?: readonly string[];
  readonly allowDestructive?: true;
}

const ALL = "all";

export function allowLossOption(what: string): Option {
  return new Option("--allow-loss <id>", `${what}: ids that the plan names, or ${ALL} of them; repeatable`).argParser(
    collect,
  );
}

/** The earlier name of `--allow-loss all`. */
export function allowDestructiveOption(): Option {
  return new Option("--allow-destructive").hideHelp();
}

/** The API's `allowDestructive`; undefined where the options say nothing. */
export function consentOf({ allowLoss = [], allowDestructive }: ConsentOptions): true | string[] | undefined {
  if (allowDestructive || allowLoss.includes(ALL)) return true;
  return allowLoss.length > 0 ? [...new Set(allowLoss)] : undefined;
}
