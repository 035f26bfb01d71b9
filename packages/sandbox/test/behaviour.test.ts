import { readFileSync } from "node:fs";
import t from "tap";

/** Relative to the repository's root, where the tests run. */
const FILE = "packages/sandbox/BEHAVIOUR.md";
const MARK = /\[(recorded|seen|documented: [^\]]{4,}|assumed|ours)\]/g;
/** The last thing that a statement says. In a table it is followed by the end of the row. */
const MARKED = /\[(recorded|seen|documented: [^\]]{4,}|assumed|ours)\]( \|)?$/;
/** Looks like a mark; a link has its target behind it. */
const LIKE_A_MARK = /(?<![`\w])\[([a-z][^\]`]*)\](?!\()/g;

interface Statement {
  readonly section: string;
  readonly text: string;
}

/** The items of lists, each with its further lines, and the rows of tables, but not the table of marks and those of counts. */
function statementsOf(document: string): Statement[] {
  const found: { section: string; text: string }[] = [];
  let section = "";
  for (const line of document.split("\n")) {
    if (/^#+ /.test(line)) section = line.replace(/^#+ /, "");
    else if (/^- |^\| (?!---)/.test(line)) found.push({ section, text: line });
    else if (/^ {2}\S/.test(line) && found.length > 0) (found.at(-1) ?? { text: "" }).text += ` ${line.trim()}`;
  }
  return found.filter(({ section: at, text }) => !/^(Where each|Recordings of)/.test(at) && !/^\| type \|/.test(text));
}

const document = readFileSync(FILE, "utf8");

t.test("every statement says where it comes from", async (t) => {
  const statements = statementsOf(document);
  t.ok(statements.length > 120, `${statements.length} statements`);
  for (const { section, text } of statements) {
    if (!MARKED.test(text)) t.fail(`${section}: ${text}`);
  }
  t.notMatch(
    statementsOf("## Core\n\n- It does.\n  And so on.")[0]?.text,
    MARKED,
    "a statement without a mark is found",
  );
});

t.test("there are no other marks, and a document is named by its page", async (t) => {
  const others = [...document.matchAll(LIKE_A_MARK)].filter(([text]) => !text.match(MARK));
  t.same(
    others.map(([text]) => text),
    [],
  );
});

t.test("no statement stands there twice", async (t) => {
  const sentences = statementsOf(document).flatMap(({ text }) => text.replace(MARK, "").split(/(?<=\.) /));
  const long = sentences.map((sentence) => sentence.replace(/^- /, "").trim()).filter(({ length }) => length > 40);
  t.same(
    long.filter((sentence, index) => long.indexOf(sentence) !== index),
    [],
  );
});

t.test("how many statements rest on what", async (t) => {
  const kinds = [...document.matchAll(MARK)].map(([, kind = ""]) => kind.replace(/:.*/, ""));
  for (const kind of ["recorded", "seen", "documented", "assumed", "ours"]) {
    const count = kinds.filter((found) => found === kind).length;
    t.ok(count > 0);
    t.comment(`${kind}: ${count}`);
  }
});
