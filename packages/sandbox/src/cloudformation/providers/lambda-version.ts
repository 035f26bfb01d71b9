import { defined, optionalShapes, optionalText } from "../../core/shape.ts";
import { mapOf, scalarText } from "../template/value.ts";
import { callLambda, callLambdaIfThere, waitForFunction } from "./lambda-calls.ts";
import { type ExistingResource, type Provider, type ResourceRequest, settleSoon } from "./provider.ts";
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
    await putProvisioned(wanted, FunctionName, version);
    return optionalText(published, "FunctionArn") ?? "";
  },

  /** A version is immutable: every change of its definition replaces it. */
  update: settleSoon,

  async delete(existing) {
    const { FunctionName, Qualifier } = addressOf(existing);
    await callLambdaIfThere(existing, "DeleteFunction", { FunctionName, Qualifier });
  },

  async settle(existing) {
    await waitForFunction(existing, addressOf(existing));
  },

  async attributes(existing) {
    return { FunctionArn: existing.physicalId, Version: addressOf(existing).Qualifier };
  },

  replacedBy: "all",
  nameProperty: null,
  taggable: false,
};

async function putProvisioned(wanted: ResourceRequest, FunctionName: string, Qualifier: string): Promise<void> {
  const amount = mapOf(wanted.properties["ProvisionedConcurrencyConfig"])["ProvisionedConcurrentExecutions"];
  if (amount === undefined) return;
  const input = { FunctionName, Qualifier, ProvisionedConcurrentExecutions: Number(amount) };
  await callLambda(wanted, "PutProvisionedConcurrencyConfig", input);
}

/** `arn:…:function:name:7` is version 7 of the function. */
function addressOf({ physicalId }: ExistingResource): { FunctionName: string; Qualifier: string } {
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
