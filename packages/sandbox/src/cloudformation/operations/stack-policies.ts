import type { Shape } from "../../core/contract.ts";
import { defined } from "../../core/shape.ts";
import type { Account } from "../model.ts";
import { validationError } from "../template/parse.ts";
import { MISSING, stackAt } from "./find-stack.ts";
import { requiredText } from "./input.ts";
import { submittedPolicy } from "./submission.ts";

/**
 * The member is absent if the stack has no policy. While an update runs under a policy of its own, that policy is
 * returned.
 */
export async function getStackPolicy(account: Account, input: Shape): Promise<Shape> {
  const { settings } = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets).stack;
  return defined({ StackPolicyBody: settings.policyDuringUpdate ?? settings.policy });
}

export async function setStackPolicy(account: Account, input: Shape): Promise<Shape> {
  const { stack } = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  const policy = await submittedPolicy(account, input, "StackPolicy");
  if (policy === undefined) throw validationError("Either StackPolicyBody or StackPolicyURL must be specified.");
  stack.settings.policy = policy;
  return {};
}
