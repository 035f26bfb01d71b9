import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalFlag, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { conflict, invalidParameter, notFound, revisionMismatch } from "./errors.ts";
import { type FunctionRecord, type PolicyRecord, type PolicyStatement, UNQUALIFIED } from "./function-record.ts";
import { constrainReference, LATEST, readReference, resolveReference } from "./names.ts";

const STATEMENT_ID = "([a-zA-Z0-9-_]+)";
/** For all statements of one policy together. It cannot be raised. */
const MAX_POLICY_BYTES = 20_480;
const ACTION = "(lambda:[*]|lambda:[a-zA-Z]+|[*])";

/**
 * Permissions to invoke a function: one policy for the bare function and for each qualifier, each with its own
 * revision.
 */
export function policyOperations(account: LambdaAccount): LambdaOperations {
  return {
    AddPermission: (input) => addPermission(account, input),
    RemovePermission: (input) => removePermission(account, input),
    GetPolicy: (input) => getPolicy(account, input),
  };
}

function addPermission(account: LambdaAccount, input: Shape): Shape {
  const constraints = constrainReference(input, "namespaced");
  constraints.maxLength("StatementId", 100).pattern("StatementId", STATEMENT_ID).pattern("Action", ACTION).enforce();
  const { name, qualifier } = resolveReference(account.context, input);
  if (qualifier === LATEST) throw invalidParameter("We currently do not support adding policies for $LATEST.");
  const record = account.function({ name, qualifier: undefined });
  if (qualifier !== undefined) account.requireQualifier(record, qualifier);
  const statement = readStatement(input, account.arn(name, qualifier));
  const policy = record.policies.get(qualifier ?? UNQUALIFIED);
  requireRevision(policy, input);
  if (policy?.statements.some(({ Sid }) => Sid === statement.Sid)) {
    throw conflict(
      `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const statements = [...(policy?.statements ?? []), statement];
  requireSize(statements);
  record.policies.set(qualifier ?? UNQUALIFIED, { statements, revisionId: account.context.uuid() });
  return { Statement: JSON.stringify(statement) };
}

function removePermission(account: LambdaAccount, input: Shape): Shape {
  const { name, qualifier } = readReference(account.context, input);
  const record = account.functions.get(name);
  if (!record) throw notFound(`No policy found for: ${account.arn(name, qualifier)}`);
  if (qualifier !== undefined) account.requireQualifier(record, qualifier);
  const policy = record.policies.get(qualifier ?? UNQUALIFIED);
  if (!policy) throw notFound("No policy is associated with the given resource.");
  const sid = optionalText(input, "StatementId") ?? "";
  if (!policy.statements.some(({ Sid }) => Sid === sid)) {
    throw notFound(`Statement ${sid} is not found in resource policy.`);
  }
  requireRevision(policy, input);
  const statements = policy.statements.filter(({ Sid }) => Sid !== sid);
  if (statements.length === 0) record.policies.delete(qualifier ?? UNQUALIFIED);
  else record.policies.set(qualifier ?? UNQUALIFIED, { statements, revisionId: account.context.uuid() });
  return {};
}

/** AWS responds alike if the policy, the qualifier or the function is missing. */
function getPolicy(account: LambdaAccount, input: Shape): Shape {
  const { name, qualifier } = readReference(account.context, input);
  const policy = policyOf(account.functions.get(name), qualifier);
  if (!policy) throw notFound("The resource you requested does not exist.");
  return { Policy: documentOf(policy.statements), RevisionId: policy.revisionId };
}

function documentOf(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });
}

function requireSize(statements: readonly PolicyStatement[]): void {
  const size = Buffer.byteLength(documentOf(statements));
  if (size <= MAX_POLICY_BYTES) return;
  const message = `The final policy size (${size}) is bigger than the limit (${MAX_POLICY_BYTES}).`;
  throw new AwsError("PolicyLengthExceededException", message, 400, { Type: "User" });
}

function policyOf(record: FunctionRecord | undefined, qualifier: string | undefined): PolicyRecord | undefined {
  return record?.policies.get(qualifier ?? UNQUALIFIED);
}

function requireRevision(policy: PolicyRecord | undefined, input: Shape): void {
  const revisionId = optionalText(input, "RevisionId");
  if (revisionId && revisionId !== policy?.revisionId) throw revisionMismatch("GetPolicy");
}

function readStatement(input: Shape, resource: string): PolicyStatement {
  const condition = readCondition(input);
  return {
    Sid: optionalText(input, "StatementId") ?? "",
    Effect: "Allow",
    Principal: readPrincipal(optionalText(input, "Principal") ?? ""),
    Action: optionalText(input, "Action") ?? "",
    Resource: resource,
    ...(condition ? { Condition: condition } : {}),
  };
}

function readPrincipal(principal: string): PolicyStatement["Principal"] {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (/^arn:aws[a-z-]*:(iam|sts)::/.test(principal)) return { AWS: principal };
  if (/^[a-z0-9.-]+\.(amazonaws\.com|amazon\.com)$/.test(principal)) return { Service: principal };
  throw invalidParameter("The provided principal was invalid. Please check the principal and try again.");
}

function readCondition(input: Shape): PolicyStatement["Condition"] {
  const sourceArn = optionalText(input, "SourceArn");
  const viaUrl = optionalFlag(input, "InvokedViaFunctionUrl");
  const equals = defined({
    "AWS:SourceAccount": optionalText(input, "SourceAccount"),
    "lambda:EventSourceToken": optionalText(input, "EventSourceToken"),
    "lambda:FunctionUrlAuthType": optionalText(input, "FunctionUrlAuthType"),
    "aws:PrincipalOrgID": optionalText(input, "PrincipalOrgID"),
  }) as Record<string, string>;
  const condition = {
    ...(Object.keys(equals).length > 0 ? { StringEquals: equals } : {}),
    ...(viaUrl === undefined ? {} : { Bool: { "lambda:InvokedViaFunctionUrl": String(viaUrl) } }),
    ...(sourceArn === undefined ? {} : { ArnLike: { "AWS:SourceArn": sourceArn } }),
  };
  return Object.keys(condition).length > 0 ? condition : undefined;
}
