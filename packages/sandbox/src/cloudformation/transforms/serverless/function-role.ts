import { isMap, mapOf, scalarText, type Value, type ValueMap } from "../../template/value.ts";
import { policyFromTemplate } from "./policy-templates.ts";
import { generated, listOf, type SamResource, tagList } from "./sam-template.ts";

/** What the role of a function needs besides the template's policies. */
export interface RoleNeeds {
  /** Names under `service-role/` of the policies that the events' pollers need. */
  readonly managedPolicies: readonly string[];
  readonly policies: readonly Value[];
}

const MANAGED = "arn:aws:iam::aws:policy";
const TRUST: ValueMap = {
  Version: "2012-10-17",
  Statement: [{ Action: ["sts:AssumeRole"], Effect: "Allow", Principal: { Service: ["lambda.amazonaws.com"] } }],
};

/** The role that SAM creates for a function without one. */
export function executionRole(resource: SamResource, needs: RoleNeeds): ValueMap {
  const { id, properties, attributes } = resource;
  const written = listOf(properties["Policies"]);
  const managed = [
    "service-role/AWSLambdaBasicExecutionRole",
    ...(scalarText(properties["Tracing"]) === "Active" ? ["AWSXRayDaemonWriteAccess"] : []),
    ...("VpcConfig" in properties ? ["service-role/AWSLambdaVPCAccessExecutionRole"] : []),
    ...needs.managedPolicies.map((name) => `service-role/${name}`),
  ].map((name) => `${MANAGED}/${name}`);
  const inline = [
    ...needs.policies,
    ...deadLetterPolicy(properties),
    ...written.flatMap((policy, index) => inlinePolicy(id, policy, index)),
  ];
  return generated(
    "AWS::IAM::Role",
    {
      AssumeRolePolicyDocument: properties["AssumeRolePolicyDocument"] ?? TRUST,
      ManagedPolicyArns: [...managed, ...written.flatMap(managedArn)],
      Policies: inline.length > 0 ? inline : undefined,
      Path: properties["RolePath"],
      PermissionsBoundary: properties["PermissionsBoundary"],
      Tags: tagList(properties["Tags"], "lambda:createdBy"),
    },
    attributes,
  );
}

/**
 * A text is the ARN of a managed policy or the name of one of AWS's. A reference counts as an ARN that is not known
 * yet.
 */
function managedArn(policy: Value): Value[] {
  const name = scalarText(policy);
  if (name !== undefined) return [name.startsWith("arn:") ? name : `${MANAGED}/${name}`];
  const [key = ""] = Object.keys(mapOf(policy));
  return key === "Ref" || key.startsWith("Fn::") ? [policy] : [];
}

/** An inline document among a function's policies, named by its position in the list. */
function inlinePolicy(id: string, policy: Value, index: number): Value[] {
  if (!isMap(policy) || managedArn(policy).length > 0) return [];
  const document = "Statement" in policy ? policy : policyFromTemplate(id, policy);
  return [{ PolicyName: `${id}RolePolicy${index}`, PolicyDocument: document }];
}

const QUEUE_ACTIONS: Readonly<Record<string, string>> = { SQS: "sqs:SendMessage", SNS: "sns:Publish" };

function deadLetterPolicy({ DeadLetterQueue }: ValueMap): Value[] {
  const { Type, TargetArn } = mapOf(DeadLetterQueue);
  const Action = QUEUE_ACTIONS[scalarText(Type) ?? ""];
  if (Action === undefined || TargetArn === undefined) return [];
  const Statement = [{ Action, Resource: TargetArn, Effect: "Allow" }];
  return [{ PolicyName: "DeadLetterQueuePolicy", PolicyDocument: { Version: "2012-10-17", Statement } }];
}
