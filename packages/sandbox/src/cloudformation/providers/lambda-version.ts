import { defined, optionalShapes, optionalText } from "../../core/shape.ts";
import { mapOf, scalarText } from "../template/value.ts";
import { callLambda, callLambdaIfThere, waitForFunction } from "./lambda-calls.ts";
import { type ProvisionedTarget, provisionedIn, putProvisioned, waitUntilAllocated } from "./lambda-provisioned.ts";
import { putScaling } from "./lambda-scaling.ts";
import type { ExistingResource, Provider, ResourceRequest } from "./provider.ts";
import { ResourceError } from "./resource-error.ts";

export const lambdaVersion: Provider = {
  async create(wanted) {
    const FunctionName = scalarText(wanted.properties["FunctionName"]) ?? "";
    const known = await versionsOf(wanted, FunctionName);
    const { CodeSha256, Description } = wanted.properties;
    const published = await callLambda(wanted, "PublishVersion", defined({ FunctionName, CodeSha256, Description }));
    const version = optionalText(published, "Version") ?? "";
    if (known.includes(version)) {
      const advice = "Modify the function to create a new version.";
      throw new ResourceError(`A version for this Lambda function exists ( ${version} ). ${advice}`);
    }
    const target = { FunctionName, Qualifier: version };
    await putRuntimePolicy(wanted, target);
    await putScaling(wanted, target, {});
    await putProvisioned(wanted, target, { wanted: provisionedIn(wanted.properties), present: undefined });
    return optionalText(published, "FunctionArn") ?? "";
  },

  /** A version is immutable: every change but that of its number of environments replaces it. */
  async update(wanted, existing) {
    await putScaling(wanted, addressOf(existing), existing.properties);
  },

  async delete(existing) {
    const { FunctionName, Qualifier } = addressOf(existing);
    await callLambdaIfThere(existing, "DeleteFunction", { FunctionName, Qualifier });
  },

  async settle(existing) {
    await waitForFunction(existing, { ...addressOf(existing) });
    if (provisionedIn(existing.properties) !== undefined) await waitUntilAllocated(existing, addressOf(existing));
  },

  async attributes(existing) {
    return { FunctionArn: existing.physicalId, Version: addressOf(existing).Qualifier };
  },

  replacedBy: ["CodeSha256", "Description", "FunctionName", "ProvisionedConcurrencyConfig", "RuntimePolicy"],
  nameProperty: null,
  taggable: false,
};

async function putRuntimePolicy(wanted: ResourceRequest, target: ProvisionedTarget): Promise<void> {
  const policy = wanted.properties["RuntimePolicy"];
  if (policy !== undefined) await callLambda(wanted, "PutRuntimeManagementConfig", { ...mapOf(policy), ...target });
}

/** `arn:…:function:name:7` is version 7 of the function. */
function addressOf({ physicalId }: ExistingResource): ProvisionedTarget {
  const colon = physicalId.lastIndexOf(":");
  return { FunctionName: physicalId.slice(0, colon), Qualifier: physicalId.slice(colon + 1) };
}

async function versionsOf(request: ResourceRequest, FunctionName: string): Promise<string[]> {
  const versions: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await callLambda(request, "ListVersionsByFunction", defined({ FunctionName, Marker }));
    versions.push(...(optionalShapes(page, "Versions") ?? []).map((row) => optionalText(row, "Version") ?? ""));
    Marker = optionalText(page, "NextMarker");
  } while (Marker);
  return versions;
}
