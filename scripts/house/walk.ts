import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { type Project, resolveImport } from "./source-files.ts";

/** Where a walk begins: the parameter `name` of the function `of` in `file`. */
export interface WalkStart {
  readonly file: string;
  readonly of: string;
  readonly name: string;
}

export interface Walk {
  /** File and function, in the order in which the value comes to them. */
  readonly trip: readonly { readonly file: string; readonly of: string }[];
  /** Changes of file, the first file included. */
  readonly stops: number;
  /** Different files. */
  readonly rooms: number;
  /** Moves to a file on a higher layer. */
  readonly climbs: number;
}

/** All of a value comes from the start, or only some of an object's members do. */
type Origin = true | ReadonlyMap<string, Origin>;
type Body = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

/** From the lowest; those in one row are on one layer. What is in no row is above all of them. */
const LAYERS = [
  ["domain"],
  ["store", "aws", "artifacts"],
  ["kinds"],
  ["planner"],
  ["jobs"],
  ["services"],
  ["plugins"],
  ["routes"],
];

/**
 * Follows a parameter through the calls that get it, or a member of it, as an argument or as a member of an argument: depth
 * first, in source order, into each function once. `wide` also follows what a function returns of it, the elements of its
 * lists in `for … of`, and callbacks of their methods. Where a call goes through an interface or a table, the walk does not follow.
 */
export function walkFrom(project: Project, start: WalkStart, wide: boolean): Walk {
  const program = programOf(project);
  const walker = new Walker(program, wide);
  const source = program.getSourceFile(join(project.root, start.file));
  const first = source?.statements.find((one) => ts.isFunctionDeclaration(one) && one.name?.text === start.of);
  const parameter =
    (first as Body | undefined)?.parameters.findIndex(({ name }) => name.getText() === start.name) ?? -1;
  if (!first || parameter < 0)
    throw new Error(`${start.file} has no function ${start.of} with a parameter ${start.name}`);
  const origins = Array<Origin | undefined>(parameter + 1)
    .fill(undefined)
    .with(parameter, true);
  const trip = walker.enter(first as Body, origins);
  return measured(
    trip.map((body) => ({ file: relative(project.root, body.getSourceFile().fileName), of: nameOf(body) })),
  );
}

export function measured(trip: Walk["trip"]): Walk {
  const files = trip.map(({ file }) => file).filter((file, index, all) => file !== all[index - 1]);
  const climbs = files.filter((file, index) => layerOf(file) > layerOf(files[index - 1] ?? file)).length;
  return { trip, stops: files.length, rooms: new Set(files).size, climbs };
}

function layerOf(file: string): number {
  const row = LAYERS.findIndex((folders) => folders.some((folder) => file.startsWith(`src/${folder}/`)));
  return row < 0 ? LAYERS.length : row;
}

/** Packages stay unresolved: only the project's own functions are followed, and the compiler has a tenth of the work. */
function programOf({ root, files }: Project): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    types: [],
  };
  const host = ts.createCompilerHost({ ...options, allowImportingTsExtensions: true });
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const path = resolveImport(relative(root, from), text, (candidate) => existsSync(join(root, candidate)));
      return {
        resolvedModule: path?.endsWith(".ts") ? { resolvedFileName: join(root, path), extension: ".ts" } : undefined,
      };
    });
  return ts.createProgram(
    files.map(({ path }) => join(root, path)),
    { ...options, allowImportingTsExtensions: true, noEmit: true },
    host,
  );
}

class Walker {
  readonly #checker: ts.TypeChecker;
  readonly #wide: boolean;
  readonly #origins = new Map<ts.Symbol, Origin>();
  readonly #results = new Map<ts.Node, Origin | undefined>();
  readonly #trip: Body[] = [];

  constructor(program: ts.Program, wide: boolean) {
    this.#checker = program.getTypeChecker();
    this.#wide = wide;
  }

  enter(body: Body, origins: readonly (Origin | undefined)[]): readonly Body[] {
    this.#trip.push(body);
    body.parameters.forEach(({ name, dotDotDotToken }, index) => {
      this.#bind(name, dotDotDotToken ? origins.slice(index).find(Boolean) : origins[index]);
    });
    this.#visit(body.body);
    if (this.#wide) this.#results.set(body, this.#returned(body));
    return this.#trip;
  }

  #bind(name: ts.BindingName, origin: Origin | undefined): void {
    if (!origin) return;
    if (ts.isIdentifier(name)) {
      const symbol = this.#checker.getSymbolAtLocation(name);
      if (symbol) this.#origins.set(symbol, origin);
      return;
    }
    for (const element of name.elements) {
      if (!ts.isBindingElement(element)) continue;
      const member = element.propertyName ?? element.name;
      const isWhole = element.dotDotDotToken || ts.isArrayBindingPattern(name);
      this.#bind(element.name, isWhole ? origin : memberOf(origin, member.getText()));
    }
  }

