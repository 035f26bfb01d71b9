import type { Availability } from "../../aws/availability.ts";
import type { ProvisionedFacts } from "../../aws/gateways/provisioned.ts";
import { isVersion } from "../../domain/component/component.ts";
import { lambdaAliasState, lambdaConcurrencyState } from "../../domain/component/states/lambda.ts";
import { StepbackError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { alreadyDone } from "../action-handlers.ts";
import type { CachedReader } from "../cached-reader.ts";
import type { RestoreContext } from "../kind.ts";
import { splitAlias } from "./alias-targets.ts";

interface CapturedProvisioning {
  /** Environments that were requested, not those allocated at the moment; null for none. */
  readonly requested: number | null;
  readonly status: string | null;
  readonly incomplete: string | null;
}

export async function readProvisioned(
  reader: CachedReader,
  functionName: string,
  alias: string,
): Promise<CapturedProvisioning> {
  const listed = await listProvisioned(reader, functionName);
  if ("unavailable" in listed) return { requested: null, status: null, incomplete: listed.unavailable };
  const found = listed.value.find(({ qualifier }) => qualifier === alias);
  return { requested: found?.requested ?? null, status: found?.status ?? null, incomplete: null };
}

/** What is provisioned for the aliases and versions of a function. */
export async function listProvisioned(
  reader: CachedReader,
  functionName: string,
): Promise<Availability<readonly ProvisionedFacts[]>> {
  try {
    return { value: await reader.listProvisioned(functionName) };
  } catch (error) {
    if (!(error instanceof StepbackError) || error.code !== "AWS_DENIED") throw error;
    return { unavailable: `Provisioned concurrency: ${error.detail}` };
  }
}

/** Of an alias or of a version. Deletes the configuration if the backup has none. */
export async function putProvisioned({ name }: Action, context: RestoreContext): Promise<Json> {
  const { aws, goal, note } = context;
  const { functionName, alias } = splitAlias(name);
  const wanted = isVersion(alias)
    ? lambdaConcurrencyState(goal).settings.ProvisionedConcurrentExecutions
    : lambdaAliasState(goal).settings.provisioned;
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
