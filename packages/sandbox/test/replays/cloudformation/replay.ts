import type { CloudFormationServiceException } from "@aws-sdk/client-cloudformation";
import { refusal, type Stage } from "../../cloudformation/stage.ts";

/** Repeats what a recorded test did and returns the responses under the recording's keys. */
export type Replay = (stage: Stage) => Promise<Record<string, unknown>>;

/** An error as boto returns it. */
export async function refused(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await refusal(call);
  return { Error: errorShape(error), ResponseMetadata: { HTTPStatusCode: error.$metadata.httpStatusCode } };
}

export async function refusedError(call: Promise<unknown>): Promise<Record<string, unknown>> {
  return errorShape(await refusal(call));
}

/** An error as boto prints it. */
export async function refusedText(operation: string, call: Promise<unknown>): Promise<string> {
  const error = await refusal(call);
  return `An error occurred (${codeOf(error)}) when calling the ${operation} operation: ${error.message}`;
}

function errorShape(error: CloudFormationServiceException): Record<string, unknown> {
  return { Code: codeOf(error), Message: error.message, Type: error.$fault === "client" ? "Sender" : "Receiver" };
}

/** The SDK's class names end in `Exception`; AWS's codes for change sets do not. */
function codeOf({ name }: CloudFormationServiceException): string {
  return /^(ChangeSetNotFound|InvalidChangeSetStatus)Exception$/.test(name) ? name.replace("Exception", "") : name;
}

export const API_TEMPLATE = `
Parameters:
  ApiName:
    Type: String
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: !Ref ApiName
`;

export const TOPIC_TEMPLATE = `
Parameters:
  TopicName:
    Type: String
Resources:
  topic123:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Ref TopicName
`;

export const SIMPLE_PARAMETER = `
Resources:
    SimpleParam:
        Type: AWS::SSM::Parameter
        Properties:
            Value: test
            Type: String
`;

export function ssmParameter(value: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { Type: "AWS::SSM::Parameter", Properties: { Value: value, Type: "String" }, ...more };
}

export function topic(Properties: object, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { Type: "AWS::SNS::Topic", Properties, ...more };
}

export function parameter(ParameterKey: string, ParameterValue: string) {
  return { ParameterKey, ParameterValue };
}

/**
 * As the recording kept the events of resources: only those with an id, one per status, the last one if there were two.
 */
export async function eventsPerResource(stage: Stage, stackId: string): Promise<Record<string, unknown[]>> {
  const kept: Record<string, Record<string, unknown>[]> = {};
  for (const event of await stage.events(stackId)) {
    const { LogicalResourceId, PhysicalResourceId, ResourceStatus, ResourceType, Timestamp } = event;
    if (!PhysicalResourceId || ResourceStatus?.includes("CLEANUP")) continue;
    const key = ResourceType === "AWS::CloudFormation::Stack" ? "Stack" : (LogicalResourceId ?? "");
    kept[key] ??= [];
    if (kept[key].at(-1)?.["ResourceStatus"] === ResourceStatus) kept[key].pop();
    kept[key].push({ LogicalResourceId, PhysicalResourceId, ResourceStatus, ResourceType, Timestamp });
  }
  return kept;
}

/** Deletes a stack and waits until it is gone or its deletion has failed. */
export async function deleted(stage: Stage, name: string, RetainResources?: string[]): Promise<void> {
  await stage.call("cloudformation", "DeleteStack", { StackName: name, RetainResources });
  await stage.settled(name);
}
