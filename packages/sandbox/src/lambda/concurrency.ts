import type { Shape } from "../core/contract.ts";
import { optionalNumber } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { accountLimit, functionNotFound, invalidParameter } from "./errors.ts";
import type { FunctionRecord } from "./function-record.ts";
import { LATEST, readReference } from "./names.ts";

/** The concurrency that reservations must leave for functions without one. */
export const MIN_UNRESERVED = 100;

/** Reserved concurrency, which belongs to a function as a whole. */
export function concurrencyOperations(account: LambdaAccount): LambdaOperations {
  return {
    PutFunctionConcurrency: (input) => putConcurrency(account, input),
    GetFunctionConcurrency: (input) => getConcurrency(account, input),
    DeleteFunctionConcurrency: (input) => deleteConcurrency(account, input),
  };
}

function putConcurrency(account: LambdaAccount, input: Shape): Shape {
  const requested = optionalNumber(input, "ReservedConcurrentExecutions") ?? 0;
  const { name, qualifier } = readReference(account.context, input, "function-name");
  if (qualifier !== undefined) {
    throw invalidParameter(
      "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.",
    );
  }
  const record = account.functions.get(name);
  if (!record) throw functionNotFound(account.arn(name, LATEST));
  const provisioned = totalProvisioned(record);
  if (requested < provisioned) {
    throw invalidParameter(
      `Specified ReservedConcurrentExecutions for function should not be lower than function's total provisioned concurrency [${provisioned}].`,
    );
  }
  if (unreservedBeside(account, record) - requested < MIN_UNRESERVED) {
    throw accountLimit(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${MIN_UNRESERVED}].`,
    );
  }
  record.reservedConcurrency = requested;
  return { ReservedConcurrentExecutions: requested };
}

/** Without a reservation the response is empty; 0 is a reservation that throttles every call. */
function getConcurrency(account: LambdaAccount, input: Shape): Shape {
  const { name } = readReference(account.context, input, "function-name");
  const { reservedConcurrency } = account.function({ name, qualifier: undefined });
  return reservedConcurrency === null ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
}

function deleteConcurrency(account: LambdaAccount, input: Shape): Shape {
  const { name } = readReference(account.context, input, "function-name");
  account.function({ name, qualifier: undefined }).reservedConcurrency = null;
  return {};
}

/** What the account has left for functions without a reservation. */
export function unreserved(account: LambdaAccount): number {
  return left(account, [...account.functions.values()]);
}

/** What the account would have left if this function took nothing. */
export function unreservedBeside(account: LambdaAccount, except: FunctionRecord): number {
  return left(
    account,
    [...account.functions.values()].filter((record) => record !== except),
  );
}

function left(account: LambdaAccount, records: readonly FunctionRecord[]): number {
  return records.reduce((rest, record) => rest - taken(record), account.context.accountConcurrency);
}

/** A reservation includes what is provisioned; without one, provisioned concurrency counts by itself. */
function taken(record: FunctionRecord): number {
  return record.reservedConcurrency ?? totalProvisioned(record);
}

/** Over all versions and aliases of a function, `except` one of them. */
export function totalProvisioned({ provisioned }: FunctionRecord, except?: string): number {
  return [...provisioned].reduce((sum, [qualifier, { requested }]) => sum + (qualifier === except ? 0 : requested), 0);
}