  #visit(node: ts.Node): void {
    if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer) && this.#wide) {
      this.#visit(node.expression);
      for (const { name } of node.initializer.declarations) this.#bind(name, this.#originOf(node.expression));
    }
    if (ts.isCallExpression(node)) this.#call(node);
    else ts.forEachChild(node, (child) => this.#visit(child));
    if (ts.isVariableDeclaration(node) && node.initializer) this.#bind(node.name, this.#originOf(node.initializer));
  }

  #call(node: ts.CallExpression): void {
    this.#visit(node.expression);
    const receiver = ts.isPropertyAccessExpression(node.expression)
      ? this.#originOf(node.expression.expression)
      : undefined;
    for (const argument of node.arguments) {
      const isCallback = this.#wide && (ts.isArrowFunction(argument) || ts.isFunctionExpression(argument));
      if (isCallback && receiver) for (const { name } of argument.parameters) this.#bind(name, receiver);
      this.#visit(argument);
    }
    const origins = node.arguments.map((argument) => this.#originOf(argument));
    const body = this.#bodyOf(node.expression);
    if (body && origins.some(Boolean) && !this.#trip.includes(body)) this.enter(body, origins);
    if (this.#wide) this.#results.set(node, body ? this.#results.get(body) : receiver);
  }

  /** The project's function that is called, where it is known before the program runs. */
  #bodyOf(callee: ts.Expression): Body | undefined {
    const symbol = this.#checker.getSymbolAtLocation(ts.isPropertyAccessExpression(callee) ? callee.name : callee);
    const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    const declared = target?.valueDeclaration;
    const isNamed = declared && (ts.isVariableDeclaration(declared) || ts.isPropertyAssignment(declared));
    const found = isNamed ? declared.initializer : declared;
    const isOwn = found && ts.isFunctionLike(found) && !found.getSourceFile().isDeclarationFile;
    return isOwn && "body" in found && found.body ? (found as Body) : undefined;
  }

  #originOf(node: ts.Expression): Origin | undefined {
    if (ts.isIdentifier(node)) {
      const symbol = this.#checker.getSymbolAtLocation(node);
      return symbol && this.#origins.get(symbol);
    }
    if (ts.isPropertyAccessExpression(node)) return memberOf(this.#originOf(node.expression), node.name.text);
    if (ts.isElementAccessExpression(node)) return this.#originOf(node.expression);
    if (ts.isObjectLiteralExpression(node)) return this.#membersOf(node);
    if (ts.isCallExpression(node)) return this.#results.get(node);
    return this.#first(partsOf(node));
  }

  #membersOf(node: ts.ObjectLiteralExpression): Origin | undefined {
    const members = new Map<string, Origin>();
    for (const property of node.properties) {
      const origin = this.#originOfProperty(property);
      if (origin === true && ts.isSpreadAssignment(property)) return true;
      if (origin && property.name) members.set(property.name.getText(), origin);
      else if (origin && origin !== true) for (const [name, of] of origin) members.set(name, of);
    }
    return members.size > 0 ? members : undefined;
  }

  #originOfProperty(property: ts.ObjectLiteralElementLike): Origin | undefined {
    if (ts.isPropertyAssignment(property)) return this.#originOf(property.initializer);
    if (ts.isSpreadAssignment(property)) return this.#originOf(property.expression);
    const symbol = this.#checker.getShorthandAssignmentValueSymbol(property);
    return symbol && this.#origins.get(symbol);
  }

  #returned({ body }: Body): Origin | undefined {
    if (ts.isExpression(body)) return this.#originOf(body);
    const found: ts.Expression[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isReturnStatement(node) && node.expression) found.push(node.expression);
      if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
    };
    visit(body);
    return this.#first(found);
  }

  #first(nodes: readonly ts.Expression[]): Origin | undefined {
    for (const node of nodes) {
      const origin = this.#originOf(node);
      if (origin) return origin;
    }
    return undefined;
  }
}

/** Expressions whose value may be that of the whole. */
function partsOf(node: ts.Node): readonly ts.Expression[] {
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse];
  if (ts.isBinaryExpression(node)) return isChoice(node) ? [node.left, node.right] : [];
  if (ts.isArrayLiteralExpression(node)) return node.elements;
  const isWrapped = ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node) || ts.isSpreadElement(node);
  if (isWrapped || ts.isNonNullExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return [node.expression];
  return [];
}

function isChoice({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  const choices = [
    ts.SyntaxKind.QuestionQuestionToken,
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.AmpersandAmpersandToken,
  ];
  return choices.some((choice) => choice === kind);
}

function memberOf(origin: Origin | undefined, name: string): Origin | undefined {
  return origin === true ? true : origin?.get(name);
}

function nameOf(body: Body): string {
  const { parent } = body;
  const named =
    body.name ?? (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name : undefined);
  return named?.getText() ?? "anonymous";
}
