import type { PublishLayerVersionRequest } from "@aws-sdk/client-lambda";
import { nullIfMissing } from "../error-mapping.ts";
import type { CodeSource } from "../gateways/code.ts";
import type { LayerFacts, LayerGateway, LayerWrite } from "../gateways/layers.ts";
import type { Staging } from "../objects/staging.ts";
import { withCode } from "./code-upload.ts";
import type { LambdaCall } from "./function-readers.ts";

/** AWS's maximum for this call. */
const PAGE_SIZE = 50;

export function createLayerGateway(call: LambdaCall, staging: Staging): LayerGateway {
  return {
    getLayer: (arn) => getLayer(call, arn),
    getLayerPolicy: async (arn) => {
      const [layer, number] = splitArn(arn);
      const response = await nullIfMissing(
        call((sdk) => new sdk.GetLayerVersionPolicyCommand({ LayerName: layer, VersionNumber: number })),
      );
      return response?.Policy ?? null;
    },
    listLayerVersions: async (layer) => {
      const versions = call.list(
        (sdk, client) => sdk.paginateListLayerVersions({ client, pageSize: PAGE_SIZE }, { LayerName: layer }),
        (page) => page.LayerVersions,
      );
      const found = (await nullIfMissing(versions)) ?? [];
      const newestFirst = [...found].sort((one, other) => (other.Version ?? 0) - (one.Version ?? 0));
      return newestFirst.flatMap(({ LayerVersionArn }) => LayerVersionArn ?? []);
    },
    publishLayer: (layer, content, about) => publishLayer({ call, staging }, layer, { content, about }),
  };
}

async function getLayer(call: LambdaCall, arn: string): Promise<LayerFacts | null> {
  const response = await nullIfMissing(call((sdk) => new sdk.GetLayerVersionByArnCommand({ Arn: arn })));
  return (
    response && {
      arn,
      location: response.Content?.Location ?? null,
      codeSha256: response.Content?.CodeSha256 ?? "",
      sizeBytes: response.Content?.CodeSize ?? 0,
      description: response.Description ?? "",
      licenseInfo: response.LicenseInfo ?? null,
      compatibleRuntimes: response.CompatibleRuntimes ?? [],
      compatibleArchitectures: response.CompatibleArchitectures ?? [],
    }
  );
}

async function publishLayer(
  { call, staging }: { call: LambdaCall; staging: Staging },
  layer: string,
  { content, about }: { content: CodeSource; about: LayerWrite },
): Promise<string> {
  const request = {
    LayerName: layer,
    Description: about.description,
    ...(about.licenseInfo === null ? {} : { LicenseInfo: about.licenseInfo }),
    ...(about.compatibleRuntimes.length > 0 ? { CompatibleRuntimes: about.compatibleRuntimes } : {}),
    ...(about.compatibleArchitectures.length > 0 ? { CompatibleArchitectures: about.compatibleArchitectures } : {}),
  } as Omit<PublishLayerVersionRequest, "Content">;
  const published = await withCode(
    { packageType: "Zip", zip: content, sourceKmsKeyArn: null },
    staging,
    // A layer has no key of its own, and `withCode` sends none where the source has none.
    (members) => call((sdk) => new sdk.PublishLayerVersionCommand({ ...request, Content: members })),
  );
  return published.LayerVersionArn ?? "";
}

/** The layer's ARN and the version's number. */
function splitArn(arn: string): [layer: string, number: number] {
  const colon = arn.lastIndexOf(":");
  return [arn.slice(0, colon), Number(arn.slice(colon + 1))];
}
