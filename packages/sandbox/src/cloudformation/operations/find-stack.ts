import { AwsError } from "../../core/contract.ts";
import type { Account, Site, Stack } from "../model.ts";
import { validationError } from "../template/parse.ts";

/** AWS's pattern for stack names and ids. */
const STACK_NAME = /^([a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*)$/;

/** The stack with that id, or the one with that name that is not deleted; undefined if there is none. */
export function findStack(account: Account, nameOrId: string): Stack | undefined {
  return account.stacks.find(
    ({ id, name, status }) => id === nameOrId || (name === nameOrId && status !== "DELETE_COMPLETE"),
  );
}

/** How AWS says that a stack is missing, which depends on the operation. */
export const MISSING = {
  withId: (name: string) => `Stack with id ${name} does not exist`,
  inBrackets: (name: string) => `Stack [${name}] does not exist`,
  inQuotes: (name: string) => `Stack '${name}' does not exist`,
};

/** Throws ValidationError if there is no such stack. */
export function stackAt(account: Account, nameOrId: string, missing: (name: string) => string = MISSING.withId): Site {
  const stack = findStack(account, nameOrId);
  if (!stack) throw validationError(missing(nameOrId));
  return { account, stack };
}

/** AWS's limit for a name; an id is longer. */
const MAX_NAME_LENGTH = 128;

export function checkStackName(name: string): void {
  if (name.length > MAX_NAME_LENGTH && !name.startsWith("arn:")) {
    const limit = `Member must have length less than or equal to ${MAX_NAME_LENGTH}`;
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: ${limit}`,
    );
  }
  if (STACK_NAME.test(name)) return;
  const pattern = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*";
  throw validationError(
    `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: ${pattern}`,
  );
}

/** Throws ValidationError for a nested stack: some operations are only for the root, which passes them on. */
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

/** Throws ValidationError if the status does not allow an update. */
export function checkUpdatable({ id, status }: Stack): void {
  if (!UPDATABLE.includes(status)) throw validationError(`Stack:${id} is in ${status} state and can not be updated.`);
}

/** AWS's pattern and length limit for client request tokens. */
const TOKEN = /^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/;

/** Makes this the token that events carry from now on. Throws TokenAlreadyExistsException if it was used before. */
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
