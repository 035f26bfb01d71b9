import type { Shape } from "../core/contract.ts";
import { defined, optionalNumber, optionalShape } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { invalidParameter } from "./errors.ts";
import { describeVersion } from "./function-description.ts";
import type { FunctionRecord, ScalingRecord } from "./function-record.ts";
import { constrainName, LATEST, LATEST_PUBLISHED, readReference } from "./names.ts";

const QUALIFIER = "(\\$LATEST\\.PUBLISHED|[0-9]+)";

/** How many environments a version of a function on Managed Instances has, at least and at most. */
export function functionScalingOperations(account: LambdaAccount): LambdaOperations {
  return {
    GetFunctionScalingConfig: (input) => getScaling(account, input),
    PutFunctionScalingConfig: (input) => putScaling(account, input),
  };
}

/** What is applied follows what was requested after the context's `updateMs`. */
function getScaling(account: LambdaAccount, input: Shape): Shape {
  const { record, qualifier } = findTarget(account, input);
  const scaling = record.scaling.get(qualifier);
  const isApplied = scaling !== undefined && account.context.clock.now() >= scaling.appliedAt;
  return defined({
    FunctionArn: account.arn(record.name, qualifier),
    RequestedFunctionScalingConfig: scaling?.requested,
    AppliedFunctionScalingConfig: isApplied ? scaling.requested : scaling?.before,
  });
}

/** A request without a configuration returns to Lambda's default. */
function putScaling(account: LambdaAccount, input: Shape): Shape {
  const { record, qualifier } = findTarget(account, input);
  const requested = readScaling(optionalShape(input, "FunctionScalingConfig") ?? {});
  const { clock, updateMs } = account.context;
  const before = record.scaling.get(qualifier)?.requested;
  if (Object.keys(requested).length === 0) record.scaling.delete(qualifier);
  else record.scaling.set(qualifier, { requested, before, appliedAt: clock.now() + updateMs });
  const version = account.version(record, qualifier === LATEST_PUBLISHED ? LATEST : qualifier);
  const { State } = describeVersion(account, { record, version, qualifier });
  return { FunctionState: requested.MaxExecutionEnvironments === 0 ? "Deactivating" : State };
}

function readScaling(given: Shape): ScalingRecord["requested"] {
  const MinExecutionEnvironments = optionalNumber(given, "MinExecutionEnvironments");
  const MaxExecutionEnvironments = optionalNumber(given, "MaxExecutionEnvironments");
  if (MinExecutionEnvironments !== undefined && MinExecutionEnvironments > (MaxExecutionEnvironments ?? Infinity)) {
    throw invalidParameter("MinExecutionEnvironments must not be greater than MaxExecutionEnvironments.");
  }
  return defined({ MinExecutionEnvironments, MaxExecutionEnvironments });
}

interface Target {
  readonly record: FunctionRecord;
  readonly qualifier: string;
}

/** Throws ResourceNotFoundException, or InvalidParameterValueException for a function that has no capacity provider. */
function findTarget(account: LambdaAccount, input: Shape): Target {
  constrainName(new Constraints(input).pattern("Qualifier", QUALIFIER), "function-name").enforce();
  const { name, qualifier = LATEST_PUBLISHED } = readReference(account.context, input);
  const record = account.function({ name, qualifier: undefined });
  const { build } = account.version(record, qualifier === LATEST_PUBLISHED ? LATEST : qualifier);
  if (build.settings.CapacityProviderConfig) return { record, qualifier };
  throw invalidParameter("FunctionScalingConfig is supported only for functions with a capacity provider.");
}
