import type { ChangeSet, ChangeSetRequest } from "../../aws/gateways/cloudformation.ts";
import { componentId } from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { asObject, type JsonObject } from "../../domain/json.ts";
import { type Effect, effectsOf } from "../../domain/stack/change-causes.ts";
import { type KeptName, replacedUnderSameName } from "../../domain/stack/custom-names.ts";
import { hasNoPosition, holdsData } from "../../domain/stack/stateful-types.ts";
import { parseTemplate } from "../../domain/template/template.ts";
import type { RestoreContext } from "../kind.ts";

/** The change set to make, and the check that it has to pass. */
export interface ChangeSetPlan {
  /** Whether it creates the stack: then it leaves an empty shell when it is deleted. */
  readonly creates: boolean;
  /** Called only if the change set does not exist yet. */
  readonly request: () => Promise<ChangeSetRequest>;
  /** The template of the change set, as submitted. */
  readonly template: () => Promise<string>;
  /** Throws if the changes are not the planned ones. Called before the change set runs, even after a crash. */
  readonly gate: (effects: readonly Effect[]) => Promise<void> | void;
}

/**
 * Makes a change set and checks it, without running it; nothing of the stack changes. Finds one that a killed attempt has
 * made. A change set that fails the check, or that CloudFormation cannot make, is deleted before the refusal is thrown.
 */
export async function makeChangeSet(
  name: string,
  plan: ChangeSetPlan,
  context: RestoreContext,
  attempt = 1,
): Promise<ChangeSet> {
  await context.aws.cloudFormation.createChangeSet(await plan.request());
  const made = await checkedChangeSet(name, plan, context);
  if (made) return made;
  if (attempt >= ATTEMPTS)
    throw new StepbackError("AWS_IN_PROGRESS", `Somebody changes the stack ${name} again and again.`);
  return makeChangeSet(name, plan, context, attempt + 1);
}

/** Whoever changes a stack this often while it is rolled back has to stop first. */
export const ATTEMPTS = 3;

/** The change set of an earlier attempt, checked again; null if there is none that could still run. */
export async function findChangeSet(
  name: string,
  plan: ChangeSetPlan,
  context: RestoreContext,
): Promise<ChangeSet | null> {
  const found = await context.aws.cloudFormation.getChangeSet(name, context.token);
  return found && checkedChangeSet(name, plan, context, found);
}

/** Null, and deleted, if it is obsolete: the stack has changed since it was made. */
async function checkedChangeSet(
  name: string,
  plan: ChangeSetPlan,
  context: RestoreContext,
  found: ChangeSet | null = null,
): Promise<ChangeSet | null> {
  const { cloudFormation } = context.aws;
  const isDone = found !== null && found.status !== "pending";
  const changeSet = isDone ? found : await cloudFormation.awaitChangeSet(name, context.token);
  if (changeSet.status === "empty" || changeSet.executed) return changeSet;
  if (changeSet.status === "obsolete") {
    await cloudFormation.deleteChangeSet(name, context.token);
    return null;
  }
  try {
    await check(name, changeSet, plan, context);
    return changeSet;
  } catch (error) {
    // Tried again at the end of the rollback, which says what stays.
    await discard(name, plan, context).catch(() => {});
    throw error;
  }
}

async function check(name: string, changeSet: ChangeSet, plan: ChangeSetPlan, context: RestoreContext): Promise<void> {
  if (changeSet.status === "failed") {
    throw new StepbackError(
      "AWS_REJECTED",
      `CloudFormation cannot make the change set for ${name}: ${changeSet.reason}`,
    );
  }
  const effects = effectsOf(changeSet.changes);
  await plan.gate(effects);
  const template = parseTemplate(await plan.template());
  refuseKeptNames(name, replacedUnderSameName(effects, template));
  const definitions = asObject(template["Resources"]);
  refuseLosses(
    name,
    effects.filter((effect) => losesData(effect, definitions)),
    context,
  );
}

/** Before it runs and is rolled back for that: nothing is lost then but minutes. */
function refuseKeptNames(name: string, kept: readonly KeptName[]): void {
  if (kept.length === 0) return;
  const named = kept.map(({ logicalId, type, property }) => `${logicalId} (${type}, named by ${property})`).join(", ");
  throw new StepbackError(
    "IMMUTABLE_FIELD",
    `The change set of ${name} was not run: it would replace ${named}, and CloudFormation cannot replace a resource that keeps its name. Pick the other components of the stack, or deploy the backup's template with another name.`,
  );
}

/** A loss that the plan did not name needs consent by its name: nobody has seen it yet. */
function refuseLosses(name: string, effects: readonly Effect[], { mayLose }: RestoreContext): void {
  const idOf = ({ change }: Effect) => componentId("stack-resource", `${name}/${change.logicalId}`);
  const losing = effects.filter((effect) => !mayLose(idOf(effect)));
  if (losing.length === 0) return;
  const named = losing.map((effect) => `${idOf(effect)} (${effect.change.type}) ${lossOf(effect)}`);
  throw new StepbackError(
    "DESTRUCTIVE",
    `The change set of ${name} was not run: ${named.join("; ")}. Consent to it by name.`,
    named.map((detail) => ({ code: "DESTRUCTIVE", detail })),
  );
}

/** What a change set says of a resource that its deletion or replacement policy keeps. */
const KEEPING_ACTIONS: ReadonlySet<string> = new Set(["Retain", "ReplaceAndRetain"]);

/** Changes that need consent (facts E2, step 4). */
function losesData(effect: Effect, definitions: JsonObject): boolean {
  const { type, policyAction, action, logicalId } = effect.change;
  if (action !== "Remove" && hasNoPosition(type, asObject(definitions[logicalId]))) return false;
  return holdsData(type) && !KEEPING_ACTIONS.has(policyAction ?? "") && leaves(effect);
}

/** Whether the present resource leaves the stack, as far as is known beforehand. */
export function leaves({ change, replaced }: Effect): boolean {
  return change.action === "Remove" || replaced !== "no";
}

function lossOf({ change, replaced }: Effect): string {
  if (change.action === "Remove") return "would be deleted";
  return replaced === "yes"
    ? "would be replaced by a new one"
    : "may be replaced by a new one: CloudFormation decides that only while it runs";
}

/** Deletes the change set of an action that will not run any more. Does nothing to one that has run. Idempotent. */
export async function dropChangeSet(
  name: string,
  { creates }: Pick<ChangeSetPlan, "creates">,
  context: Pick<RestoreContext, "aws" | "token">,
): Promise<void> {
  const left = await context.aws.cloudFormation.getChangeSet(name, context.token);
  if (left?.executed) return;
  if (left || creates) await discard(name, { creates }, context);
}

async function discard(
  name: string,
  { creates }: Pick<ChangeSetPlan, "creates">,
  { aws, token }: Pick<RestoreContext, "aws" | "token">,
): Promise<void> {
  await aws.cloudFormation.deleteChangeSet(name, token);
  if (creates) await aws.cloudFormation.deleteShell(name);
}
