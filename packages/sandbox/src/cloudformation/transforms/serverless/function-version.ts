import { mapOf, scalarText, type ValueMap } from "../../template/value.ts";
import { digestOf } from "./logical-ids.ts";
import {
  generated,
  getAtt,
  ref,
  type SamResource,
  SamResourceError,
  type SamTemplate,
  withParameters,
} from "./sam-template.ts";

/** The number of hash digits at the end of SAM's version ids. */
const HASH_LENGTH = 10;

/**
 * The version that `AutoPublishAlias` publishes; null without it. Its id is derived from the code's location, the
 * environment, the memory and SnapStart, so a change of any of these publishes another version, and the old one stays
 * in the account.
 */
export function versionOf(
  { id, properties, attributes }: SamResource,
  plain: ValueMap,
  sam: SamTemplate,
): { id: string; resources: ValueMap } | null {
  if (!("AutoPublishAlias" in properties)) return null;
  const { AutoPublishCodeSha256: sha, AutoPublishAliasAllProperties: all, VersionDescription } = properties;
  const given = sha === undefined ? undefined : scalarText(withParameters(sha, sam.scope));
  const hashed =
    scalarText(all) === "true" ? plain : hashedPart(plain, mapOf(withParameters(plain["Code"] ?? {}, sam.scope)));
  const versionId = `${id}Version${(given ?? digestOf(hashed)).slice(0, HASH_LENGTH)}`;
  sam.names.set(`${id}.Version`, versionId);
  const version = generated(
    "AWS::Lambda::Version",
    {
      FunctionName: ref(id),
      Description: VersionDescription,
      RuntimeManagementConfig: plain["RuntimeManagementConfig"],
    },
    { DeletionPolicy: "Retain", ...attributes },
  );
  return { id: versionId, resources: { [versionId]: version } };
}

function hashedPart(plain: ValueMap, code: ValueMap): ValueMap {
  const part: ValueMap = { ...code, ...mapOf(plain["Environment"]) };
  const { MemorySize, SnapStart } = plain;
  if (MemorySize !== undefined) part["MemorySize"] = MemorySize;
  if (SnapStart !== undefined && (scalarText(mapOf(SnapStart)["ApplyOn"]) ?? "None") !== "None") {
    part["SnapStart"] = SnapStart;
  }
  return part;
}

/**
 * The alias that points to the version. Its name has to be known when the template is processed, because it is part of
 * the id.
 */
export function aliasOf(
  { id, properties, attributes }: SamResource,
  versionId: string,
  sam: SamTemplate,
): { id: string; name: string; resources: ValueMap } {
  const name = scalarText(withParameters(properties["AutoPublishAlias"] ?? "", sam.scope));
  if (name === undefined || !/^[a-zA-Z0-9_-]+$/.test(name)) {
    throw new SamResourceError(id, "'AutoPublishAlias' must be a string or a Ref to a template parameter");
  }
  const aliasId = `${id}Alias${name.replaceAll("-", "D").replaceAll("_", "U")}`;
  sam.names.set(`${id}.Alias`, aliasId);
  const alias = generated(
    "AWS::Lambda::Alias",
    {
      FunctionName: ref(id),
      FunctionVersion: getAtt(versionId, "Version"),
      Name: name,
      ProvisionedConcurrencyConfig: properties["ProvisionedConcurrencyConfig"],
    },
    attributes,
  );
  return { id: aliasId, name, resources: { [aliasId]: alias } };
}
