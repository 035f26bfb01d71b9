import type { Account, Blueprint, Output, Site } from "../model.ts";
import { conditionHolds, evaluate, type Scope } from "../template/evaluate.ts";
import { scalarText } from "../template/value.ts";
import { StackError } from "./scope.ts";

/** The outputs of a blueprint whose conditions hold. Throws StackError for an output that is not text. */
export function outputsOf(blueprint: Blueprint, scope: Scope): Output[] {
  const outputs = [...blueprint.template.outputs].filter(([, { condition }]) => conditionHolds(condition, scope));
  return outputs.map(([key, definition]) => {
    const value = scalarText(evaluate(definition.value, scope));
    if (value === undefined) {
      throw new StackError(
        `Template format error: Output ${key} is malformed. The Value field of every Outputs member must evaluate to a String.`,
      );
    }
    const exportName =
      definition.exportName === undefined ? undefined : scalarText(evaluate(definition.exportName, scope));
    return { key, value, description: definition.description, exportName };
  });
}

/**
 * Checks what the stack would export from now on: no export that another stack imports may be removed or changed, and
 * no name may be exported twice. Throws StackError. The check runs late, after the resources have changed, as with AWS.
 */
export function checkExports({ account, stack }: Site, outputs: readonly Output[]): void {
  for (const { exportName, value } of stack.outputs) {
    const user = exportName === undefined ? "" : importersOf(account, exportName).join(" and ");
    if (user === "") continue;
    const kept = outputs.find((output) => output.exportName === exportName);
    if (!kept) throw new StackError(`Export ${exportName} cannot be deleted as it is in use by ${user}`);
    if (kept.value !== value) throw new StackError(`Export ${exportName} cannot be updated as it is in use by ${user}`);
  }
  for (const { exportName } of outputs) {
    const holder = account.stacks.find(
      (other) =>
        other !== stack && exportName !== undefined && other.outputs.some((output) => output.exportName === exportName),
    );
    if (!holder) continue;
    throw new StackError(
      `Export with name ${exportName} is already exported by stack ${holder.name}. Rollback requested by user.`,
    );
  }
}

/** The names of the stacks that import an export. */
export function importersOf(account: Account, exportName: string): string[] {
  return account.stacks.filter(({ imports }) => imports.has(exportName)).map(({ name }) => name);
}
