import type { FunctionPolicy, Permission } from "../aws/gateways/facets.ts";
import { type CapturedComponent, type ComponentState, splitName } from "../domain/component/component.ts";
import { lambdaPolicyState } from "../domain/component/states/lambda.ts";
import type { Reason } from "../domain/errors.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, type Json, type JsonObject } from "../domain/json.ts";
import { statementKey } from "../domain/stack/owned-resources.ts";
import { alreadyDone, missingFunction, requiredGoal, restoreBy } from "./action-handlers.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { EvidenceOf, SettingsOf } from "./captured-state.ts";
import { compareWithGoal } from "./comparison.ts";
import {
  isStillListed,
  type Kind,
  ownedReason,
  type PlanInput,
  type RestoreContext,
  refused,
  type StepPlan,
  unchanged,
} from "./kind.ts";
import { arnOf, capturedFacet, oneAction, planFacet, valueOrThrow } from "./lambda/facet.ts";
import { MAX_POLICY_BYTES, orderWrites, policyBytes } from "./lambda/policy-order.ts";
import { hasSid, shownId, statementChanges, statementsById, toPermission } from "./lambda/policy-statements.ts";

/** The resource policy of a function or an alias: its statements, whose order means nothing. */
export const lambdaPolicy: Kind = {
  name: "lambda-policy",
  capture,
  diff,
  plan,
  restore: restoreBy({
    "put-policy": ({ name }, context) =>
      writeStatements(name, lambdaPolicyState(requiredGoal(context)).settings.Statements, context),
    "delete-policy": ({ name }, context) => writeStatements(name, {}, context),
  }),
  async verify(reader, name, goal) {
    const comparison = compareWithGoal(this, await capture(reader, name), goal);
    return isAsGood(goal, comparison.live) ? { ...comparison, differing: [] } : comparison;
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(splitName(name).functionName);
  if (!facts) return null;
  const reading = { kind: "lambda-policy", name, facts } as const;
  const policy = await reader.aws.lambda.getPolicy(splitName(name));
  if ("unavailable" in policy) return capturedFacet(reader, reading, { incomplete: policy.unavailable });
  if (!policy.value) return null;
  const settings: SettingsOf<typeof lambdaPolicyState> = {
    Statements: statementsById(policy.value.statements, arnOf(facts, name)),
  };
  const evidence: EvidenceOf<typeof lambdaPolicyState> = { revisionId: policy.value.revisionId };
  return capturedFacet(reader, reading, { settings, evidence });
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, { put: () => planPut(input), remove: () => planPut(input) });
}

/** Refuses unless AddPermission and RemovePermission can add and remove every statement that differs. */
function planPut(input: PlanInput): StepPlan {
  const wanted = lambdaPolicyState(input.goal?.state).settings.Statements;
  const live = lambdaPolicyState(input.live?.state).settings.Statements;
  const { reachable, adding, removing, dead } = statementChanges(wanted, live);
  const lost = [
    ...adding.flatMap((id) => {
      const addable = toPermission(id, asObject(wanted[id]));
      return "lost" in addable ? [addable.lost] : [];
    }),
    ...removing.flatMap((id) =>
      hasSid(id) ? [] : [`The statement ${shownId(id)} cannot be removed, because it has no Sid.`],
    ),
  ];
  const owned = [...adding, ...removing].flatMap((id) => {
    const resource = Object.hasOwn(wanted, id) && Object.hasOwn(live, id) ? null : input.ownedAs(id);
    const isBack = Object.hasOwn(reachable, id) && resource && isStillListed(input, statementKey(id), resource);
    return resource && !isBack ? ownedReason(`The statement ${shownId(id)} of ${input.name}`, resource) : [];
  });
  const blockers = [
    ...owned,
    ...lost.map((detail): Reason => ({ code: "STATEMENT_LOST", detail })),
    ...tooLarge(input.name, reachable),
  ];
  if (blockers.length > 0) return refused(...blockers);
  const reasons = dead.map((id): Reason => ({ code: "STATEMENT_LOST", detail: leftAlone(id, input.name) }));
  if (adding.length + removing.length === 0) return { ...unchanged(), reasons };
  const writes = [...removing.map(() => "RemovePermission"), ...adding.map(() => "AddPermission")];
  return oneAction(input, { do: input.goal ? "put-policy" : "delete-policy", writes }, { reasons });
}

function leftAlone(id: string, name: string): string {
  return `The statement ${shownId(id)} of ${name} names a role or user that was deleted: it lets nobody in, and is left alone.`;
}

