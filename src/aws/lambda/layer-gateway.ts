import type { PublishLayerVersionRequest } from "@aws-sdk/client-lambda";
import { nullIfMissing } from "../error-mapping.ts";
import type { CodeSource } from "../gateways/lambda.ts";
import type { LayerFacts, LayerGateway, LayerWrite } from "../gateways/layers.ts";
import type { Staging } from "../objects/staging.ts";
import { allPages } from "../paging.ts";
import { withCode } from "./code-upload.ts";
import type { LambdaCall } from "./function-readers.ts";

/** More is not answered per page (AWS's maximum for this call). */
const PAGE_SIZE = 50;

export function createLayerGateway(call: LambdaCall, staging: Staging): LayerGateway {
  return {
    getLayer: (arn) => getLayer(call, arn),
    getLayerPolicy: async (arn) => {
      const [layer, number] = splitArn(arn);
      const answer = await nullIfMissing(
        call((sdk) => new sdk.GetLayerVersionPolicyCommand({ LayerName: layer, VersionNumber: number })),
      );
      return answer?.Policy ?? null;
    },
    listLayerVersions: async (layer) => {
      const versions = allPages(async (marker) => {
        const page = await call(
          (sdk) => new sdk.ListLayerVersionsCommand({ LayerName: layer, Marker: marker, MaxItems: PAGE_SIZE }),
        );
        return { items: page.LayerVersions ?? [], next: page.NextMarker };
      });
      const found = (await nullIfMissing(versions)) ?? [];
      const newestFirst = [...found].sort((one, other) => (other.Version ?? 0) - (one.Version ?? 0));
      return newestFirst.flatMap(({ LayerVersionArn }) => LayerVersionArn ?? []);
    },
    publishLayer: (layer, content, about) => publishLayer({ call, staging }, layer, { content, about }),
  };
}

async function getLayer(call: LambdaCall, arn: string): Promise<LayerFacts | null> {
  const answer = await nullIfMissing(call((sdk) => new sdk.GetLayerVersionByArnCommand({ Arn: arn })));
  return (
    answer && {
      arn,
      location: answer.Content?.Location ?? null,
      codeSha256: answer.Content?.CodeSha256 ?? "",
      sizeBytes: answer.Content?.CodeSize ?? 0,
      description: answer.Description ?? "",
      licenseInfo: answer.LicenseInfo ?? null,
      compatibleRuntimes: answer.CompatibleRuntimes ?? [],
      compatibleArchitectures: answer.CompatibleArchitectures ?? [],
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
    // Layers have no key of their own, and `withCode` sends none where the source has none.
    (members) => call((sdk) => new sdk.PublishLayerVersionCommand({ ...request, Content: members })),
  );
  return published.LayerVersionArn ?? "";
}

/** The layer's ARN and the version's number. */
function splitArn(arn: string): [layer: string, number: number] {
  const colon = arn.lastIndexOf(":");
  return [arn.slice(0, colon), Number(arn.slice(colon + 1))];
}
