import { mapOf, scalarText, type Value, type ValueMap } from "../../template/value.ts";
import type { EventTarget } from "./events/event.ts";
import { generated, getAtt, ref, type SamResource, SamResourceError } from "./sam-template.ts";

interface Destinations {
  readonly resources: ValueMap;
  /** Inline policies that let the function's role send to the destinations. */
  readonly policies: readonly Value[];
}

/**
 * The action that a role needs to send to a destination of this type, and the resource type that SAM creates if the
 * template names no destination.
 */
const TYPES: Readonly<Record<string, { action: string; madeType: string | null; suffix: string; attribute: string }>> =
  {
    SQS: { action: "sqs:SendMessage", madeType: "AWS::SQS::Queue", suffix: "Queue", attribute: "Arn" },
    SNS: { action: "sns:publish", madeType: "AWS::SNS::Topic", suffix: "Topic", attribute: "TopicArn" },
    EventBridge: { action: "events:PutEvents", madeType: null, suffix: "", attribute: "" },
    Lambda: { action: "lambda:InvokeFunction", madeType: null, suffix: "", attribute: "" },
  };

/** The configuration of asynchronous invocation, with the queues and topics that it needs. */
export function expandDestinations(
  resource: SamResource,
  { aliasId }: EventTarget,
  aliasName: string | undefined,
): Destinations {
  const { id, properties, attributes } = resource;
  if (!("EventInvokeConfig" in properties)) return { resources: {}, policies: [] };
  const written = mapOf(properties["EventInvokeConfig"]);
  const configId = `${id}EventInvokeConfig`;
  const made: ValueMap = {};
  const policies: Value[] = [];
  const destinations: ValueMap = {};
  for (const [outcome, given] of Object.entries(mapOf(written["DestinationConfig"]))) {
    const type = TYPES[scalarText(mapOf(given)["Type"]) ?? ""];
    if (!type) throw new SamResourceError(id, "'Type' must be one of [SQS, SNS, EventBridge, Lambda]");
    const named = mapOf(given)["Destination"];
    if (named === undefined && type.madeType === null) {
      throw new SamResourceError(id, "Destination is required if Type is not ['SQS', 'SNS']");
    }
    const madeId = `${configId}${outcome}${type.suffix}`;
    if (named === undefined && type.madeType !== null) made[madeId] = { Type: type.madeType, ...attributes };
    const destination = named ?? getAtt(madeId, type.attribute);
    destinations[outcome] = { Destination: destination };
    policies.push(sendPolicy(`${configId}${outcome}Policy`, type.action, destination));
  }
  const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = written;
  const config = generated(
    "AWS::Lambda::EventInvokeConfig",
    {
      FunctionName: ref(id),
      Qualifier: aliasName ?? "$LATEST",
      DestinationConfig: destinations,
      MaximumEventAgeInSeconds,
      MaximumRetryAttempts,
    },
    { ...attributes, ...(aliasId === null ? {} : { DependsOn: [aliasId] }) },
  );
  return { resources: { ...made, [configId]: config }, policies };
}

function sendPolicy(name: string, action: string, destination: Value): ValueMap {
  const statement = [{ Action: action, Effect: "Allow", Resource: destination }];
  return { PolicyName: name, PolicyDocument: { Version: "2012-10-17", Statement: statement } };
}
