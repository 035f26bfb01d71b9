import { defined } from "../../core/shape.ts";
import { scalarText } from "../template/value.ts";
import { callLambda, callLambdaIfThere } from "./lambda-calls.ts";
import { nameOf, type Provider, type ResourceRequest, settleSoon } from "./provider.ts";

export const lambdaLayerVersionPermission: Provider = {
  async create(wanted) {
    const StatementId = nameOf(wanted, null);
    const { Action, OrganizationId, Principal } = wanted.properties;
    const input = { ...layerOf(wanted), ...defined({ Action, OrganizationId, Principal }), StatementId };
    await callLambda(wanted, "AddLayerVersionPermission", input);
    return StatementId;
  },

  /** A statement is immutable: every change of its definition replaces it. */
  update: settleSoon,

  async delete({ physicalId, ...existing }) {
    const input = { ...layerOf(existing), StatementId: physicalId };
    await callLambdaIfThere(existing, "RemoveLayerVersionPermission", input);
  },

  settle: settleSoon,

  async attributes({ physicalId }) {
    return { Id: physicalId };
  },

  replacedBy: "all",
  nameProperty: null,
  taggable: false,
};

/** `arn:…:layer:tools:3` is version 3 of the layer. */
function layerOf({ properties }: ResourceRequest): { LayerName: string; VersionNumber: number } {
  const arn = scalarText(properties["LayerVersionArn"]) ?? "";
  const colon = arn.lastIndexOf(":");
  return { LayerName: arn.slice(0, colon), VersionNumber: Number(arn.slice(colon + 1)) };
}
