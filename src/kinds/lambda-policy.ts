import type { FunctionPolicy, Permission } from "../aws/gateways/facets.ts";
import { type CapturedComponent, splitName } from "../domain/component/component.ts";
import type { Reason } from "../domain/errors.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { CachedReader } from "./cached-reader.ts";
import { type Kind, ownedReason, type PlanInput, type RestoreContext, refused, type StepPlan } from "./kind.ts";
import { alreadySo, arnOf, capturedFacet, goalOf, oneAction, planFacet, valueOrThrow } from "./lambda/facet.ts";
import { hasSid, statementsById, toPermission } from "./lambda/policy-statements.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/** Who may call a function or an alias: the statements of its resource policy, whatever their order. */
export const lambdaPolicy: Kind = {
  name: "lambda-policy",
  capture,
  diff: settingsDiff,
  plan,
  restore: (action, context) => put(action.name, action.do === "delete-policy" ? {} : wantedOf(context), context),
  async verify(reader, name, goal) {
    return verdictOf(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(splitName(name).functionName);
  if (!facts) return null;
  const reading = { kind: "lambda-policy", name, facts } as const;
  const told = await reader.aws.lambda.getPolicy(splitName(name));
  if ("unavailable" in told) return capturedFacet(reader, reading, { incomplete: told.unavailable });
  if (!told.value) return null;
  const Statements = statementsById(told.value.statements, arnOf(facts, name));
  return capturedFacet(reader, reading, { settings: { Statements }, evidence: { revisionId: told.value.revisionId } });
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, { put: () => planPut(input), remove: () => planPut(input) });
}

/** Every statement that has to come or go must be one that AddPermission and RemovePermission can move. */
function planPut(input: PlanInput): StepPlan {
  const wanted = asObject(input.goal?.state.settings["Statements"]);
  const live = asObject(input.live?.state.settings["Statements"]);
  const { adding, removing } = difference(wanted, live);
  const lost = [
    ...adding.flatMap((id) => {
      const addable = toPermission(id, asObject(wanted[id]));
      return "lost" in addable ? [addable.lost] : [];
    }),
    ...removing.flatMap((id) => (hasSid(id) ? [] : [`The statement ${id} cannot be named, so it cannot be removed.`])),
  ];
  const owned = [...adding, ...removing].flatMap((id) => {
    const resource = Object.hasOwn(wanted, id) && Object.hasOwn(live, id) ? null : input.ownedAs(id);
    return resource ? ownedReason(`The statement ${id} of ${input.name}`, resource) : [];
  });
  const blockers = [...owned, ...lost.map((detail): Reason => ({ code: "STATEMENT_LOST", detail }))];
  if (blockers.length > 0) return refused(...blockers);
  const writes = [...removing.map(() => "RemovePermission"), ...adding.map(() => "AddPermission")];
  return oneAction(input, { do: input.goal ? "put-policy" : "delete-policy", writes });
}

/** Ids that are wanted and not live in this content, and ids that are live in this content and not wanted. */
function difference(wanted: JsonObject, live: JsonObject): { adding: string[]; removing: string[] } {
  const isSame = (id: string) =>
    Object.hasOwn(wanted, id) && Object.hasOwn(live, id) && sameJson(wanted[id] ?? null, live[id] ?? null);
  return {
    adding: Object.keys(wanted).filter((id) => !isSame(id)),
    removing: Object.keys(live).filter((id) => !isSame(id)),
  };
}

function wantedOf(context: RestoreContext): JsonObject {
  return asObject(goalOf(context).settings["Statements"]);
}

/**
 * Statement by statement, each on the revision that the one before has left. New ones first, so that nobody who may call
 * is shut out; a statement that changed goes and comes at once, since two cannot share a Sid; what is left over goes last.
 */
async function put(name: string, wanted: JsonObject, context: RestoreContext): Promise<Json> {
  const { functionName } = splitName(name);
  const facts = await context.aws.lambda.getFunction(functionName);
  const first = await readPolicy(name, context);
  const live = facts && first ? statementsById(first.statements, arnOf(facts, name)) : {};
  const { adding, removing } = difference(wanted, live);
  if (adding.length + removing.length === 0) return alreadySo(context, `The policy of ${name} is as before`);
  if (!facts) throw new StepbackError("AWS_NOT_FOUND", `The function ${functionName} does not exist any more.`);
  for (const id of adding.filter((id) => !removing.includes(id))) await add(name, permissionOf(id, wanted), context);
  for (const id of adding.filter((id) => removing.includes(id))) {
    const permission = permissionOf(id, wanted);
    await remove(name, id, context);
    await add(name, permission, context);
  }
  for (const id of removing.filter((id) => !adding.includes(id))) await remove(name, id, context);
  context.note(`Policy of ${name}: put back ${listed(adding)}; took away ${listed(removing)}.`);
  return { added: adding, removed: removing };
}

async function add(name: string, permission: Permission, context: RestoreContext): Promise<void> {
  const revisionId = (await readPolicy(name, context))?.revisionId ?? null;
  await context.aws.lambda.addPermission(splitName(name), permission, revisionId);
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
  return ids.length > 0 ? ids.join(", ") : "none";
}
