import ts from "typescript";
import {
  type Import,
  importsOf,
  lineOf,
  type Project,
  resolveImport,
  type SourceFile,
  visitAll,
} from "./source-files.ts";

export interface FunctionLength {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** Syntax that gives up what the compiler knows, or that guesses where a total function should answer. */
export interface Escapes {
  /** `x as T` but not `as const`, `<T>x`, and `x!`. */
  readonly casts: number;
  readonly any: number;
  /** `parse…(x)?.member ?? "…"`, by line. */
  readonly guesses: readonly number[];
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly names: Import["names"];
}

/**
 * Every function, method, accessor and constructor with a block as its body, arrows with a block included. The lines are
 * those from the opening brace to the closing one, both counted. A nested function counts by itself and within the outer one.
 */
export function functionsOf(ast: ts.SourceFile): FunctionLength[] {
  const found: FunctionLength[] = [];
  visitAll(ast, (node) => {
    const body = ts.isFunctionLike(node) && "body" in node ? node.body : undefined;
    if (!body || !ts.isBlock(body)) return;
    const [first, last] = [lineOf(ast, body.getStart(ast)), lineOf(ast, body.end - 1)];
    found.push({ name: nameOf(node), line: lineOf(ast, node.getStart(ast)), lines: last - first + 1 });
  });
  return found;
}

function nameOf(node: ts.Node): string {
  if (ts.isConstructorDeclaration(node)) return `${nameOf(node.parent)}.constructor`;
  const { name } = node as ts.Node & { name?: ts.Node };
  if (name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteralLike(name))) return name.text;
  if (ts.isSourceFile(node)) return "top level";
  const outer = nameOf(node.parent);
  return ts.isFunctionLike(node) && !isNamedBy(node.parent)
    ? `callback in ${outer.replace(/^callback in /, "")}`
    : outer;
}

function isNamedBy(parent: ts.Node): boolean {
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
}

/** `Map.groupBy`, which Node 20 does not have. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function escapesOf(ast: ts.SourceFile): Escapes {
  let [casts, any] = [0, 0];
  const guesses: number[] = [];
  visitAll(ast, (node) => {
    if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node))
      casts += ts.isConstTypeReference(node.type) ? 0 : 1;
    if (ts.isNonNullExpression(node)) casts += 1;
    if (node.kind === ts.SyntaxKind.AnyKeyword) any += 1;
    if (isGuess(node)) guesses.push(lineOf(ast, node.getStart(ast)));
  });
  return { casts, any, guesses };
}

function isGuess(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken) return false;
  const { left, right } = node;
  if (!ts.isStringLiteralLike(right) || !ts.isPropertyAccessExpression(left) || !left.questionDotToken) return false;
  return ts.isCallExpression(left.expression) && /(^|\.)parse\w*$/.test(left.expression.expression.getText());
}

export function edgesOf({ importers }: Pick<Project, "importers">): Edge[] {
  const paths = new Set(importers.map(({ path }) => path));
  return importers.flatMap(({ path, ast }) =>
    importsOf(ast).flatMap(({ specifier, names }) => {
      const to = resolveImport(path, specifier, (candidate) => paths.has(candidate));
      return to ? [{ from: path, to, names }] : [];
    }),
  );
}

/** Strongly connected components of more than one file, by Tarjan. */
export function circlesOf(edges: readonly Pick<Edge, "from" | "to">[]): string[][] {
  const next = groupBy(edges, ({ from }) => from);
  const index = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const own = index.size;
    index.set(file, own);
    open.push(file);
    let lowest = own;
    for (const { to } of next.get(file) ?? []) {
      if (!index.has(to)) lowest = Math.min(lowest, visit(to));
      else if (open.includes(to)) lowest = Math.min(lowest, index.get(to) ?? own);
    }
    if (lowest === own) {
      const members = open.splice(open.indexOf(file));
      if (members.length > 1) circles.push(members.sort());
    }
    return lowest;
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return circles.sort((one, other) => other.length - one.length || String(one).localeCompare(String(other)));
}

/** Names that a file defines and exports where it defines them; `export { x }` only passes on. */
export function exportsOf(ast: ts.SourceFile): { name: string; line: number }[] {
  return ast.statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    return declared.flatMap((node) => {
      const name = ts.getNameOfDeclaration(node as ts.Declaration);
      return name && ts.isIdentifier(name) ? [{ name: name.text, line: lineOf(ast, node.getStart(ast)) }] : [];
    });
  });
}

export function unusedExports(
  files: readonly SourceFile[],
  edges: readonly Edge[],
): { file: string; name: string; line: number }[] {
  const uses = groupBy(edges, ({ to }) => to);
  return files.flatMap(({ path, ast }) =>
    exportsOf(ast)
      .filter(({ name }) => !uses.get(path)?.some(({ names }) => names === "all" || names.includes(name)))
      .map((found) => ({ file: path, ...found })),
  );
}

/** Exported names that two or more files of one package define. `src/sandbox` and `src/cli` count as packages. */
export function doubleNames(files: readonly SourceFile[]): { name: string; files: string[] }[] {
  const all = files.flatMap(({ path, ast }) =>
    exportsOf(ast).map(({ name }) => ({ name, path, key: `${packageOf(path)} ${name}` })),
  );
  return [...groupBy(all, ({ key }) => key).values()]
    .map((found) => ({ name: found[0]?.name ?? "", files: [...new Set(found.map(({ path }) => path))] }))
    .filter((found) => found.files.length > 1)
    .sort((one, other) => one.name.localeCompare(other.name));
}

function packageOf(path: string): string {
  return /^packages\/\w+|^src\/(sandbox|cli)(?=\/)/.exec(path)?.[0].replace(/.*\//, "") ?? "service";
}
