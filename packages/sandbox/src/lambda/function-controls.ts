import type { Shape } from "../core/contract.ts";
import { defined, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { invalidParameter } from "./errors.ts";
import { constrainName, constrainReference, LATEST, readReference, resolveReference } from "./names.ts";

/** Function settings that have operations of their own. */
export function functionControlOperations(account: LambdaAccount): LambdaOperations {
  return {
    GetRuntimeManagementConfig: (input) => getRuntimeManagement(account, input),
    PutRuntimeManagementConfig: (input) => putRuntimeManagement(account, input),
    GetFunctionRecursionConfig: (input) => getRecursion(account, input),
    PutFunctionRecursionConfig: (input) => putRecursion(account, input),
  };
}

/** Belongs to a version; `$LATEST` if the request names none. */
function getRuntimeManagement(account: LambdaAccount, input: Shape): Shape {
  const { name, qualifier = LATEST } = readReference(account.context, input);
  const record = account.function({ name, qualifier: undefined });
  account.version(record, qualifier);
  const config = record.runtimeManagement.get(qualifier) ?? { UpdateRuntimeOn: "Auto" };
  return { ...config, FunctionArn: account.arn(name, qualifier === LATEST ? undefined : qualifier) };
}

function putRuntimeManagement(account: LambdaAccount, input: Shape): Shape {
  constrainReference(input, "namespaced").enforce();
  const { name, qualifier = LATEST } = resolveReference(account.context, input);
  const record = account.function({ name, qualifier: undefined });
  account.version(record, qualifier);
  const mode = optionalText(input, "UpdateRuntimeOn") ?? "Auto";
  const arn = optionalText(input, "RuntimeVersionArn");
  if ((mode === "Manual") !== (arn !== undefined)) {
    throw invalidParameter("RuntimeVersionArn is required, and allowed, only when UpdateRuntimeOn is Manual.");
  }
  record.runtimeManagement.set(
    qualifier,
    arn === undefined ? { UpdateRuntimeOn: mode } : { UpdateRuntimeOn: mode, RuntimeVersionArn: arn },
  );
  return defined({
    UpdateRuntimeOn: mode,
    RuntimeVersionArn: arn,
    FunctionArn: account.arn(name, qualifier === LATEST ? undefined : qualifier),
  });
}

function getRecursion(account: LambdaAccount, input: Shape): Shape {
  const reference = readReference(account.context, input, "function-name");
  return { RecursiveLoop: account.function(reference).recursiveLoop };
}

function putRecursion(account: LambdaAccount, input: Shape): Shape {
  constrainName(new Constraints(input), "function-name").enforce();
  const record = account.function(resolveReference(account.context, input));
  record.recursiveLoop = optionalText(input, "RecursiveLoop") ?? "Terminate";
  return { RecursiveLoop: record.recursiveLoop };
}
