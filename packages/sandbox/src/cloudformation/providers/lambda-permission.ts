import { mapOf } from "../template/value.ts";
import { callLambda, callLambdaIfThere, typed } from "./lambda-calls.ts";
import { nameOf, type Provider, settleSoon } from "./provider.ts";

export const lambdaPermission: Provider = {
  async create(wanted) {
    const StatementId = nameOf(wanted, null);
    const input = mapOf(typed(wanted.properties, { numbers: [], flags: ["InvokedViaFunctionUrl"] }));
    await callLambda(wanted, "AddPermission", { ...input, StatementId });
    return StatementId;
  },

  /** A statement is immutable: every change of its definition replaces it. */
  update: settleSoon,

  async delete(existing) {
    const { FunctionName } = existing.properties;
    await callLambdaIfThere(existing, "RemovePermission", { FunctionName, StatementId: existing.physicalId });
  },

  settle: settleSoon,

  async attributes({ physicalId }) {
    return { Id: physicalId };
  },

  replacedBy: "all",
  nameProperty: null,
  taggable: false,
};
