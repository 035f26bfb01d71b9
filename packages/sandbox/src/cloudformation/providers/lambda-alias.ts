import type { Shape } from "../../core/contract.ts";
import { defined, optionalText } from "../../core/shape.ts";
import { mapOf, scalarText, type ValueMap } from "../template/value.ts";
import { callLambda, callLambdaIfThere } from "./lambda-calls.ts";
import { type ProvisionedTarget, provisionedIn, putProvisioned, waitUntilAllocated } from "./lambda-provisioned.ts";
import { type Provider, type ResourceRequest, settleSoon } from "./provider.ts";

export const lambdaAlias: Provider = {
  async create(wanted) {
    const alias = await callLambda(wanted, "CreateAlias", inputOf(wanted.properties));
    await provision(wanted, {});
    return optionalText(alias, "AliasArn") ?? "";
  },

  async update(wanted, existing) {
    await callLambda(wanted, "UpdateAlias", inputOf(wanted.properties));
    await provision(wanted, existing.properties);
  },

  async delete(existing) {
    const { FunctionName, Name } = inputOf(existing.properties);
    await callLambdaIfThere(existing, "DeleteAlias", { FunctionName, Name });
  },

  async settle(existing) {
    await settleSoon(existing);
    if (provisionedIn(existing.properties) !== undefined) {
      await waitUntilAllocated(existing, provisionedTarget(existing));
    }
  },

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

function provisionedTarget({ properties }: ResourceRequest): ProvisionedTarget {
  return {
    FunctionName: scalarText(properties["FunctionName"]) ?? "",
    Qualifier: scalarText(properties["Name"]) ?? "",
  };
}

/** Changes what is provisioned for the alias from what `before` says. */
async function provision(wanted: ResourceRequest, before: ValueMap): Promise<void> {
  const amounts = { wanted: provisionedIn(wanted.properties), present: provisionedIn(before) };
  await putProvisioned(wanted, provisionedTarget(wanted), amounts);
}
