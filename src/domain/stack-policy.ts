import { asObjects, isJsonObject, type Json, type JsonObject } from "./json.ts";
import { matchesPattern } from "./scope.ts";

/** What an update does to one resource, as stack policies call it. Nothing protects against adding one. */
export interface ResourceUpdate {
  readonly logicalId: string;
  readonly type: string;
  readonly action: "Update:Modify" | "Update:Replace" | "Update:Delete";
}

/**
 * Whether a stack's policy keeps an update from a resource: an explicit Deny wins, and what nothing allows is denied once
 * there is a policy (facts E2, step 5). Null, or a policy that is no JSON document, denies nothing.
 */
export function policyDenies(policy: Json, update: ResourceUpdate): boolean {
  if (!isJsonObject(policy)) return false;
  const statements = policy["Statement"];
  const applying = asObjects(isJsonObject(statements) ? [statements] : statements).filter((statement) =>
    applies(statement, update),
  );
  const has = (effect: string) => applying.some((statement) => statement["Effect"] === effect);
  return has("Deny") || !has("Allow");
}

function applies(statement: JsonObject, { logicalId, type, action }: ResourceUpdate): boolean {
  const resource = `LogicalResourceId/${logicalId}`;
  return (
    matches(statement, "Action", action) && matches(statement, "Resource", resource) && meetsCondition(statement, type)
  );
}

/** `Action` lists what is meant, `NotAction` what is not; the same with resources. */
function matches(statement: JsonObject, member: "Action" | "Resource", value: string): boolean {
  const named = (list: Json | undefined) => texts(list).some((pattern) => matchesPattern(pattern, value));
  const other = statement[`Not${member}`];
  return other === undefined ? named(statement[member]) : !named(other);
}

/** The one condition that stack policies know: ResourceType, by StringEquals or StringLike. */
function meetsCondition(statement: JsonObject, type: string): boolean {
  const condition = statement["Condition"];
  if (!isJsonObject(condition)) return true;
  return Object.entries(condition).every(([operator, keys]) => {
    const wanted = isJsonObject(keys) ? texts(keys["ResourceType"]) : [];
    return wanted.some((pattern) => (operator === "StringLike" ? matchesPattern(pattern, type) : pattern === type));
  });
}

function texts(value: Json | undefined): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === "string");
}
