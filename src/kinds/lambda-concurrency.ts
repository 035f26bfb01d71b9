import type { FunctionFacts } from "../aws/gateways/lambda.ts";
import { type CapturedComponent, splitName } from "../domain/component/component.ts";
import { lambdaConcurrencyState } from "../domain/component/states/lambda.ts";
import type { Json } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { alreadyDone, missingFunction, requiredGoal, restoreBy } from "./action-handlers.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { SettingsOf } from "./captured-state.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import type { Kind, PlanInput, RestoreContext, StepPlan } from "./kind.ts";
import { capturedFacet, oneAction, planFacet } from "./lambda/facet.ts";
import { readProvisioned } from "./lambda/provisioned-concurrency.ts";

/**
 * Reserved concurrency of a function, and provisioned concurrency of a version. A function without a reservation does not have this component; a reservation of 0 is one, and
 * throttles the function completely (facts B4).
 */
export const lambdaConcurrency: Kind = {
  name: "lambda-concurrency",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreBy({
    "put-concurrency": putConcurrency,
    "delete-concurrency": deleteConcurrency,
    "lower-concurrency": lowerConcurrency,
  }),
  async verify(reader, name, goal) {
    const { functionName, qualifier } = splitName(name);
    if (qualifier !== null) await reader.aws.lambda.awaitProvisioned(functionName, qualifier);
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { functionName, qualifier } = splitName(name);
  const facts = await reader.getFunction(functionName);
  if (facts && qualifier !== null) return captureProvisioned(reader, { name, qualifier, facts });
  if (!facts || facts.reservedConcurrency === null) return null;
  const settings: Partial<SettingsOf<typeof lambdaConcurrencyState>> = {
    ReservedConcurrentExecutions: facts.reservedConcurrency,
  };
  return capturedFacet(reader, { kind: "lambda-concurrency", name, facts }, { settings });
}

interface VersionReading {
  readonly name: string;
  readonly qualifier: string;
  readonly facts: FunctionFacts;
}

async function captureProvisioned(
  reader: CachedReader,
  { name, qualifier, facts }: VersionReading,
): Promise<CapturedComponent | null> {
  const { requested = null, incomplete } = await readProvisioned(reader, splitName(name).functionName, qualifier);
  if (requested === null && incomplete === null) return null;
  const settings: Partial<SettingsOf<typeof lambdaConcurrencyState>> = {
    ProvisionedConcurrentExecutions: requested,
  };
  return capturedFacet(reader, { kind: "lambda-concurrency", name, facts }, { settings, incomplete });
}

function plan(input: PlanInput): StepPlan {
  if (splitName(input.name).qualifier !== null) return planProvisioned(input);
  return planFacet(input, {
    put: () => oneAction(input, "put-concurrency"),
    remove: () => oneAction(input, "delete-concurrency"),
  });
}

function planProvisioned(input: PlanInput): StepPlan {
  const put = { do: "put-provisioned-concurrency" } as const;
  return planFacet(input, {
    put: () => oneAction(input, put),
    remove: () => oneAction(input, { ...put, writes: ["DeleteProvisionedConcurrencyConfig"] }),
  });
}

async function putConcurrency({ name }: Action, context: RestoreContext): Promise<Json> {
  const wanted = Number(lambdaConcurrencyState(requiredGoal(context)).settings.ReservedConcurrentExecutions);
  const live = await context.aws.lambda.getFunction(name);
  if (!live) throw missingFunction(name);
  if (live.reservedConcurrency === wanted) return alreadyDone(context, `${name} has ${wanted} executions reserved`);
  await context.aws.lambda.putConcurrency(name, wanted);
  context.note(`Reserved ${wanted} concurrent executions for ${name}.`);
  return { reserved: wanted };
}

async function deleteConcurrency({ name }: Action, context: RestoreContext): Promise<Json> {
  const live = await context.aws.lambda.getFunction(name);
  if (!live || live.reservedConcurrency === null) return alreadyDone(context, `Nothing is reserved for ${name}`);
  await context.aws.lambda.deleteConcurrency(name);
  context.note(`Removed the reserved concurrency of ${name}, which the deployment had added.`);
  return { deleted: true };
}

/** Frees what other functions will need, before this function's own step has its turn. Never raises. */
async function lowerConcurrency({ name, amount = null }: Action, context: RestoreContext): Promise<Json> {
  const reserved = (await context.aws.lambda.getFunction(name))?.reservedConcurrency ?? null;
  if (reserved === null || (amount !== null && reserved <= amount))
    return alreadyDone(context, `${name} has ${reserved ?? "no"} executions reserved`);
  if (amount === null) await context.aws.lambda.deleteConcurrency(name);
  else await context.aws.lambda.putConcurrency(name, amount);
  context.note(`Lowered the reserved concurrency of ${name} from ${reserved} to ${amount ?? "none"}.`);
  return { reserved: amount };
}
