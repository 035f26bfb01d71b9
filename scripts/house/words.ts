import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { OLD_SENTENCES, OLD_WORDS, type OldWord } from "./old-words.ts";
import { isGenerated, lineOf, parse, pathsBelow, workspaces } from "./source-files.ts";

interface Token {
  readonly kind: "name" | "comment" | "text";
  readonly text: string;
  /** Of its first character. */
  readonly line: number;
}

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly word: string;
  readonly say: string;
  readonly found: string;
}

/** Papers that are not in the repository, by line. */
export interface Citations {
  /** `(N13)`, `(F8, N1)`. */
  readonly requirements: readonly number[];
  /** `facts E4`, one for each section. */
  readonly facts: readonly { readonly section: string; readonly line: number }[];
}

/** A block, or lines that follow each other: a sentence may go over several of them. */
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*(?:\n\s*\/\/.*)*/g;
/** S3 is the service. */
const REQUIREMENT = /\((?!S3\))[EFINPS]\d{1,2}(,\s*[EFINPS]\d{1,2})*\)/g;
const FACTS = /\bfacts\s+([A-Z]\d{0,2}(?:,\s*[A-Z]\d{0,2})*)\b/g;

/** Names, comments and strings of a TypeScript file. The decoration of block comments becomes spaces, so offsets stay. */
export function tokensOf(ast: ts.SourceFile): Token[] {
  const tokens: Token[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const children = node.getChildren(ast);
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    const trivia = ast.text.slice(node.pos, node.getStart(ast));
    for (const { 0: comment, index } of trivia.matchAll(COMMENT))
      tokens.push({ kind: "comment", text: plain(comment), line: lineOf(ast, node.pos + index) });
    const line = lineOf(ast, node.getStart(ast));
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) tokens.push({ kind: "name", text: node.text, line });
    else if (isText(node)) tokens.push({ kind: "text", text: node.getText(ast), line });
  };
  visit(ast);
  return tokens;
}

/** What an import is from is left out: the file that it names is itself checked. */
function isText(node: ts.Node): boolean {
  if (ts.isStringLiteral(node)) return !ts.isImportDeclaration(node.parent) && !ts.isExportDeclaration(node.parent);
  return ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

function plain(comment: string): string {
  const blank = (found: string) => found.replace(/[^\n]/g, " ");
  return comment.replace(/^\/[*/]+|\*+\/$/g, blank).replace(/\n\s*(\*(?=\s)|\/\/)/g, blank);
}

/** The prose of a Markdown file, and the names in its `code`. */
export function tokensOfMarkdown(text: string): Token[] {
  const names = text.split("\n").flatMap((content, index) => {
    const spans = content.match(/`[^`]+`/g) ?? [];
    const found = spans.flatMap((code) => code.match(/[A-Za-z][\w-]*/g) ?? []);
    return found.map((name): Token => ({ kind: "name", text: name, line: index + 1 }));
  });
  return [{ kind: "text", text: text.replace(/`[^`\n]+`/g, "`"), line: 1 }, ...names];
}

/** `lookedUpValues`, `looked-up-values.ts` and `LOOKED_UP_VALUES` as `looked up values`. */
export function asWords(name: string): string {
  const spaced = name
    .replace(/\.ts$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2");
  return spaced
    .replace(/[-_#.]/g, " ")
    .trim()
    .toLowerCase();
}

export function oldWordsIn(file: string, tokens: readonly Token[], words: readonly OldWord[] = OLD_WORDS): Finding[] {
  const valid = words.filter(({ except }) => !except?.test(file));
  const fileName: Token = { kind: "name", text: basename(file), line: 1 };
  return [fileName, ...tokens].flatMap((token) =>
    valid.flatMap((rule): Finding[] => {
      if (token.kind !== "name") return matchesIn(file, token, rule);
      const hit = rule.name?.test(token.text) || rule.name?.test(asWords(token.text));
      return hit ? [{ file, line: token.line, word: rule.word, say: rule.say, found: token.text }] : [];
    }),
  );
}

export function oldSentencesIn(
  file: string,
  tokens: readonly Token[],
  rules: readonly OldWord[] = OLD_SENTENCES,
): Finding[] {
  return tokens
    .filter(({ kind }) => kind === "comment")
    .flatMap((token) =>
      sentencesOf(token).flatMap((sentence) => rules.flatMap((rule) => matchesIn(file, sentence, rule))),
    );
}

function sentencesOf({ kind, text, line }: Token): Token[] {
  return [...text.matchAll(/[^\s.][\s\S]*?(?:[.!?](?=\s)|$)/g)].map(({ 0: sentence, index }) => ({
    kind,
    text: sentence,
    line: line + breaksIn(text.slice(0, index)),
  }));
}

function matchesIn(file: string, { text, line }: Token, { word, say, text: pattern }: OldWord): Finding[] {
  if (!pattern) return [];
  const anySpace = new RegExp(pattern.source.replaceAll(" ", "\\s+"), `${pattern.flags}gs`);
  return [...text.matchAll(anySpace)].map(({ 0: found, index }) => {
    return { file, line: line + breaksIn(text.slice(0, index)), word, say, found: found.replace(/\s+/g, " ") };
  });
}

function breaksIn(text: string): number {
  return text.split("\n").length - 1;
}

export function citationsIn(tokens: readonly Token[]): Citations {
  const prose = tokens.filter(({ kind }) => kind !== "name");
  const all = (pattern: RegExp) =>
    prose.flatMap(({ text, line }) =>
      [...text.matchAll(pattern)].map((match) => ({ match, line: line + breaksIn(text.slice(0, match.index)) })),
    );
  return {
    requirements: all(REQUIREMENT).flatMap(({ match, line }) => match[0].split(",").map(() => line)),
    facts: all(FACTS).flatMap(({ match, line }) =>
      (match[1] ?? "").split(/,\s*/).map((section) => ({ section, line })),
    ),
  };
}

/** The sections of `docs/aws-facts.md`: ids of headings, and of the items of numbered lists below them. Null without the file. */
export function factSections(root: string): Set<string> | null {
  const path = join(root, "docs/aws-facts.md");
  if (!existsSync(path)) return null;
  let heading = "";
  const sections = readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      heading = /^#+ ([A-Z]\d{0,2})\b/.exec(line)?.[1] ?? heading;
      return [heading, `${heading}${/^(\d+)\. /.exec(line)?.[1] ?? ""}`];
    });
  return new Set(sections);
}

/** Every old word and old sentence in what people read. The changelog and the decisions may keep history. */
export function findOldWords(root: string): Finding[] {
  const folders = ["src", "test", "bench", ...workspaces(root)];
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const code = folders
    .flatMap((folder) => pathsBelow(root, folder, ".ts"))
    .flatMap((path) => {
      const { ast } = parse(path, read(path));
      if (isGenerated(ast)) return [];
      const tokens = tokensOf(ast);
      return [...oldWordsIn(path, tokens), ...oldSentencesIn(path, tokens)];
    });
  const papers = [...pathsBelow(root, "docs", ".md"), ...folders.flatMap((folder) => pathsBelow(root, folder, ".md"))];
  const own = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"].filter((path) =>
    existsSync(join(root, path)),
  );
  const markdown = [...own, ...papers].filter((path) => !path.startsWith("docs/decisions/"));
  return [...code, ...markdown.flatMap((path) => oldWordsIn(path, tokensOfMarkdown(read(path))))];
}
