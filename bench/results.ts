import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../test/support/root.ts";

const FILE = join(ROOT, "bench/RESULTS.md");

const HEAD = `# Results

What the benchmarks measured the last time that somebody ran them. Each writes its own section; ratios count, and times are those of one machine.
`;

/** Prints what a benchmark measured, and puts it in place of what its section of RESULTS.md said. */
export async function writeResult(name: string, lines: readonly string[]): Promise<void> {
  for (const line of lines) console.log(line);
  const known = await readFile(FILE, "utf8").catch(() => HEAD);
  const [head = HEAD, ...sections] = known.split(/^(?=## )/m);
  const others = sections.filter((section) => !section.startsWith(`## ${name}\n`)).map((section) => section.trimEnd());
  const own = [`## ${name}`, "", ...lines.map((line) => `- ${line}`)].join("\n");
  const body = [...others, own].toSorted().join("\n\n");
  await writeFile(FILE, `${head.trimEnd()}\n\n${body}\n`);
}
