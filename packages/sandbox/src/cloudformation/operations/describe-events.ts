import type { Shape } from "../../core/contract.ts";
import { defined, optionalText } from "../../core/shape.ts";
import type { Account, ChangeSet, FailedValidation, Stack, ValidationFailure } from "../model.ts";
import { validationError } from "../template/parse.ts";
import { changeSetAt } from "./change-sets.ts";
import { MISSING, stackAt } from "./find-stack.ts";
import { pageByToken } from "./input.ts";

/** The failures that were found before a deployment. Other events of operations are not modelled. */
export async function describeEvents(account: Account, input: Shape): Promise<Shape> {
  const { stack, validations } = validationsOf(account, input);
  const events = validations.flatMap((found) => found.failures.map((failure) => eventShape(stack, found, failure)));
  const { items, NextToken } = pageByToken(events, input);
  return defined({ OperationEvents: items, NextToken });
}

interface Validation extends Pick<FailedValidation, "operationId" | "failures"> {
  readonly operation: FailedValidation["operation"] | "CREATE_CHANGESET";
}

function validationsOf(
  account: Account,
  input: Shape,
): { readonly stack: Stack; readonly validations: readonly Validation[] } {
  if (optionalText(input, "ChangeSetName")) {
    const { stack, set } = changeSetAt(account, input);
    return { stack, validations: [validationOfSet(set)] };
  }
  const operationId = optionalText(input, "OperationId");
  const name = optionalText(input, "StackName");
  if (!name && !operationId) {
    throw validationError("One of ChangeSetName, OperationId or StackName must be specified");
  }
  const stacks = name ? [stackAt(account, name, MISSING.inBrackets).stack] : account.stacks;
  for (const stack of stacks) {
    const all = [...stack.changeSets.map(validationOfSet), ...stack.validations];
    const validations = all.filter((found) => operationId === undefined || found.operationId === operationId);
    if (name || validations.length > 0) return { stack, validations };
  }
  throw validationError(`Operation [${operationId}] does not exist`);
}

function validationOfSet({ id, validationFailures }: ChangeSet): Validation {
  const operationId = id.slice(id.lastIndexOf("/") + 1);
  return { operationId, operation: "CREATE_CHANGESET", failures: validationFailures };
}

function eventShape(stack: Stack, { operationId, operation }: Validation, failure: ValidationFailure): Shape {
  return {
    EventId: failure.id,
    StackId: stack.id,
    OperationId: operationId,
    OperationType: operation,
    EventType: "VALIDATION_ERROR",
    LogicalResourceId: failure.logicalId,
    PhysicalResourceId: "",
    ResourceType: failure.type,
    Timestamp: failure.timestamp,
    ValidationFailureMode: "FAIL",
    ValidationName: "PROPERTY_VALIDATION",
    ValidationStatus: "FAILED",
    ValidationStatusReason: failure.reason,
    ValidationPath: failure.path,
  };
}
