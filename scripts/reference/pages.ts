import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../test/support/root.ts";
import { type ApiDocument, apiPage } from "./api-page.ts";
import { commandsPage } from "./commands-page.ts";
import { errorsPage } from "./errors-page.ts";
import { readProgram } from "./program.ts";
import { settingsPage } from "./settings-page.ts";

/** The pages of docs/reference by file name, as their sources want them. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const api = JSON.parse(readFileSync(join(ROOT, "openapi/openapi.json"), "utf8")) as ApiDocument;
  return new Map([
    ["api.md", apiPage(api)],
    ["commands.md", commandsPage(await readProgram())],
    ["errors.md", errorsPage()],
    ["settings.md", settingsPage()],
  ]);
}
