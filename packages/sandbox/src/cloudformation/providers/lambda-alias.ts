import { AwsError, type Shape } from "../../core/contract.ts";
import { defined, optionalText } from "../../core/shape.ts";
import { mapOf, scalarText, type ValueMap } from "../template/value.ts";
import { callLambda, callLambdaIfThere, poll } from "./lambda-calls.ts";
import { type ExistingResource, type Provider, type ResourceRequest, settleSoon } from "./provider.ts";

export const lambdaAlias: Provider = {
  async create(wanted) {
    const alias = await callLambda(wanted, "CreateAlias", inputOf(wanted.properties));
    const physicalId = optionalText(alias, "AliasArn") ?? "";
    await putProvisionedConcurrency({ ...wanted, physicalId }, {});
    return physicalId;
  },

  async update(wanted, existing) {
    await callLambda(wanted, "UpdateAlias", inputOf(wanted.properties));
    await putProvisionedConcurrency({ ...wanted, physicalId: existing.physicalId }, existing.properties);
  },

  async delete(existing) {
    const { FunctionName, Name } = inputOf(existing.properties);
    await callLambdaIfThere(existing, "DeleteAlias", { FunctionName, Name });
  },

  settle: settleSoon,

  async attributes({ physicalId }) {
    return { AliasArn: physicalId };
  },

  replacedBy: ["FunctionName", "Name"],
  // An alias with the same name on another function is no conflict.
  nameProperty: null,
  taggable: false,
};

/** The routing is always sent; otherwise routing that the template dropped would stay. */
function inputOf(properties: ValueMap): Shape {
  const routing = mapOf(properties["RoutingConfig"])["AdditionalVersionWeights"];
  const weights = (Array.isArray(routing) ? routing.map(mapOf) : []).map(({ FunctionVersion, FunctionWeight }) => [
    scalarText(FunctionVersion),
    Number(FunctionWeight),
  ]);
  const { FunctionName, Name, FunctionVersion, Description } = properties;
  return defined({
    FunctionName,
    Name,
    FunctionVersion: scalarText(FunctionVersion),
    Description: Description ?? "",
    RoutingConfig: { AdditionalVersionWeights: Object.fromEntries(weights) },
  });
}

/** A configuration that has moved with its alias can only be changed once it has settled. */
async function putProvisionedConcurrency(target: ExistingResource, before: ValueMap): Promise<void> {
  const [wanted, present] = [amountOf(target.properties), amountOf(before)];
  const { FunctionName, Name } = target.properties;
  const input = { FunctionName, Qualifier: Name };
  if (present !== undefined) await waitUntilAllocated(target, input);
  if (wanted === present) return;
  if (wanted === undefined) await callLambdaIfThere(target, "DeleteProvisionedConcurrencyConfig", input);
  else
    await callLambda(target, "PutProvisionedConcurrencyConfig", { ...input, ProvisionedConcurrentExecutions: wanted });
}

function amountOf(properties: ValueMap): number | undefined {
  const amount = mapOf(properties["ProvisionedConcurrencyConfig"])["ProvisionedConcurrentExecutions"];
  return amount === undefined ? undefined : Number(amount);
}

async function waitUntilAllocated(request: ResourceRequest, input: Shape): Promise<void> {
  for (;;) {
    const found = await callLambdaIfThere(request, "GetProvisionedConcurrencyConfig", input).catch(noneThere);
    if (found?.["Status"] !== "IN_PROGRESS") return;
    await poll(request);
  }
}

function noneThere(error: unknown): null {
  if (error instanceof AwsError && error.code === "ProvisionedConcurrencyConfigNotFoundException") return null;
  throw error;
}
