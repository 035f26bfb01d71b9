import type { Shape } from "../../core/contract.ts";
import { defined, optionalText } from "../../core/shape.ts";
import { mapOf } from "../template/value.ts";
import { callLambda, callLambdaIfThere, typed } from "./lambda-calls.ts";
import { type Provider, type ResourceRequest, settleSoon } from "./provider.ts";

export const lambdaUrl: Provider = {
  async create(wanted) {
    const url = await callLambda(wanted, "CreateFunctionUrlConfig", inputOf(wanted));
    return optionalText(url, "FunctionArn") ?? "";
  },

  async update(wanted) {
    await callLambda(wanted, "UpdateFunctionUrlConfig", { Cors: {}, InvokeMode: "BUFFERED", ...inputOf(wanted) });
  },

  async delete(existing) {
    await callLambdaIfThere(existing, "DeleteFunctionUrlConfig", addressOf(existing));
  },

  settle: settleSoon,

  async attributes(existing) {
    const url = await callLambda(existing, "GetFunctionUrlConfig", addressOf(existing));
    return { FunctionArn: existing.physicalId, FunctionUrl: optionalText(url, "FunctionUrl") ?? "" };
  },

  replacedBy: ["TargetFunctionArn", "Qualifier"],
  nameProperty: null,
  taggable: false,
};

function addressOf({ properties }: ResourceRequest): Shape {
  return defined({ FunctionName: properties["TargetFunctionArn"], Qualifier: properties["Qualifier"] });
}

function inputOf(request: ResourceRequest): Shape {
  const { TargetFunctionArn: _target, Qualifier: _qualifier, ...settings } = request.properties;
  return { ...addressOf(request), ...mapOf(typed(settings, { numbers: ["MaxAge"], flags: ["AllowCredentials"] })) };
}
