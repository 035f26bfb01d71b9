import { type ComponentState, isVersion } from "../../domain/component/component.ts";
import { lambdaAliasState, lambdaConcurrencyState } from "../../domain/component/states/lambda.ts";
import type { Json } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { alreadyDone } from "../action-handlers.ts";
import type { CachedReader } from "../cached-reader.ts";
import type { RestoreContext } from "../kind.ts";
import { splitAlias } from "./alias-targets.ts";

export interface CapturedProvisioning {
  /** Environments that were requested, not those allocated at the moment; null for none. Missing where nobody can tell. */
  readonly requested?: number | null;
  readonly status: string | null;
  readonly incomplete: string | null;
}

export async function readProvisioned(
  reader: CachedReader,
  functionName: string,
  alias: string,
): Promise<CapturedProvisioning> {
  const read = await reader.listProvisioned(functionName);
  if ("unavailable" in read) {
    const why = `Provisioned concurrency: ${read.unavailable}`;
    return read.lacking ? { status: why, incomplete: null } : { status: null, incomplete: why };
  }
  const found = read.value.find(({ qualifier }) => qualifier === alias);
  return { requested: found?.requested ?? null, status: found?.status ?? null, incomplete: null };
}

/** Whether the captures could read the provisioned concurrency. */
export function knowProvisioned(...states: readonly ComponentState[]): boolean {
  return states.every(({ settings }) => "provisioned" in settings);
}

/** Of an alias or of a version. Deletes the configuration if the backup has none. */
export async function putProvisioned({ name }: Action, context: RestoreContext): Promise<Json> {
  const { aws, goal, note } = context;
  const { functionName, alias } = splitAlias(name);
  const wanted = isVersion(alias)
    ? lambdaConcurrencyState(goal).settings.ProvisionedConcurrentExecutions
    : (lambdaAliasState(goal).settings.provisioned ?? null);
  const live = await aws.lambda.awaitProvisioned(functionName, alias);
  if ((live?.requested ?? null) === wanted && live?.status !== "FAILED")
    return alreadyDone(context, `The provisioned concurrency of ${name} is that of the backup`);
  if (wanted === null) await aws.lambda.deleteProvisioned(functionName, alias);
  else await aws.lambda.putProvisioned(functionName, alias, wanted);
  note(
    wanted === null ? `Deleted the provisioned concurrency of ${name}.` : `${name} has ${wanted} environments ready.`,
  );
  return { requested: wanted };
}

/** Frees what others will need, before the alias's own step has its turn. Never raises. */
export async function lowerProvisioned({ name, amount = null }: Action, context: RestoreContext): Promise<Json> {
  const { aws, note } = context;
  const { functionName, alias } = splitAlias(name);
  const requested = (await aws.lambda.awaitProvisioned(functionName, alias))?.requested ?? null;
  if (requested === null || (amount !== null && requested <= amount))
    return alreadyDone(context, `${name} has ${requested ?? "no"} environments provisioned`);
  await clearWeights(name, context);
  if (amount === null) await aws.lambda.deleteProvisioned(functionName, alias);
  else await aws.lambda.putProvisioned(functionName, alias, amount);
  note(`Lowered the provisioned concurrency of ${name} from ${requested} to ${amount ?? "none"}.`);
  return { requested: amount };
}

/** What is provisioned cannot be managed on an alias with weights (facts I2). */
async function clearWeights(name: string, { aws, note }: RestoreContext): Promise<void> {
  const { functionName, alias } = splitAlias(name);
  const live = await aws.lambda.getAlias(functionName, alias);
  if (!live || Object.keys(live.weights).length === 0) return;
  const { functionVersion, description } = live;
  const write = { name: alias, functionVersion, description, weights: {} };
  await aws.lambda.updateAlias(functionName, write, live.revisionId);
  note(`${name} has no weights for now: what it provisions could not be lowered with them.`);
}
