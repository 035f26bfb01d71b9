import type { Shape } from "../../core/contract.ts";
import { defined, optionalText } from "../../core/shape.ts";
import type { Account, ChangeSet, Stack, ValidationFailure } from "../model.ts";
import { validationError } from "../template/parse.ts";
import { changeSetAt } from "./change-sets.ts";
import { MISSING, stackAt } from "./find-stack.ts";
import { pageByToken } from "./input.ts";

/** The failures of a change set, or of all sets of a stack. Other events of operations are not modelled. */
export async function describeEvents(account: Account, input: Shape): Promise<Shape> {
  const { stack, sets } = setsOf(account, input);
  const events = sets.flatMap((set) => set.validationFailures.map((failure) => eventShape(stack, set, failure)));
  const { items, NextToken } = pageByToken(events, input);
  return defined({ OperationEvents: items, NextToken });
}

function setsOf(account: Account, input: Shape): { stack: Stack; sets: readonly ChangeSet[] } {
  if (optionalText(input, "ChangeSetName")) {
    const { stack, set } = changeSetAt(account, input);
    return { stack, sets: [set] };
  }
  const name = optionalText(input, "StackName");
  if (!name) throw validationError("One of ChangeSetName, OperationId or StackName must be specified");
  const { stack } = stackAt(account, name, MISSING.inBrackets);
  return { stack, sets: stack.changeSets };
}

function eventShape(stack: Stack, set: ChangeSet, failure: ValidationFailure): Shape {
  return {
    EventId: failure.id,
    StackId: stack.id,
    OperationId: set.id.slice(set.id.lastIndexOf("/") + 1),
    OperationType: "CREATE_CHANGESET",
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
