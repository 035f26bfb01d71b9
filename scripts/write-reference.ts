/** Writes docs/reference: `npm run docs`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../test/support/root.ts";
import { referencePages } from "./reference/pages.ts";

for (const [name, text] of await referencePages()) await writeFile(join(ROOT, "docs/reference", name), text);
