import { defined, optionalText } from "../../core/shape.ts";
import { scalarText } from "../template/value.ts";
import { callLambda, callLambdaIfThere } from "./lambda-calls.ts";
import { nameOf, type Provider, settleSoon } from "./provider.ts";

export const lambdaLayerVersion: Provider = {
  async create(wanted) {
    const { CompatibleRuntimes, CompatibleArchitectures, Content, Description, LicenseInfo } = wanted.properties;
    const members = { CompatibleRuntimes, CompatibleArchitectures, Content, Description, LicenseInfo };
    const input = { LayerName: nameOf(wanted, "LayerName"), ...defined(members) };
    return optionalText(await callLambda(wanted, "PublishLayerVersion", input), "LayerVersionArn") ?? "";
  },

  /** A layer version is immutable: every change of its definition replaces it. */
  update: settleSoon,

  async delete({ physicalId, ...existing }) {
    const colon = physicalId.lastIndexOf(":");
    const input = { LayerName: physicalId.slice(0, colon), VersionNumber: Number(physicalId.slice(colon + 1)) };
    await callLambdaIfThere(existing, "DeleteLayerVersion", input);
  },

  settle: settleSoon,

  async attributes({ physicalId, properties }) {
    return { LayerVersionArn: physicalId, LayerName: scalarText(properties["LayerName"]) ?? physicalId };
  },

  replacedBy: "all",
  nameProperty: null,
  taggable: false,
};
