import type { ChangeSet, ChangeSetRequest, StackFacts } from "../../aws/gateways/cloudformation.ts";
import { componentId } from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { digestOf, type Json } from "../../domain/json.ts";
import { type Effect, effectsOf } from "../../domain/stack/change-causes.ts";
import { RETAINED_BY_DESIGN, wayToImport } from "../../domain/stack/retained.ts";
import { holdsData } from "../../domain/stack/stateful-types.ts";
import type { RestoreContext } from "../kind.ts";

/** The change set to make, and the check that it has to pass. */
interface ChangeSetPlan {
  /** Called only if the change set does not exist yet. */
  readonly request: () => Promise<ChangeSetRequest>;
  /** Throws if the changes are not the planned ones. Called before the change set runs, even after a crash. */
  readonly gate: (effects: readonly Effect[]) => Promise<void> | void;
}

/** Makes a change set, checks it and runs it. Its name is the token, so that a second attempt finds the first one. */
export async function runChangeSet(name: string, plan: ChangeSetPlan, context: RestoreContext): Promise<Json> {
  const { cloudFormation } = context.aws;
  const existing = await cloudFormation.getChangeSet(name, context.token);
  if (!existing) await cloudFormation.createChangeSet(await plan.request());
  const changeSet = await cloudFormation.awaitChangeSet(name, context.token);
  if (changeSet.status === "empty") return dropEmpty(changeSet.stackId, name, context);
  if (changeSet.status === "failed") {
    throw new StepbackError(
      "AWS_REJECTED",
      `CloudFormation cannot make the change set for ${name}: ${changeSet.reason}`,
    );
  }
  if (!changeSet.executed) await execute(name, { changeSet, plan }, context);
  const status = await settleStack(changeSet.stackId, name, context);
  const mayLeave = effectsOf(changeSet.changes).some(leaves);
  const orphans = mayLeave ? await orphansOf({ stackId: changeSet.stackId, name }, context) : [];
  return orphans.length > 0 ? { status, orphans } : { status };
}

/** `kept` is the digest of the template in which CloudFormation found nothing to change; it says nothing about a later one. */
async function dropEmpty(stackId: string, name: string, context: RestoreContext): Promise<Json> {
  const kept = digestOf(await context.aws.cloudFormation.getTemplate(stackId));
  await context.aws.cloudFormation.deleteChangeSet(name, context.token);
  context.note(`CloudFormation finds nothing to change in ${name}: the change set is empty.`);
  return { changes: 0, kept };
}

async function execute(
  name: string,
  { changeSet, plan }: { changeSet: ChangeSet; plan: ChangeSetPlan },
  context: RestoreContext,
): Promise<void> {
  try {
    const effects = effectsOf(changeSet.changes);
    await plan.gate(effects);
    refuseLosses(name, effects, context);
  } catch (error) {
    await context.aws.cloudFormation.deleteChangeSet(name, context.token);
    throw error;
  }
  const changes = changeSet.changes.map(({ action, logicalId }) => `${action} ${logicalId}`);
  context.note(`Running the change set of ${name}: ${changes.join(", ") || "outputs only"}.`);
  await context.aws.cloudFormation.executeChangeSet(name, context.token, context.token);
}

/** A loss that the plan did not name needs consent by its name: nobody has seen it yet. */
function refuseLosses(name: string, effects: readonly Effect[], { mayLose }: RestoreContext): void {
  const idOf = ({ change }: Effect) => componentId("stack-resource", `${name}/${change.logicalId}`);
  const losing = effects.filter((effect) => losesData(effect) && !mayLose(idOf(effect)));
  if (losing.length === 0) return;
  const named = losing.map((effect) => `${idOf(effect)} (${effect.change.type}) ${lossOf(effect)}`);
  throw new StepbackError(
    "DESTRUCTIVE",
    `The change set of ${name} was not run: ${named.join("; ")}. Consent to it by name.`,
    named.map((detail) => ({ code: "DESTRUCTIVE", detail })),
  );
}

/** Changes that need consent (facts E2, step 4). */
function losesData(effect: Effect): boolean {
  const { type, policyAction } = effect.change;
  return holdsData(type) && policyAction !== "Retain" && leaves(effect);
}

/** Whether the present resource leaves the stack, as far as is known beforehand. */
function leaves({ change, replaced }: Effect): boolean {
  return change.action === "Remove" || replaced !== "no";
}

function lossOf({ change, replaced }: Effect): string {
  if (change.action === "Remove") return "would be deleted";
  return replaced === "yes"
    ? "would be replaced by a new one"
    : "may be replaced by a new one: CloudFormation decides that only while it runs";
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
