import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import ts from "typescript";

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly ast: ts.SourceFile;
}

export interface Import {
  readonly specifier: string;
  /** The other file's names for what is imported; `all` where the module is imported as one object. */
  readonly names: readonly string[] | "all";
}

export interface Project {
  readonly root: string;
  /** What is counted: `src` and the sources of the workspaces, without generated files. */
  readonly files: readonly SourceFile[];
  /** Everything that may import the files: the files themselves, generated ones, tests, scripts and benchmarks. */
  readonly importers: readonly SourceFile[];
}

const GENERATED = /^\/\/ Generated .*Do not edit/;

export function readProject(root: string): Project {
  const sources = ["src", ...workspaces(root).map((folder) => `${folder}/src`)];
  const others = ["test", "scripts", "bench", ...workspaces(root).map((folder) => `${folder}/test`)];
  const read = (path: string) => parse(path, readFileSync(join(root, path), "utf8"));
  const own = sources.flatMap((folder) => pathsBelow(root, folder, ".ts")).map(read);
  const files = own.filter(({ ast }) => !isGenerated(ast));
  return { root, files, importers: [...own, ...others.flatMap((folder) => pathsBelow(root, folder, ".ts")).map(read)] };
}

export function parse(path: string, text: string): SourceFile {
  return { path, ast: ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true) };
}

export function isGenerated(ast: ts.SourceFile): boolean {
  return GENERATED.test(ast.text);
}

export function pathsBelow(root: string, folder: string, suffix: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(suffix) && !/(^|\/)(node_modules|dist)\//.test(name))
    .map((name) => join(folder, name))
    .sort();
}

export function workspaces(root: string): string[] {
  if (!existsSync(join(root, "packages"))) return [];
  return readdirSync(join(root, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `packages/${name}`)
    .sort();
}

export function lineOf(ast: ts.SourceFile, position: number): number {
  return ast.getLineAndCharacterOfPosition(position).line + 1;
}

export function visitAll(node: ts.Node, visitor: (node: ts.Node) => void): void {
  visitor(node);
  ts.forEachChild(node, (child) => visitAll(child, visitor));
}

/** Relative paths, and the subpath imports `#src/x` and `#<workspace>/x`. Null for what is no file of the repository. */
export function resolveImport(from: string, specifier: string, exists: (path: string) => boolean): string | null {
  const [, room, rest] = /^#(\w+)\/(.+)$/.exec(specifier) ?? [];
  if (!room && !specifier.startsWith(".")) return null;
  const below = room === "src" ? "src" : `packages/${room}/src`;
  const path = room ? `${below}/${rest}` : normalize(join(dirname(from), specifier));
  return [path, `${path}.ts`, path.replace(/\.js$/, ".ts"), `${path}/index.ts`].find(exists) ?? null;
}

/** Every import of a file: statements, re-exports, `import()` and `import("…").Type`; those of types alone included. */
export function importsOf(ast: ts.SourceFile): Import[] {
  const found: Import[] = [];
  visitAll(ast, (node) => {
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ specifier: specifier.text, names: namesOf(node) });
  });
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  const isImportCall = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImportCall ? node.arguments[0] : undefined;
}

function namesOf(node: ts.Node): Import["names"] {
  if (ts.isImportTypeNode(node))
    return node.qualifier && ts.isIdentifier(node.qualifier) ? [node.qualifier.text] : "all";
  if (ts.isImportDeclaration(node)) {
    const bindings = node.importClause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) return "all";
    return bindings?.elements.map((one) => (one.propertyName ?? one.name).text) ?? [];
  }
  if (ts.isExportDeclaration(node) && node.exportClause && ts.isNamedExports(node.exportClause))
    return node.exportClause.elements.map((one) => (one.propertyName ?? one.name).text);
  return "all";
}
