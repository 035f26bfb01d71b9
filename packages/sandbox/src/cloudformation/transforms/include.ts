import { evaluate } from "../template/evaluate.ts";
import { parseTemplateText } from "../template/parse.ts";
import { scalarText, type Value } from "../template/value.ts";
import { type Transform, TransformError, type TransformScope } from "./transform.ts";

/** Merges a snippet from S3 into the template. If both have a member, the snippet's stays. */
export const include: Transform = async (document, scope, settings) => {
  const location = locationOf(settings["Location"], scope);
  if (!location?.startsWith("s3://") && !location?.startsWith("https://")) {
    throw new TransformError("The location parameter is not a valid S3 uri.");
  }
  const snippet = parseTemplateText(await scope.textAt(location));
  return { ...document, ...snippet };
};

/** The location may be written with functions of parameters and pseudo parameters. */
function locationOf(value: Value | undefined, { parameters, pseudo }: TransformScope): string | undefined {
  const unavailable = (): never => {
    throw new TransformError("The location parameter is not a valid S3 uri.");
  };
  const template = { conditions: {}, mappings: {} };
  const scope = { template, parameters, pseudo, resourceValue: unavailable, importValue: unavailable };
  return scalarText(value === undefined ? undefined : evaluate(value, scope));
}
