import { AwsError, type Shape } from "../core/contract.ts";
import { optionalNumber, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { conflict, notFound, revisionMismatch } from "./errors.ts";
import type { PolicyRecord } from "./function-record.ts";
import { layerName } from "./layers.ts";
import type { LayerVersion } from "./resource-records.ts";

/**
 * Permissions of layer versions: one policy for each version, with its own revision. It is deleted with the version.
 */
export function layerPolicyOperations(account: LambdaAccount): LambdaOperations {
  return {
    AddLayerVersionPermission: (input) => addPermission(account, input),
    RemoveLayerVersionPermission: (input) => removePermission(account, input),
    GetLayerVersionPolicy: (input) => getPolicy(account, input),
  };
}

interface Target {
  readonly arn: string;
  readonly version: LayerVersion;
}

function addPermission(account: LambdaAccount, input: Shape): Shape {
  new Constraints(input).pattern("Action", "lambda:GetLayerVersion").enforce();
  const { arn, version } = findTarget(account, input);
  const statement = {
    Sid: optionalText(input, "StatementId") ?? "",
    Effect: "Allow",
    Principal: readPrincipal(optionalText(input, "Principal") ?? ""),
    Action: optionalText(input, "Action") ?? "",
    Resource: arn,
    ...organization(input),
  } as const;
  if (version.policy?.statements.some(({ Sid }) => Sid === statement.Sid)) {
    throw conflict(
      `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  requireRevision(version.policy, input);
  const statements = [...(version.policy?.statements ?? []), statement];
  version.policy = { statements, revisionId: account.context.uuid() };
  return { Statement: JSON.stringify(statement), RevisionId: version.policy.revisionId };
}

function readPrincipal(principal: string): string | Record<string, string> {
  return /^\d{12}$/.test(principal) ? { AWS: `arn:aws:iam::${principal}:root` } : principal;
}

function organization(input: Shape): { Condition?: Record<string, Record<string, string>> } {
  const id = optionalText(input, "OrganizationId");
  return id === undefined ? {} : { Condition: { StringEquals: { "aws:PrincipalOrgID": id } } };
}

function removePermission(account: LambdaAccount, input: Shape): Shape {
  const { version } = findTarget(account, input);
  const sid = optionalText(input, "StatementId") ?? "";
  const statements = version.policy?.statements ?? [];
  if (!statements.some(({ Sid }) => Sid === sid)) throw notFound(`Statement ${sid} is not found in resource policy.`);
  requireRevision(version.policy, input);
  const left = statements.filter(({ Sid }) => Sid !== sid);
  version.policy = left.length > 0 ? { statements: left, revisionId: account.context.uuid() } : undefined;
  return {};
}

function getPolicy(account: LambdaAccount, input: Shape): Shape {
  const { policy } = findTarget(account, input).version;
  if (!policy) throw notFound("No policy is associated with the given resource.");
  const document = { Version: "2012-10-17", Id: "default", Statement: policy.statements };
  return { Policy: JSON.stringify(document), RevisionId: policy.revisionId };
}

function findTarget(account: LambdaAccount, input: Shape): Target {
  const given = optionalText(input, "LayerName") ?? "";
  const [, , , , owner] = given.split(":");
  const name = layerName(given);
  const number = optionalNumber(input, "VersionNumber") ?? 0;
  const arn = `arn:aws:lambda:${account.context.region}:${account.context.accountId}:layer:${name}:${number}`;
  if (owner !== undefined && owner !== account.context.accountId) throw new AwsError("AccessDeniedException", "", 403);
  const version = account.layers.get(name)?.versions.get(number);
  if (!version) throw notFound(`Layer version ${arn} does not exist.`);
  return { arn, version };
}

function requireRevision(policy: PolicyRecord | undefined, input: Shape): void {
  const revisionId = optionalText(input, "RevisionId");
  if (revisionId && revisionId !== policy?.revisionId) throw revisionMismatch("GetLayerPolicy");
}
