import type { AwsAccess } from "../../aws/gateways/access.ts";
import type { AliasFacts, FunctionFacts } from "../../aws/gateways/lambda.ts";
import { StepbackError } from "../../domain/errors.ts";

/*
 * Reads that wait for what is settling: a state on the way is neither one to return to nor one to compare with later. What
 * does not settle within AWS's own time is read as it is.
 */

/** The function once no update of it is in progress. A published version does not change. */
export async function readSettledFunction(
  { lambda }: AwsAccess,
  name: string,
  qualifier?: string,
): Promise<FunctionFacts | null> {
  const facts = await lambda.getFunction(name, qualifier);
  const { State, LastUpdateStatus } = facts?.configuration ?? {};
  if (qualifier !== undefined || (State !== "Pending" && LastUpdateStatus !== "InProgress")) return facts;
  await unlessTooLong(lambda.awaitIdle(name));
  return lambda.getFunction(name);
}

/** Throws what AWS says where the last update failed: Lambda goes on serving what it had before. */
export async function requireSettled(reader: FunctionReader, name: string): Promise<void> {
  const { State, LastUpdateStatus } = (await reader.getFunction(name))?.configuration ?? {};
  const isSettled = [State, LastUpdateStatus].every((status) => !UNSETTLED.has(status ?? ""));
  if (!isSettled) await reader.aws.lambda.awaitSettled(name);
}

interface FunctionReader {
  readonly aws: AwsAccess;
  getFunction(name: string): Promise<FunctionFacts | null>;
}

const UNSETTLED: ReadonlySet<string> = new Set(["Pending", "InProgress", "Failed"]);

/**
 * The aliases once none shows the weights that AWS gives one while its environments are allocated again: all calls go to the
 * version that it pointed to before (facts I2).
 */
export async function readSettledAliases({ lambda }: AwsAccess, name: string): Promise<AliasFacts[]> {
  const aliases = await lambda.listAliases(name);
  const unsettled = aliases.filter(({ weights }) => Object.values(weights).includes(1));
  for (const alias of unsettled) await unlessTooLong(lambda.awaitProvisioned(name, alias.name));
  return unsettled.length > 0 ? lambda.listAliases(name) : aliases;
}

async function unlessTooLong(waiting: Promise<unknown>): Promise<void> {
  try {
    await waiting;
  } catch (error) {
    if (!(error instanceof StepbackError) || error.code !== "AWS_IN_PROGRESS") throw error;
  }
}
