import { AwsError } from "../../core/contract.ts";
import type { Account, Site, Stack } from "../model.ts";
import { validationError } from "../template/parse.ts";

/** AWS's pattern for what names a stack. */
const STACK_NAME = /^([a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*)$/;

/** The stack of that id, or the one of that name that is not deleted; undefined where there is none. */
export function findStack(account: Account, nameOrId: string): Stack | undefined {
  return account.stacks.find(
    ({ id, name, status }) => id === nameOrId || (name === nameOrId && status !== "DELETE_COMPLETE"),
  );
}

/** How AWS words that a stack is missing; that depends on the operation. */
export const MISSING = {
  withId: (name: string) => `Stack with id ${name} does not exist`,
  inBrackets: (name: string) => `Stack [${name}] does not exist`,
  inQuotes: (name: string) => `Stack '${name}' does not exist`,
};

/** Throws ValidationError where there is no such stack. */
export function stackAt(account: Account, nameOrId: string, missing: (name: string) => string = MISSING.withId): Site {
  const stack = findStack(account, nameOrId);
  if (!stack) throw validationError(missing(nameOrId));
  return { account, stack };
}

export function checkStackName(name: string): void {
  if (STACK_NAME.test(name)) return;
  const pattern = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*";
  throw validationError(
    `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: ${pattern}`,
  );
}

/** Throws ValidationError for a nested stack: some operations are for the root alone, which carries them down. */
export function refuseNested({ id, parent }: Stack, operation: string): void {
  if (parent) throw validationError(`${operation} cannot be invoked on child stacks: [${id}] is a nested stack`);
}

const UPDATABLE = [
  "CREATE_COMPLETE",
  "CREATE_FAILED",
  "UPDATE_COMPLETE",
  "UPDATE_FAILED",
  "UPDATE_ROLLBACK_COMPLETE",
  "IMPORT_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
];

/** Throws ValidationError in any status that takes no update. */
export function checkUpdatable({ id, status }: Stack): void {
  if (!UPDATABLE.includes(status)) throw validationError(`Stack:${id} is in ${status} state and can not be updated.`);
}

/** AWS's pattern and limit for client request tokens. */
const TOKEN = /^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/;

/** Makes the token the one that events carry from now on. Throws TokenAlreadyExistsException for one that was used. */
export function useToken(stack: Stack, token: string | undefined): void {
  if (token !== undefined) {
    if (!TOKEN.test(token))
      throw validationError(`Value '${token}' at 'clientRequestToken' failed to satisfy constraint`);
    if (stack.tokens.has(token)) {
      throw new AwsError("TokenAlreadyExistsException", `Token ${token} was already used for stack ${stack.id}`, 400);
    }
    stack.tokens.add(token);
  }
  stack.currentToken = token;
}
