import type { Starter } from "#cli/cli";
import { demoCommand } from "./demo.ts";
import { sandboxCommand } from "./sandbox.ts";
import { serveCommand } from "./serve.ts";

/** The commands that start something, in the order of the help. */
export const STARTERS: readonly Starter[] = [serveCommand, sandboxCommand, demoCommand];
