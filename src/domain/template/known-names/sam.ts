import { asObject, type Json, type JsonObject } from "../../json.ts";
import { madeMap, madeText } from "../splice/node.ts";
import { isServerless, originOf, SAM } from "../splice/resources.ts";

/**
 * `PayFunction` for the function, its role, its versions and its permissions, all of which SAM generates from it. `sam build`
 * keeps the resource's own id in the metadata, which counts more: what produced the template may have renamed it.
 */
export function samNames(template: JsonObject): (logicalId: string) => string | null {
  const resources = asObject(template["Resources"]);
  const generatingResource = isServerlessApplication(template) ? generatorOf(resources) : () => null;
  return (logicalId) => {
    const key = generatingResource(logicalId);
    const sourceId = asObject(asObject(resources[key ?? logicalId])["Metadata"])["SamResourceId"];
    return typeof sourceId === "string" ? sourceId : key;
  };
}

function isServerlessApplication({ Transform }: JsonObject): boolean {
  return [Transform].flat().includes(SAM);
}

/**
 * The SAM resource that a logical id is generated from, or itself is. Null for an API or a deployment application, which SAM
 * generates once for all functions.
 */
function generatorOf(resources: JsonObject): (logicalId: string) => string | null {
  const definitions = new Map(Object.entries(resources).map(([key, value]) => [key, outlineOf(value)]));
  return (logicalId) => {
    const key = originOf({ definitions, open: false }, logicalId);
    const isGenerator = key !== null && logicalId.startsWith(key) && isServerless(definitions.get(key));
    return isGenerator ? key : null;
  };
}

/** As much of a definition as decides what is generated from it. */
function outlineOf(definition: Json) {
  const type = asObject(definition)["Type"];
  return madeMap(typeof type === "string" ? [["Type", madeText(type)]] : []);
}
