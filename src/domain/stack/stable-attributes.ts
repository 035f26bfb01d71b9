import { isCustomResource } from "./stateful-types.ts";

/*
 * Values by which a resource is known, and which only another resource would have. Everything else may change by an update:
 * `Table.StreamArn`, `Cluster.Endpoint.Address`, the outputs of a nested stack.
 */

const NAMING = ["Arn", "Id", "Name", "Url", "URL"] as const;

/** Attributes that are named otherwise and come from an identity or from a property that only a replacement changes. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  "AWS::ApiGateway::RestApi": ["RootResourceId"],
  "AWS::CloudFront::Distribution": ["DomainName"],
  "AWS::Cognito::UserPool": ["ProviderName", "ProviderURL"],
  "AWS::Lambda::Url": ["FunctionUrl", "FunctionArn"],
  "AWS::Lambda::Version": ["Version", "FunctionArn"],
  "AWS::S3::Bucket": ["DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"],
};

/**
 * Whether `Fn::GetAtt` returns the same until the resource is replaced: `Arn`, `Id`, `Name`, and those with the type's own
 * name before them, such as `QueueName` of a queue or `GroupId` of a security group (facts I9).
 */
export function isStableAttribute(type: string, attribute: string): boolean {
  if (!isStableReference(type)) return false;
  if (OTHERS[type]?.includes(attribute)) return true;
  const own = type.split("::").at(-1) ?? "";
  return NAMING.some((naming) => attribute.endsWith(naming) && own.endsWith(attribute.slice(0, -naming.length)));
}

/** Their ids contain a revision, which an update raises. */
const REVISED: ReadonlySet<string> = new Set(["AWS::Batch::JobDefinition"]);

/** Whether `Ref` returns the same until the resource is replaced. A custom resource may give itself another id. */
export function isStableReference(type: string): boolean {
  return !isCustomResource(type) && !REVISED.has(type);
}
