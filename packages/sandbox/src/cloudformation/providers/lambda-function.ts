import { sameValue } from "../template/value.ts";
import { callLambda, callLambdaIfThere, waitForFunction } from "./lambda-calls.ts";
import { putControls } from "./lambda-function-controls.ts";
import {
  CODE_PROPERTIES,
  CONFIGURATION_PROPERTIES,
  codeInput,
  configurationInput,
  createInput,
} from "./lambda-function-input.ts";
import { putScaling } from "./lambda-scaling.ts";
import { putTags } from "./lambda-tags.ts";
import { arn, type ExistingResource, nameOf, type Provider } from "./provider.ts";

export const lambdaFunction: Provider = {
  async create(wanted) {
    const name = nameOf(wanted, "FunctionName");
    await callLambda(wanted, "CreateFunction", createInput(name, wanted));
    const created = { ...wanted, physicalId: name };
    try {
      const { CodeSigningConfigArn } = created.properties;
      await putControls(created, CodeSigningConfigArn === undefined ? {} : { CodeSigningConfigArn });
      await putScaling(created, publishedOf(created), {});
    } catch (error) {
      await this.delete(created);
      throw error;
    }
    return name;
  },

  /**
   * Only a changed definition reaches Lambda: the same S3 key counts as the same code, whatever the object contains or
   * the function runs by now.
   */
  async update(wanted, existing) {
    const changed = (names: readonly string[]) =>
      names.some((name) => !sameValue(wanted.properties[name], existing.properties[name]));
    const target = { ...wanted, physicalId: existing.physicalId };
    if (changed(CONFIGURATION_PROPERTIES)) {
      await callLambda(wanted, "UpdateFunctionConfiguration", configurationInput(target, existing));
      await waitForFunction(wanted, { FunctionName: existing.physicalId });
    }
    if (changed(CODE_PROPERTIES)) {
      await callLambda(wanted, "UpdateFunctionCode", codeInput(target));
      await waitForFunction(wanted, { FunctionName: existing.physicalId });
    }
    await putControls(target, existing.properties);
    await putScaling(target, publishedOf(target), existing.properties);
    await putTags(functionArnOf(target), target, existing);
  },

  async delete(existing) {
    await callLambdaIfThere(existing, "DeleteFunction", { FunctionName: existing.physicalId });
  },

  async settle(existing) {
    await waitForFunction(existing, { FunctionName: existing.physicalId });
  },

  async attributes(existing) {
    return { Arn: functionArnOf(existing) };
  },

  replacedBy: ["FunctionName", "PackageType", "TenancyConfig"],
  nameProperty: "FunctionName",
  taggable: true,

  importing: {
    identifier: "FunctionName",
    idOf: (name) => name,
    exists: async (existing) =>
      (await callLambdaIfThere(existing, "GetFunctionConfiguration", { FunctionName: existing.physicalId })) !== null,
    adopt: (existing) => putTags(functionArnOf(existing), existing, { ...existing, tags: {}, properties: {} }),
  },
};

/** A function's own scaling is that of what its callers reach without a qualifier. */
function publishedOf({ physicalId }: ExistingResource): { FunctionName: string; Qualifier: string } {
  return { FunctionName: physicalId, Qualifier: "$LATEST.PUBLISHED" };
}

function functionArnOf(existing: ExistingResource): string {
  return arn(existing, "lambda", `function:${existing.physicalId}`);
}
