import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ROOT } from "./support/root.ts";

/** How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has, from V1 to V17: 253. */
const BY_CHAPTER = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];

/** Requirements of level 3 stand between those of levels 1 and 2, so numbers may be left out, but none comes twice. */
const ROW = /^\| (V(\d+)\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (met|not applicable|not met) \| ([^|]+) \|$/;

const text = readFileSync(join(ROOT, "docs/asvs.md"), "utf8");
const lines = text.split("\n").filter((line) => line.startsWith("| V"));
const rows = lines.map((line) => ROW.exec(line) ?? []);

t.test("each requirement of levels 1 and 2 has one row, in its chapter", async (t) => {
  t.same(
    lines.filter((line) => !ROW.test(line)),
    [],
    "every row is whole",
  );
  const ids = rows.map(([, id]) => id);
  t.same(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
    "none is doubled",
  );
  const counts = BY_CHAPTER.map((_, index) => rows.filter(([, , chapter]) => chapter === String(index + 1)).length);
  t.same(counts, BY_CHAPTER);
});

t.test("a requirement that is met names a test that exists; the page counts the answers", async (t) => {
  for (const [, id, , , , answer, where = ""] of rows) {
    const test = /\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/.exec(where)?.[1];
    if (answer === "met") t.ok(test !== undefined && existsSync(join(ROOT, test)), `${id}: ${where}`);
    else t.ok(where.length > 10, `${id} says why`);
  }
  const count = (wanted: string) => rows.filter(([, , , , , answer]) => answer === wanted).length;
  t.match(
    text,
    `${count("met")} are met, ${count("not applicable")} not applicable, ${count("not met")} not\nmet`,
    "the first paragraph is right",
  );
});
