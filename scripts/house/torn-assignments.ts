import ts from "typescript";
import { lineOf } from "./source-files.ts";

/**
 * The lines of assignments that read their target before an `await` and write it afterwards: `x ??= await f()`,
 * `x += await f()`, `x = x + (await f())`. What others wrote meanwhile is lost.
 */
export function tornAssignments(ast: ts.SourceFile): number[] {
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && isTorn(ast, node)) lines.push(lineOf(ast, node.getStart(ast)));
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return lines;
}

function isTorn(ast: ts.SourceFile, { left, operatorToken, right }: ts.BinaryExpression): boolean {
  const { kind } = operatorToken;
  if (kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment) return false;
  const awaited = firstAwait(right);
  if (!awaited) return false;
  return kind !== ts.SyntaxKind.EqualsToken || readsBefore(ast, { target: left.getText(ast), right, awaited });
}

/** Null where only a nested function waits. */
function firstAwait(node: ts.Node): ts.Node | null {
  if (ts.isAwaitExpression(node)) return node;
  if (ts.isFunctionLike(node)) return null;
  return ts.forEachChild(node, (child) => firstAwait(child) ?? undefined) ?? null;
}

interface Assigned {
  readonly target: string;
  readonly right: ts.Node;
  readonly awaited: ts.Node;
}

/** Whether the target stands, as a whole expression, in front of the first `await`. */
function readsBefore(ast: ts.SourceFile, { target, right, awaited }: Assigned): boolean {
  const isRead = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node) || node.getStart(ast) >= awaited.getStart(ast)) return false;
    if (ts.isExpression(node) && node.getText(ast) === target) return true;
    return ts.forEachChild(node, (child) => isRead(child) || undefined) ?? false;
  };
  return isRead(right);
}
