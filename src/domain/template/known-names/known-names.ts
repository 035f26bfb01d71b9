import { asObject, type JsonObject } from "../../json.ts";
import { samNames } from "./sam.ts";
import { serverlessNames } from "./serverless.ts";

/** Returns the name by which people know a resource; null where they know it by its logical id alone. */
export type KnownNames = (logicalId: string) => string | null;

/**
 * The names that people gave, and from which a deploy tool generated the resources of a submitted template: the construct
 * path of the CDK, the resource of SAM, the function of the Serverless Framework. Pure.
 */
export function knownNames(template: JsonObject): KnownNames {
  const sources = [constructPaths(template), samNames(template), serverlessNames(template)];
  return (logicalId) => sources.map((nameOf) => nameOf(logicalId)).find((name) => name !== null) ?? null;
}

/** The CDK writes the path of the construct into the metadata of each resource, unless it is told not to. */
function constructPaths(template: JsonObject): KnownNames {
  const resources = asObject(template["Resources"]);
  return (logicalId) => {
    const path = asObject(asObject(resources[logicalId])["Metadata"])["aws:cdk:path"];
    return typeof path === "string" && path !== "" ? path : null;
  };
}
