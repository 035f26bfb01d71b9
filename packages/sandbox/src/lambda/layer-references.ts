import type { LambdaAccount } from "./account.ts";
import { invalidParameter } from "./errors.ts";
import type { LayerReference } from "./function-record.ts";

export const LAYER_VERSION_ARN =
  "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)";

const MAX_LAYERS = 5;

/**
 * The layers that a function asks for, with their sizes. Throws AWS's errors: too many layers, two versions of one
 * layer, a layer that does not exist. A layer of another account is accepted unchecked, without a size.
 */
export function resolveLayers(account: LambdaAccount, arns: readonly string[]): LayerReference[] {
  if (arns.length > MAX_LAYERS) throw invalidParameter(`Cannot reference more than ${MAX_LAYERS} layers.`);
  const references = arns.map((arn) => resolveLayer(account, arn));
  requireOneVersionEach(arns);
  return references;
}

function resolveLayer(account: LambdaAccount, arn: string): LayerReference {
  const [, , , region, owner, , name = "", version] = arn.split(":");
  if (region !== account.context.region) {
    throw invalidParameter(
      `Layers are not in the same region as the function. Layers are expected to be in region ${account.context.region}.`,
    );
  }
  if (owner !== account.context.accountId) return { Arn: arn, CodeSize: 0 };
  const found = account.layers.get(name)?.versions.get(Number(version));
  if (!found) throw invalidParameter(`Layer version ${arn} does not exist.`);
  return { Arn: arn, CodeSize: found.content.byteLength };
}

function requireOneVersionEach(arns: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const arn of arns) {
    const layer = arn.slice(0, arn.lastIndexOf(":"));
    const other = seen.get(layer);
    if (other !== undefined) {
      throw invalidParameter(
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`,
      );
    }
    seen.set(layer, arn);
  }
}
