import type { Shape } from "../../core/contract.ts";
import { mapOf } from "../template/value.ts";
import { callLambda, callLambdaIfThere, typed } from "./lambda-calls.ts";
import { nameOf, type Provider, type ResourceRequest, settleSoon } from "./provider.ts";

const TYPES = { numbers: ["MaximumEventAgeInSeconds", "MaximumRetryAttempts"], flags: [] };

export const lambdaEventInvokeConfig: Provider = {
  async create(wanted) {
    await callLambda(wanted, "PutFunctionEventInvokeConfig", inputOf(wanted));
    return nameOf(wanted, null);
  },

  /** A put replaces the whole configuration, including what the template dropped. */
  async update(wanted) {
    await callLambda(wanted, "PutFunctionEventInvokeConfig", inputOf(wanted));
  },

  async delete(existing) {
    const { FunctionName, Qualifier } = existing.properties;
    await callLambdaIfThere(existing, "DeleteFunctionEventInvokeConfig", { FunctionName, Qualifier });
  },

  settle: settleSoon,

  async attributes() {
    return {};
  },

  replacedBy: ["FunctionName", "Qualifier"],
  nameProperty: null,
  taggable: false,
};

function inputOf({ properties }: ResourceRequest): Shape {
  return mapOf(typed(properties, TYPES));
}
