import { asObjects, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { matchesPattern } from "../name-pattern.ts";

/** What an update does to one resource, in the words of stack policies. No policy protects against adding a resource. */
export interface ResourceUpdate {
  readonly logicalId: string;
  readonly type: string;
  readonly action: "Update:Modify" | "Update:Replace" | "Update:Delete";
}

/**
 * Whether a stack's policy denies an update: an explicit Deny wins, and once there is a policy, an update that no statement
 * allows is denied (facts E2, step 5). Null and a policy that is not JSON deny nothing.
 */
export function policyDenies(policy: Json, update: ResourceUpdate): boolean {
  if (!isJsonObject(policy)) return false;
  const applying = statementsOf(policy).filter((statement) => applies(statement, update));
  const has = (effect: string) => applying.some((statement) => statement["Effect"] === effect);
  return has("Deny") || !has("Allow");
}

/** Stands in for no policy on a stack that has one: AWS cannot remove a policy, and this one denies nothing (facts E2, step 5). */
export const ALLOWS_EVERYTHING: JsonObject = {
  Statement: [{ Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" }],
};

/** The policy as data where it is JSON, so that formatting makes no difference. A policy that denies nothing reads as null. */
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

/** Whether everybody may update every resource: no statement denies, and each kind of update is allowed. */
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

/** The members of a statement that allows something for every resource and every principal. */
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

/** `Action` lists what the statement is about, `NotAction` what it is not about; the same holds for resources. */
function matches(statement: JsonObject, member: "Action" | "Resource", value: string): boolean {
  const named = (list: Json | undefined) => texts(list).some((pattern) => matchesPattern(pattern, value));
  const other = statement[`Not${member}`];
  return other === undefined ? named(statement[member]) : !named(other);
}

/** Stack policies have one condition: ResourceType, by StringEquals or StringLike. */
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
