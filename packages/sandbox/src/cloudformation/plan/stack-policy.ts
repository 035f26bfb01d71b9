import { validationError } from "../template/parse.ts";
import { isMap, mapOf, scalarText, type Value, type ValueMap } from "../template/value.ts";

/** What an update is about to do to a resource. */
interface PolicyQuestion {
  readonly logicalId: string;
  readonly type: string;
  readonly action: "Update:Modify" | "Update:Replace" | "Update:Delete";
}

/** Why the stack's policy forbids an action; null if it does not. Without a policy everything is allowed. */
export function actionDenied(
  policies: { policy: string | undefined; policyDuringUpdate: string | undefined },
  question: PolicyQuestion,
): string | null {
  const statements = statementsOf(policies.policyDuringUpdate ?? policies.policy);
  if (statements.length === 0) return null;
  const denial = statements.findIndex((statement) => statement["Effect"] === "Deny" && matches(statement, question));
  const resource = `for resource [LogicalResourceId/${question.logicalId}]`;
  if (denial >= 0) {
    return `Action denied by stack policy: Statement [#${denial + 1}] does not allow [${question.action}] ${resource}`;
  }
  const allowed = statements.some((statement) => statement["Effect"] === "Allow" && matches(statement, question));
  return allowed ? null : `Action not allowed by stack policy: no statement allows [${question.action}] ${resource}`;
}

/** Throws ValidationError unless the text is a stack policy. An empty object removes the policy. */
export function checkStackPolicy(text: string): void {
  if (!isPolicy(text)) throw validationError("Error validating stack policy: Invalid stack policy");
}

function isPolicy(text: string): boolean {
  try {
    const policy: Value = JSON.parse(text);
    if (!isMap(policy)) return false;
    if (Object.keys(policy).length === 0) return true;
    const statements = listOf(policy["Statement"]);
    return statements.length > 0 && statements.every((statement) => isMap(statement) && isStatement(statement));
  } catch {
    return false;
  }
}

const ACTION = /^Update:(\*|Modify|Replace|Delete)$|^\*$/;

/** The principal of a stack policy can only be `*`. */
function isStatement(statement: ValueMap): boolean {
  const actions = textsOf(statement["Action"] ?? statement["NotAction"]);
  return (
    (statement["Effect"] === "Allow" || statement["Effect"] === "Deny") &&
    statement["Principal"] === "*" &&
    actions.length > 0 &&
    actions.every((action) => ACTION.test(action)) &&
    ("Resource" in statement || "NotResource" in statement || "Condition" in statement)
  );
}

function statementsOf(policy: string | undefined): ValueMap[] {
  if (policy === undefined) return [];
  const document: Value = JSON.parse(policy);
  return listOf(mapOf(document)["Statement"]).map(mapOf);
}

function matches(statement: ValueMap, question: PolicyQuestion): boolean {
  const { logicalId, type, action } = question;
  const id = `LogicalResourceId/${logicalId}`;
  const on = (name: string, value: string) =>
    textsOf(statement[name]).some((pattern) => matchesPattern(pattern, value));
  const matchesAction = "NotAction" in statement ? !on("NotAction", action) : on("Action", action);
  const matchesResource = "NotResource" in statement ? !on("NotResource", id) : on("Resource", id);
  return matchesAction && matchesResource && matchesCondition(mapOf(statement["Condition"]), type);
}

/** ResourceType is the only key that conditions of stack policies support. */
function matchesCondition(condition: ValueMap, type: string): boolean {
  return Object.entries(condition).every(([operator, body]) => {
    const patterns = textsOf(mapOf(body)["ResourceType"]);
    return operator === "StringLike"
      ? patterns.some((pattern) => matchesPattern(pattern, type))
      : patterns.includes(type);
  });
}

/** `*` matches any characters, `?` a single one. */
function matchesPattern(pattern: string, value: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${escaped}$`).test(value);
}

function listOf(value: Value | undefined): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function textsOf(value: Value | undefined): string[] {
  return listOf(value).map((item) => scalarText(item) ?? "");
}
