import type { Shape } from "../../core/contract.ts";
import { optionalFlag, optionalText } from "../../core/shape.ts";
import { runInBackground } from "../engine/background.ts";
import { setStackStatus } from "../engine/events.ts";
import { rollBackCreation } from "../engine/failure.ts";
import { rollBackUpdate } from "../engine/rollback.ts";
import { type Account, assign, type Site, STACK_TYPE, type Stack } from "../model.ts";
import { validationError } from "../template/parse.ts";
import { MISSING, refuseNested, stackAt, useToken } from "./find-stack.ts";
import { optionalTextList, requiredText } from "./input.ts";

/** Stops an update, with the resources that are under way, and rolls it back. */
export async function cancelUpdateStack(account: Account, input: Shape): Promise<Shape> {
  const { stack } = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  if (stack.status !== "UPDATE_IN_PROGRESS") {
    throw validationError("CancelUpdateStack cannot be called from current stack status");
  }
  const token = optionalText(input, "ClientRequestToken");
  if (token !== undefined) useToken(stack, token);
  assign(stack, { cancelled: "update", interrupted: true });
  return {};
}

/** Retries a failed rollback. Skipped resources stay as they are and no longer match the template. */
export async function continueUpdateRollback(account: Account, input: Shape): Promise<Shape> {
  const site = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  const { stack } = site;
  refuseNested(stack, "RollbackUpdatedStack");
  if (stack.status !== "UPDATE_ROLLBACK_FAILED" || !stack.recovery) {
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not continue rollback.`);
  }
  const given = optionalTextList(input, "ResourcesToSkip") ?? [];
  const failed = failedBelow(site);
  refuseOthers(given, failed);
  stack.recovery.skip = optionalFlag(input, "ForceRollback") ? failed : given;
  useToken(stack, optionalText(input, "ClientRequestToken"));
  setStackStatus(site, { status: "UPDATE_ROLLBACK_IN_PROGRESS", reason: "User Initiated" });
  runInBackground(site, () => rollBackUpdate(site));
  return {};
}

/**
 * Rolls back a failed creation or update whose rollback had been disabled. A stack that was never complete loses all
 * its resources.
 */
export async function rollbackStack(account: Account, input: Shape): Promise<Shape> {
  const site = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  const { stack } = site;
  refuseNested(stack, "RollbackStack");
  if (stack.status !== "CREATE_FAILED" && stack.status !== "UPDATE_FAILED") {
    throw validationError(`RollbackStack cannot be called from ${stack.status} state.`);
  }
  const creation = !stack.recovery?.stable;
  useToken(stack, optionalText(input, "ClientRequestToken"));
  const status = creation ? "ROLLBACK_IN_PROGRESS" : "UPDATE_ROLLBACK_IN_PROGRESS";
  setStackStatus(site, { status, reason: "User Initiated" });
  runInBackground(site, () => (creation ? rollBackCreation(site) : rollBackUpdate(site)));
  return { StackId: stack.id };
}

/**
 * The resources whose rollback failed and that can be skipped: those of the stack itself and, as `StackName.LogicalId`,
 * of the stacks below it.
 */
function failedBelow({ account, stack }: Site): string[] {
  const below = account.stacks.filter(({ parent }) => parent?.rootId === stack.id);
  return [...failedIds(stack), ...below.flatMap((child) => failedIds(child).map((id) => `${child.name}.${id}`))];
}

function refuseOthers(skip: readonly string[], failed: readonly string[]): void {
  const others = skip.filter((id) => !failed.includes(id));
  if (others.length === 0) return;
  throw validationError(`Resource(s) [${others.join(", ")}] cannot be skipped: they are not in UPDATE_FAILED state.`);
}

/** A nested stack cannot be skipped as a whole; only the failed resources inside it can. */
function failedIds({ recovery, resources }: Stack): string[] {
  const left = (recovery?.undo ?? []).map((step) => (step.kind === "created" ? step.after : step.before));
  const ids = left.filter(({ type }) => type !== STACK_TYPE).map(({ logicalId }) => logicalId);
  return ids.filter((id) => resources.get(id)?.status === "UPDATE_FAILED");
}
