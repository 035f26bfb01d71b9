import type { ChangeSet, StackFacts } from "../../aws/gateways/cloudformation.ts";
import { StepbackError } from "../../domain/errors.ts";
import { digestOf, type Json } from "../../domain/json.ts";
import { effectsOf } from "../../domain/stack/change-causes.ts";
import { RETAINED_BY_DESIGN, wayToImport } from "../../domain/stack/retained.ts";
import type { RestoreContext } from "../kind.ts";
import { ATTEMPTS, type ChangeSetPlan, findChangeSet, leaves, makeChangeSet } from "./make-change-set.ts";

/**
 * Runs the change set that the preflight has made, or makes it, and waits for its end. Its name is the token, so that a
 * second attempt finds the first one. One that the stack has left behind meanwhile is made and checked again.
 */
export async function runChangeSet(name: string, plan: ChangeSetPlan, context: RestoreContext): Promise<Json> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await findChangeSet(name, plan, context);
    const changeSet = found ?? (await makeChangeSet(name, plan, context));
    if (changeSet.status === "empty") return dropEmpty(changeSet.stackId, name, context);
    if (changeSet.executed || (await execute(name, changeSet, { context, isLast: attempt === ATTEMPTS })))
      return settle(name, changeSet, context);
  }
}

/** False if the stack has changed since the change set was made, which cannot run any more. */
async function execute(
  name: string,
  changeSet: ChangeSet,
  { context, isLast }: { readonly context: RestoreContext; readonly isLast: boolean },
): Promise<boolean> {
  const { aws, note, token } = context;
  const changes = changeSet.changes.map(({ action, logicalId }) => `${action} ${logicalId}`);
  note(`Running the change set of ${name}: ${changes.join(", ") || "outputs only"}.`);
  try {
    await aws.cloudFormation.executeChangeSet(name, token, token);
    return true;
  } catch (error) {
    const now = await aws.cloudFormation.getChangeSet(name, token);
    if (isLast || (now !== null && now.status !== "obsolete")) throw error;
    note(`The stack ${name} has changed since its change set was made: making it again.`);
    return false;
  }
}

async function settle(name: string, { stackId, changes }: ChangeSet, context: RestoreContext): Promise<Json> {
  const status = await settleStack(stackId, name, context);
  const orphans = effectsOf(changes).some(leaves) ? await orphansOf({ stackId, name }, context) : [];
  return orphans.length > 0 ? { status, orphans } : { status };
}

/** `kept` is the digest of the template in which CloudFormation found nothing to change; it says nothing about a later one. */
async function dropEmpty(stackId: string, name: string, context: RestoreContext): Promise<Json> {
  const kept = digestOf(await context.aws.cloudFormation.getTemplate(stackId));
  await context.aws.cloudFormation.deleteChangeSet(name, context.token);
  context.note(`CloudFormation finds nothing to change in ${name}: the change set is empty.`);
  return { changes: 0, kept };
}

async function settleStack(stackId: string, name: string, context: RestoreContext): Promise<string> {
  const facts = await context.aws.cloudFormation.awaitStack(stackId);
  if (facts.status === "UPDATE_COMPLETE" || facts.status === "CREATE_COMPLETE") {
    context.note(`The stack ${name} is in ${facts.status}.`);
    return facts.status;
  }
  throw new StepbackError(
    "AWS_REJECTED",
    `The stack ${name} ended in ${facts.status}: ${await whyFailed(facts, context)}`,
  );
}

/** The first failures of this operation, whose events carry the token. Later failures only follow from them. */
export async function whyFailed(facts: StackFacts, { aws, token }: RestoreContext): Promise<string> {
  const events = await aws.cloudFormation.listEventsOf(facts.stackId, token);
  const failed = events.filter((event) => event.status.endsWith("_FAILED") && event.reason);
  const first = failed.slice(-3).reverse();
  return (
    first.map((event) => `${event.logicalId}: ${event.reason}`).join("; ") ||
    (facts.statusReason ?? "no reason was given")
  );
}

/**
 * Resources that this operation left in the account because of their deletion policy (facts E3), for the journal. The log
 * says how to import each into the stack again.
 */
export async function orphansOf(
  { stackId, name }: { readonly stackId: string; readonly name: string },
  { aws, token, note }: RestoreContext,
): Promise<Json[]> {
  const events = await aws.cloudFormation.listEventsOf(stackId, token);
  const left = events.filter(({ status, type }) => status === "DELETE_SKIPPED" && !RETAINED_BY_DESIGN.has(type));
  return left.map(({ logicalId, type, physicalId }) => {
    const orphan = { stack: name, logicalId, type, physicalId };
    note(
      `${logicalId} (${type}) stays in the account as ${physicalId} and belongs to no stack. ${wayToImport(orphan)}`,
    );
    return orphan;
  });
}
