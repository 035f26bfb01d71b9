import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** The operations that the sources below a folder send, by a command or page by page. */
export function commandsOf(folder: string): readonly string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const sources = files.map((name) => readFileSync(join(ROOT, folder, name), "utf8")).join("\n");
  const sent = sources.matchAll(/new sdk\.(\w+)Command|sdk\.paginate(\w+)/g);
  return [...new Set([...sent].map(([, command, paged]) => command ?? paged ?? ""))].sort();
}
