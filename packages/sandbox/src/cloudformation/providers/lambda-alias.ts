import type { Shape } from "../../core/contract.ts";
import { defined, optionalText } from "../../core/shape.ts";
import { mapOf, scalarText, type ValueMap } from "../template/value.ts";
import { callLambda, callLambdaIfThere } from "./lambda-calls.ts";
import { type ExistingResource, type Provider, settleSoon } from "./provider.ts";

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

async function putProvisionedConcurrency(target: ExistingResource, before: ValueMap): Promise<void> {
  const wanted = mapOf(target.properties["ProvisionedConcurrencyConfig"])["ProvisionedConcurrentExecutions"];
  const { FunctionName, Name } = target.properties;
  const input = { FunctionName, Qualifier: Name };
  if (wanted !== undefined) {
    const amount = { ProvisionedConcurrentExecutions: Number(wanted) };
    await callLambda(target, "PutProvisionedConcurrencyConfig", { ...input, ...amount });
  } else if ("ProvisionedConcurrencyConfig" in before) {
    await callLambdaIfThere(target, "DeleteProvisionedConcurrencyConfig", input);
  }
}
