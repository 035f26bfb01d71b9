import type { Starter } from "#cli/cli";
import { auditVerifyCommand } from "./audit-verify.ts";
import { dataCommand } from "./data.ts";
import { demoCommand } from "./demo.ts";
import { sandboxCommand } from "./sandbox.ts";
import { serveCommand } from "./serve.ts";

/** The commands that start something or need no service, in the order of the help. */
export const STARTERS: readonly Starter[] = [
  serveCommand,
  sandboxCommand,
  demoCommand,
  auditVerifyCommand,
  dataCommand,
];
