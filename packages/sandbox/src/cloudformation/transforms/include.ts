import { parameterReference } from "../template/parameters.ts";
import { parseTemplateText } from "../template/parse.ts";
import { mapOf, scalarText, type Value } from "../template/value.ts";
import { type Transform, TransformError, type TransformScope } from "./transform.ts";

/** Merges a snippet from S3 into the template. If both have a member, the template's own stays. */
export const include: Transform = async (document, scope, settings) => {
  const location = locationOf(settings["Location"], scope);
  if (!location?.startsWith("s3://") && !location?.startsWith("https://")) {
    throw new TransformError("The location parameter is not a valid S3 uri.");
  }
  const snippet = parseTemplateText(await scope.textAt(location));
  return { ...snippet, ...document };
};

/** The location may refer to a parameter but contain no other function. */
function locationOf(value: Value | undefined, { parameters }: TransformScope): string | undefined {
  const name = scalarText(mapOf(value)["Ref"]);
  const parameter = parameters.find(({ key }) => key === name);
  return scalarText(parameter ? parameterReference(parameter) : value);
}
