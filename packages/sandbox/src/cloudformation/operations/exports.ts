import type { Shape } from "../../core/contract.ts";
import { defined } from "../../core/shape.ts";
import { importersOf } from "../engine/outputs.ts";
import type { Account } from "../model.ts";
import { validationError } from "../template/parse.ts";
import { pageByToken, requiredText } from "./input.ts";

export async function listExports(account: Account, input: Shape): Promise<Shape> {
  const exports = account.stacks.flatMap(({ id, outputs }) =>
    outputs.flatMap(({ exportName, value }) =>
      exportName === undefined ? [] : [{ ExportingStackId: id, Name: exportName, Value: value }],
    ),
  );
  const { items, NextToken } = pageByToken(exports, input);
  return defined({ Exports: [...items], NextToken });
}

export async function listImports(account: Account, input: Shape): Promise<Shape> {
  const name = requiredText(input, "ExportName");
  const importers = importersOf(account, name);
  if (importers.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`);
  const { items, NextToken } = pageByToken(importers, input);
  return defined({ Imports: [...items], NextToken });
}
