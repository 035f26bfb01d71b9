import { scalarText, type Value } from "../../template/value.ts";
import { hashedId } from "./logical-ids.ts";
import { CODE_NAMES, s3Location } from "./s3-location.ts";
import { type Expander, generated, present, withParameters } from "./sam-template.ts";

/** Properties that SAM resolves before it computes the hash. */
const RESOLVED = ["LayerName", "LicenseInfo", "Description", "RetentionPolicy"];

/**
 * A layer version under an id that changes with its definition, so that every change publishes a new version and keeps
 * the old one.
 */
export const expandLayerVersion: Expander = ({ id, type, properties: written, attributes, own }, sam) => {
  const properties = { ...written };
  for (const name of RESOLVED) {
    const value: Value | undefined = properties[name];
    if (value !== undefined) properties[name] = withParameters(value, sam.scope);
  }
  const { ContentUri, LayerName, RetentionPolicy, Description, LicenseInfo, CompatibleRuntimes } = properties;
  const { Condition, DependsOn } = { ...attributes, ...own };
  const hashed = present({ Type: type, Properties: properties, Condition, DependsOn });
  const logicalId = hashedId(id, { [id]: hashed });
  sam.names.set(id, logicalId);
  const deletes = scalarText(RetentionPolicy)?.toLowerCase() === "delete";
  const layer = generated(
    "AWS::Lambda::LayerVersion",
    {
      Content: s3Location(ContentUri, CODE_NAMES, { id, property: "ContentUri" }),
      LayerName: LayerName ?? id,
      Description,
      LicenseInfo,
      CompatibleRuntimes,
      CompatibleArchitectures: properties["CompatibleArchitectures"],
    },
    { DeletionPolicy: deletes ? "Delete" : "Retain", ...attributes, ...own },
  );
  return { [logicalId]: layer };
};
