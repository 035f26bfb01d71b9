import { createHash } from "node:crypto";
import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalNumber, optionalShape, optionalText, optionalTexts } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { invalidParameter, notFound } from "./errors.ts";
import { loadZip } from "./function-code.ts";
import { timestamp } from "./function-description.ts";
import { LAYER_VERSION_ARN } from "./layer-references.ts";
import { pageByMarker } from "./paging.ts";
import type { LayerRecord, LayerVersion } from "./resource-records.ts";
import { ARCHITECTURES, isRuntime, RUNTIMES } from "./runtimes.ts";

export function layerOperations(account: LambdaAccount): LambdaOperations {
  return {
    PublishLayerVersion: (input) => publishLayer(account, input),
    GetLayerVersion: (input) => getLayerVersion(account, input),
    GetLayerVersionByArn: (input) => getLayerVersionByArn(account, input),
    DeleteLayerVersion: (input) => deleteLayerVersion(account, input),
    ListLayers: (input) => listLayers(account, input),
    ListLayerVersions: (input) => listLayerVersions(account, input),
  };
}

async function publishLayer(account: LambdaAccount, input: Shape): Promise<Shape> {
  const runtimes = optionalTexts(input, "CompatibleRuntimes");
  const architectures = optionalTexts(input, "CompatibleArchitectures");
  requireCompatibility(input, runtimes, architectures);
  const content = await loadZip(account, optionalShape(input, "Content") ?? {});
  if (!content) throw invalidParameter("Please provide a source for layer content.");
  const name = layerName(optionalText(input, "LayerName") ?? "");
  const layer = account.layers.get(name) ?? { name, lastVersion: 0, versions: new Map() };
  layer.lastVersion += 1;
  const version: LayerVersion = {
    number: layer.lastVersion,
    content,
    createdAt: account.now(),
    description: optionalText(input, "Description") ?? "",
    licenseInfo: optionalText(input, "LicenseInfo"),
    runtimes,
    architectures,
    policy: undefined,
  };
  layer.versions.set(version.number, version);
  account.layers.set(name, layer);
  return describeWithContent(account, layer, version);
}

function requireCompatibility(
  input: Shape,
  runtimes: readonly string[] = [],
  architectures: readonly string[] = [],
): void {
  const constraints = new Constraints(input);
  if (runtimes.some((runtime) => !isRuntime(runtime))) {
    constraints.violated(
      `[${runtimes.join(", ")}]`,
      "compatibleRuntimes",
      `Member must satisfy enum value set: [${RUNTIMES.join(", ")}]`,
    );
  }
  if (architectures.some((architecture) => !ARCHITECTURES.includes(architecture))) {
    constraints.violated(
      `[${architectures.join(", ")}]`,
      "compatibleArchitectures",
      `Member must satisfy constraint: [Member must satisfy enum value set: [${ARCHITECTURES.join(", ")}], Member must not be null]`,
    );
  }
  constraints.enforce();
}

/** Accepts the layer's ARN as well as its name. */
export function layerName(given: string): string {
  return given.split(":").at(-1) ?? given;
}

function getLayerVersion(account: LambdaAccount, input: Shape): Shape {
  const number = requireNumber(input);
  return describeFound(account, layerName(optionalText(input, "LayerName") ?? ""), number);
}

/** Functions may use layers of other accounts but not read them. */
function getLayerVersionByArn(account: LambdaAccount, input: Shape): Shape {
  new Constraints(input).pattern("Arn", LAYER_VERSION_ARN).enforce();
  const arn = optionalText(input, "Arn") ?? "";
  const [, , , , owner, , name = "", number] = arn.split(":");
  if (owner !== account.context.accountId) {
    const message = `User: arn:aws:iam::${account.context.accountId}:user/sandbox is not authorized to perform: lambda:GetLayerVersion on resource: ${arn}`;
    throw new AwsError("AccessDeniedException", message, 403);
  }
  return describeFound(account, name, Number(number));
}

function describeFound(account: LambdaAccount, name: string, number: number): Shape {
  const layer = account.layers.get(name);
  const version = layer?.versions.get(number);
  if (!layer || !version) throw notFound("The resource you requested does not exist.");
  return describeWithContent(account, layer, version);
}

/** Deleting a version that does not exist succeeds. Functions that use the version keep it. */
function deleteLayerVersion(account: LambdaAccount, input: Shape): Shape {
  const number = requireNumber(input);
  account.layers.get(layerName(optionalText(input, "LayerName") ?? ""))?.versions.delete(number);
  return {};
}

function requireNumber(input: Shape): number {
  const number = optionalNumber(input, "VersionNumber") ?? 0;
  if (number < 1) throw invalidParameter("Layer Version Cannot be less than 1");
  return number;
}

function listLayers(account: LambdaAccount, input: Shape): Shape {
  constrainCompatible(input);
  const layers = [...account.layers.values()].filter((layer) => layer.versions.size > 0);
  const page = pageByMarker(layers, input);
  return defined({
    Layers: page.items.map((layer) => ({
      LayerName: layer.name,
      LayerArn: layerArn(account, layer),
      LatestMatchingVersion: newestFirst(layer).map((version) => describe(account, layer, version))[0],
    })),
    NextMarker: page.nextMarker,
  });
}

function listLayerVersions(account: LambdaAccount, input: Shape): Shape {
  constrainCompatible(input);
  const layer = account.layers.get(layerName(optionalText(input, "LayerName") ?? ""));
  if (!layer) return { LayerVersions: [] };
  const page = pageByMarker(newestFirst(layer), input);
  return defined({
    LayerVersions: page.items.map((version) => describe(account, layer, version)),
    NextMarker: page.nextMarker,
  });
}

function constrainCompatible(input: Shape): void {
  new Constraints(input).oneOf("CompatibleArchitecture", ARCHITECTURES).enforce();
}

function newestFirst(layer: LayerRecord): LayerVersion[] {
  return [...layer.versions.values()].sort((a, b) => b.number - a.number);
}

function layerArn(account: LambdaAccount, layer: LayerRecord): string {
  return `arn:aws:lambda:${account.context.region}:${account.context.accountId}:layer:${layer.name}`;
}

function describe(account: LambdaAccount, layer: LayerRecord, version: LayerVersion): Shape {
  return defined({
    LayerVersionArn: `${layerArn(account, layer)}:${version.number}`,
    Version: version.number,
    Description: version.description,
    CreatedDate: timestamp(version.createdAt),
    CompatibleRuntimes: version.runtimes,
    CompatibleArchitectures: version.architectures,
    LicenseInfo: version.licenseInfo,
  });
}

function describeWithContent(account: LambdaAccount, layer: LayerRecord, version: LayerVersion): Shape {
  return {
    ...describe(account, layer, version),
    LayerArn: layerArn(account, layer),
    Content: {
      Location: account.downloads.offer(version.content, `${layer.name}-${version.number}`, account.context),
      CodeSha256: createHash("sha256").update(version.content).digest("base64"),
      CodeSize: version.content.byteLength,
    },
  };
}
