import { sameValue } from "../template/value.ts";
import { callLambda, callLambdaIfThere, waitForFunction } from "./lambda-calls.ts";
import { putControls } from "./lambda-function-controls.ts";
import {
  CODE_PROPERTIES,
  CONFIGURATION_PROPERTIES,
  codeInput,
  configurationInput,
  createInput,
  functionTags,
} from "./lambda-function-input.ts";
import { arn, type ExistingResource, nameOf, type Provider } from "./provider.ts";

export const lambdaFunction: Provider = {
  async create(wanted) {
    const name = nameOf(wanted, "FunctionName");
    await callLambda(wanted, "CreateFunction", createInput(name, wanted));
    const created = { ...wanted, physicalId: name };
    try {
      await putControls(created, {});
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
    await putTags(target, existing);
  },

  async delete(existing) {
    await callLambdaIfThere(existing, "DeleteFunction", { FunctionName: existing.physicalId });
  },

  async settle(existing) {
    await waitForFunction(existing, { FunctionName: existing.physicalId });
  },

  async attributes(existing) {
    return { Arn: arn(existing, "lambda", `function:${existing.physicalId}`) };
  },

  replacedBy: ["FunctionName", "PackageType", "TenancyConfig"],
  nameProperty: "FunctionName",
  taggable: true,

  importing: {
    identifier: "FunctionName",
    idOf: (name) => name,
    exists: async (existing) =>
      (await callLambdaIfThere(existing, "GetFunctionConfiguration", { FunctionName: existing.physicalId })) !== null,
    adopt: (existing) => putTags(existing, { ...existing, tags: {}, properties: {} }),
  },
};

async function putTags(target: ExistingResource, existing: ExistingResource): Promise<void> {
  const [wanted, before] = [functionTags(target), functionTags(existing)];
  const Resource = arn(target, "lambda", `function:${target.physicalId}`);
  const gone = Object.keys(before).filter((key) => !(key in wanted));
  const put = Object.entries(wanted).filter(([key, value]) => before[key] !== value);
  if (gone.length > 0) await callLambda(target, "UntagResource", { Resource, TagKeys: gone });
  if (put.length > 0) await callLambda(target, "TagResource", { Resource, Tags: Object.fromEntries(put) });
}
