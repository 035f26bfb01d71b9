import type { Shape } from "../../core/contract.ts";
import { optionalText } from "../../core/shape.ts";
import { inBackground } from "../engine/background.ts";
import { setStackStatus } from "../engine/events.ts";
import { rollBackCreation } from "../engine/failure.ts";
import { rollBackUpdate } from "../engine/rollback.ts";
import type { Account, Stack } from "../model.ts";
import { validationError } from "../template/parse.ts";
import { MISSING, stackAt, useToken } from "./find-stack.ts";
import { optionalTextList, requiredText } from "./input.ts";

/** Stops an update between two resources and takes back what it did. */
export async function cancelUpdateStack(account: Account, input: Shape): Promise<Shape> {
  const { stack } = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  if (stack.status !== "UPDATE_IN_PROGRESS") {
    throw validationError("CancelUpdateStack cannot be called from current stack status");
  }
  const token = optionalText(input, "ClientRequestToken");
  if (token !== undefined) useToken(stack, token);
  stack.cancelled = "update";
  return {};
}

/** Tries a failed rollback again. Skipped resources stay as they are, and from then on disagree with the template. */
export async function continueUpdateRollback(account: Account, input: Shape): Promise<Shape> {
  const site = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  const { stack } = site;
  if (stack.status !== "UPDATE_ROLLBACK_FAILED") {
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not continue rollback.`);
  }
  const skip = optionalTextList(input, "ResourcesToSkip") ?? [];
  checkSkipped(stack, skip);
  useToken(stack, optionalText(input, "ClientRequestToken"));
  setStackStatus(site, { status: "UPDATE_ROLLBACK_IN_PROGRESS", reason: "User Initiated" });
  inBackground(site, () => rollBackUpdate(site, skip));
  return {};
}

/** Takes a failed creation or update back whose rollback had been disabled. A stack that never was complete loses everything. */
export async function rollbackStack(account: Account, input: Shape): Promise<Shape> {
  const site = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  const { stack } = site;
  if (stack.status !== "CREATE_FAILED" && stack.status !== "UPDATE_FAILED") {
    throw validationError(`RollbackStack cannot be called from ${stack.status} state.`);
  }
  const creation = !stack.recovery?.stable;
  useToken(stack, optionalText(input, "ClientRequestToken"));
  const status = creation ? "ROLLBACK_IN_PROGRESS" : "UPDATE_ROLLBACK_IN_PROGRESS";
  setStackStatus(site, { status, reason: "User Initiated" });
  inBackground(site, () => (creation ? rollBackCreation(site) : rollBackUpdate(site, [])));
  return { StackId: stack.id };
}

/** Only what failed to go back can be skipped. */
function checkSkipped({ recovery }: Stack, skip: readonly string[]): void {
  const failed = (recovery?.undo ?? []).map((step) => (step.kind === "created" ? step.after : step.before).logicalId);
  const others = skip.filter((id) => !failed.includes(id));
  if (others.length === 0) return;
  throw validationError(`Resource(s) [${others.join(", ")}] cannot be skipped: they are not in UPDATE_FAILED state.`);
}
