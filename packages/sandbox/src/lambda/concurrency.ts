import { AwsError, type Shape } from "../core/contract.ts";
import { optionalNumber } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { functionNotFound, invalidParameter } from "./errors.ts";
import type { FunctionRecord } from "./function-record.ts";
import { LATEST, readReference } from "./names.ts";

/** AWS's default for an account. */
export const ACCOUNT_CONCURRENCY = 1000;
/** The concurrency that reservations must leave for functions without one. */
const MIN_UNRESERVED = 100;

/** Reserved concurrency, which belongs to a function as a whole. */
export function concurrencyOperations(account: LambdaAccount): LambdaOperations {
  return {
    PutFunctionConcurrency: (input) => putConcurrency(account, input),
    GetFunctionConcurrency: (input) => getConcurrency(account, input),
    DeleteFunctionConcurrency: (input) => deleteConcurrency(account, input),
  };
}

function putConcurrency(account: LambdaAccount, input: Shape): Shape {
  const { name, qualifier } = readReference(account.context, input, "function-name");
  if (qualifier !== undefined) {
    throw invalidParameter(
      "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.",
    );
  }
  const record = account.functions.get(name);
  if (!record) throw functionNotFound(account.arn(name, LATEST));
  const requested = optionalNumber(input, "ReservedConcurrentExecutions") ?? 0;
  if (unreservedWithout(account, record) - requested < MIN_UNRESERVED) {
    throw new AwsError(
      "InvalidParameterValueException",
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

/** What the account has left after the reservations of all other functions. */
function unreservedWithout(account: LambdaAccount, except: FunctionRecord): number {
  return unreserved([...account.functions.values()].filter((record) => record !== except));
}

export function unreserved(records: readonly FunctionRecord[]): number {
  return records.reduce((left, record) => left - (record.reservedConcurrency ?? 0), ACCOUNT_CONCURRENCY);
}
