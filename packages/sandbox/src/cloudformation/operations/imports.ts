import type { AwsError, Shape } from "../../core/contract.ts";
import { optionalShape } from "../../core/shape.ts";
import { ownerOf } from "../engine/import-resource.ts";
import { wantedResource } from "../engine/resource-operations.ts";
import { existingRequest, shownScope } from "../engine/scope.ts";
import type { Blueprint, PlannedChange, Site } from "../model.ts";
import { providerOf } from "../providers/table.ts";
import { conditionHolds, type Scope } from "../template/evaluate.ts";
import { validationError } from "../template/parse.ts";
import { isUnknown } from "../template/unknown.ts";
import { scalarText } from "../template/value.ts";
import { optionalList, requiredText } from "./input.ts";

/** Physical ids by logical id, from `ResourcesToImport`. Throws ValidationError. */
export function submittedImports({ template }: Blueprint, input: Shape): Map<string, string> {
  const imports = new Map<string, string>();
  for (const item of optionalList(input, "ResourcesToImport") ?? []) {
    const logicalId = requiredText(item, "LogicalResourceId");
    const type = requiredText(item, "ResourceType");
    const definition = template.resources.get(logicalId);
    if (definition?.type !== type) {
      throw validationError(`Resource [${logicalId}] of type [${type}] is not in the template`);
    }
    imports.set(logicalId, identifierOf(type, optionalShape(item, "ResourceIdentifier") ?? {}));
  }
  if (imports.size === 0) throw validationError("ResourcesToImport must be specified for change sets of type IMPORT");
  const bare = [...imports.keys()].filter((id) => template.resources.get(id)?.deletionPolicy === undefined);
  if (bare.length > 0) {
    const rule = "must have DeletionPolicy attribute specified in the template.";
    throw validationError(`The following resources to import [${bare.join(", ")}] ${rule}`);
  }
  return imports;
}

/** Throws ValidationError if the set would change anything besides its imports. */
export function checkOnlyImports(changes: readonly PlannedChange[], outputsChange: boolean): void {
  const others = changes.filter(({ action }) => action !== "Import");
  const sections = [...(others.length > 0 ? ["Resources"] : []), ...(outputsChange ? ["Outputs"] : [])];
  if (sections.length === 0) return;
  throw validationError(`As part of the import operation, you cannot modify or add [${sections.join(", ")}]`);
}

/**
 * Physical ids, by logical id, of the template's resources with custom names that exist in the account and belong to no
 * stack. Throws ValidationError if one of them would not be retained when its stack is deleted.
 */
export async function existingResources(site: Site, blueprint: Blueprint): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const refused: string[] = [];
  const scope: Scope = { ...shownScope(site, blueprint), parameters: blueprint.parameters };
  for (const [logicalId, { condition, type, deletionPolicy }] of blueprint.template.resources) {
    if (site.stack.resources.has(logicalId) || !conditionHolds(condition, scope)) continue;
    const { importing, nameProperty } = providerOf(type);
    const wanted = wantedResource(site, blueprint, { logicalId, scope });
    const value = wanted.properties[nameProperty ?? ""];
    const name = scalarText(value);
    if (!importing || name === undefined || isUnknown(value)) continue;
    const physicalId = importing.idOf(name, await existingRequest(site, wanted));
    const resource = { ...wanted, physicalId };
    if (ownerOf(site.account, resource) || !(await importing.exists(await existingRequest(site, resource)))) continue;
    found.set(logicalId, physicalId);
    if (!deletionPolicy?.startsWith("Retain")) refused.push(`${logicalId} ({${importing.identifier}=${physicalId}})`);
  }
  if (refused.length > 0) throw notRetained(refused);
  return found;
}

function notRetained(resources: readonly string[]): AwsError {
  const what = "CloudFormation is attempting to import some resources because they already exist in your account.";
  const rule =
    "The resources must have the DeletionPolicy attribute set to 'Retain' or 'RetainExceptOnCreate' in the template for successful import.";
  return validationError(`${what} ${rule} The affected resources are ${resources.join(", ")}`);
}

function identifierOf(type: string, given: Shape): string {
  const identifier = providerOf(type).importing?.identifier;
  if (identifier === undefined) throw validationError(`ResourceTypes [${type}] are not supported for Import`);
  const value = given[identifier];
  if (typeof value === "string" && value !== "") return value;
  throw validationError(`Resource identifier [${identifier}] must be specified for resources of type [${type}]`);
}
