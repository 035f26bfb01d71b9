import { Variables } from "#src/config";
import type { Schema } from "./json-schema.ts";
import { code, page, table } from "./markdown.ts";

/** docs/reference/settings.md */
export function settingsPage(): string {
  const settings: Readonly<Record<string, Schema>> = Variables.properties;
  const rows = Object.entries(settings).map(([name, { default: fallback, description = "" }]) => [
    code(name),
    fallback === undefined ? "–" : code(String(fallback)),
    description,
  ]);
  return page("Settings", "the schema in `src/config.ts`", [
    "`stepback serve` reads these variables when it starts. There is no settings file, except for the targets. An empty variable counts as not set. A fault in",
    "any of them keeps the service from starting (exit code 253), and the message lists all faults at once.",
    "",
    ...table(["variable", "default", "means"], rows),
    "",
    "The AWS SDK reads its own variables: `AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL` and others. The variables of the commands that are clients of the",
    "service are in [commands.md](commands.md#environment).",
  ]);
}