function tooLarge(name: string, wanted: JsonObject): Reason[] {
  const size = policyBytes(wanted, "");
  if (size <= MAX_POLICY_BYTES) return [];
  const detail =
    `The policy of ${name} would have at least ${size} bytes, and AWS allows ${MAX_POLICY_BYTES} and does not raise it. ` +
    "Join statements of one principal into one with a wildcard, or leave the policy out.";
  return [{ code: "LIMIT_EXCEEDED", detail }];
}

/** Paths of the statements that a restore would add or remove. */
function diff(goal: ComponentState, live: ComponentState): string[] {
  const [wanted, present] = [goal, live].map((state) => lambdaPolicyState(state).settings.Statements);
  const { adding, removing } = statementChanges(wanted ?? {}, present ?? {});
  return [...new Set([...adding, ...removing].map((id) => `/Statements/${shownId(id)}`))];
}

/** A policy of which only dead statements are left is as good as none. */
function isAsGood(goal: ComponentState | null, live: CapturedComponent | null): boolean {
  const [wanted, present] = [goal, live?.state].map((state) => lambdaPolicyState(state).settings.Statements);
  const { adding, removing } = statementChanges(wanted ?? {}, present ?? {});
  return live?.incomplete == null && adding.length + removing.length === 0;
}

/** Writes statement by statement, each on the revision that the previous call has left. */
async function writeStatements(name: string, wanted: JsonObject, context: RestoreContext): Promise<Json> {
  const { functionName } = splitName(name);
  const facts = await context.aws.lambda.getFunction(functionName);
  const first = await readPolicy(name, context);
  const arn = facts ? arnOf(facts, name) : "";
  const live = first ? statementsById(first.statements, arn) : {};
  const { reachable, adding, removing } = statementChanges(wanted, live);
  if (adding.length + removing.length === 0) return alreadyDone(context, `The policy of ${name} is that of the backup`);
  if (!facts) throw missingFunction(functionName);
  const permissions = new Map(adding.map((id) => [id, permissionOf(id, wanted)]));
  const lost: string[] = [];
  for (const write of orderWrites({ wanted: reachable, live, arn })) {
    const permission = permissions.get(write.id);
    if (write.do !== "add") await remove(name, write.id, context);
    if (permission && !(await add(name, permission, context))) {
      lost.push(write.id);
      await addBack(name, { id: write.id, live }, context);
    }
  }
  context.note(
    `Policy of ${name}: added ${listed(without(adding, lost))}; removed ${listed(without(removing, lost))}.`,
  );
  if (lost.length > 0) throw principalGone(name, lost);
  return { added: adding, removed: removing };
}

function without(ids: readonly string[], others: readonly string[]): string[] {
  return ids.filter((id) => !others.includes(id));
}

/** A changed statement whose goal cannot be added stays as it was: nothing that let callers in gets lost on the way. */
async function addBack(
  name: string,
  { id, live }: { readonly id: string; readonly live: JsonObject },
  context: RestoreContext,
): Promise<void> {
  const previous = Object.hasOwn(live, id) ? toPermission(id, asObject(live[id])) : null;
  if (previous && "permission" in previous) await add(name, previous.permission, context);
}

function principalGone(name: string, ids: readonly string[]): StepbackError {
  const detail =
    `AWS does not know the principal of ${ids.map(shownId).join(", ")} in the policy of ${name}. The rest of the policy is restored. ` +
    "Create the role or user again under its name and roll back again, or leave the policy out.";
  return new StepbackError("STATEMENT_LOST", detail);
}

/** False if AWS does not know the principal. */
async function add(name: string, permission: Permission, context: RestoreContext): Promise<boolean> {
  const revisionId = (await readPolicy(name, context))?.revisionId ?? null;
  return context.aws.lambda.addPermission(splitName(name), permission, revisionId);
}

async function remove(name: string, id: string, context: RestoreContext): Promise<void> {
  const revisionId = (await readPolicy(name, context))?.revisionId ?? null;
  await context.aws.lambda.removePermission(splitName(name), id, revisionId);
}

async function readPolicy(name: string, { aws }: RestoreContext): Promise<FunctionPolicy | null> {
  return valueOrThrow(await aws.lambda.getPolicy(splitName(name)));
}

function permissionOf(id: string, wanted: JsonObject): Permission {
  const addable = toPermission(id, asObject(wanted[id]));
  if ("lost" in addable) throw new StepbackError("STATEMENT_LOST", addable.lost);
  return addable.permission;
}

function listed(ids: readonly string[]): string {
  return ids.length > 0 ? ids.map(shownId).join(", ") : "none";
}
