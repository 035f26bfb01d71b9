import { defined, optionalShape, optionalText } from "../../core/shape.ts";
import { callLambda, callLambdaIfThere } from "./lambda-calls.ts";
import { putTags, tagsOf } from "./lambda-tags.ts";
import { type Provider, type ResourceRequest, settleSoon } from "./provider.ts";

export const lambdaCodeSigningConfig: Provider = {
  async create(wanted) {
    const created = await callLambda(wanted, "CreateCodeSigningConfig", {
      ...inputOf(wanted),
      Tags: tagsOf(wanted),
    });
    return optionalText(optionalShape(created, "CodeSigningConfig") ?? {}, "CodeSigningConfigArn") ?? "";
  },

  async update(wanted, existing) {
    const { physicalId } = existing;
    const input = { Description: "", CodeSigningPolicies: DEFAULT_POLICIES, ...inputOf(wanted) };
    await callLambda(wanted, "UpdateCodeSigningConfig", { ...input, CodeSigningConfigArn: physicalId });
    await putTags(physicalId, wanted, existing);
  },

  async delete({ physicalId, ...existing }) {
    await callLambdaIfThere(existing, "DeleteCodeSigningConfig", { CodeSigningConfigArn: physicalId });
  },

  settle: settleSoon,

  async attributes({ physicalId }) {
    return { CodeSigningConfigArn: physicalId, CodeSigningConfigId: physicalId.slice(physicalId.lastIndexOf(":") + 1) };
  },

  replacedBy: [],
  nameProperty: null,
  taggable: true,
};

/** Lambda's default, to which a definition without policies returns. */
const DEFAULT_POLICIES = { UntrustedArtifactOnDeployment: "Warn" };

function inputOf({ properties }: ResourceRequest) {
  const { AllowedPublishers, CodeSigningPolicies, Description } = properties;
  return defined({ AllowedPublishers, CodeSigningPolicies, Description });
}
