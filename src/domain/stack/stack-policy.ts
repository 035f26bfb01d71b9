import { asObjects, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { matchesPattern } from "../name-pattern.ts";

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
  const applying = statementsOf(policy).filter((statement) => applies(statement, update));
  const has = (effect: string) => applying.some((statement) => statement["Effect"] === effect);
  return has("Deny") || !has("Allow");
}

/**
 * What a stack gets that is to have no policy and has one: AWS knows no way to take a policy off, and this one denies
 * nothing (facts E2, step 5).
 */
export const ALLOWS_EVERYTHING: JsonObject = {
  Statement: [{ Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" }],
};

/** As data where it is JSON, so that a reformatted policy is the same one. One that keeps nobody from anything is none. */
export function readStackPolicy(text: string | null): Json {
  if (text === null) return null;
  try {
    const policy = JSON.parse(text) as Json;
    return allowsEverything(policy) ? null : policy;
  } catch {
    return text;
  }
}

const UPDATES: readonly ResourceUpdate["action"][] = ["Update:Modify", "Update:Replace", "Update:Delete"];

/** Whether the policy allows every update of every resource to everybody: no statement denies, and each update is allowed. */
function allowsEverything(policy: Json): boolean {
  const statements = statementsOf(policy);
  const allowing = statements.filter((statement) =>
    ALLOWING.every(([member, value]) => texts(statement[member]).includes(value)),
  );
  return (
    statements.every(({ Effect }) => Effect === "Allow") &&
    UPDATES.every((action) =>
      allowing.some((statement) => !("Condition" in statement) && matches(statement, "Action", action)),
    )
  );
}

/** Of a statement that means every resource and everybody. */
const ALLOWING = [
  ["Effect", "Allow"],
  ["Principal", "*"],
  ["Resource", "*"],
] as const;

function statementsOf(policy: Json): JsonObject[] {
  const statements = isJsonObject(policy) ? policy["Statement"] : undefined;
  return asObjects(isJsonObject(statements) ? [statements] : statements);
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
