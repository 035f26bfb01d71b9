import { mapOf, scalarText, type Value, type ValueMap } from "../../../template/value.ts";
import { generated, getAtt, present } from "../sam-template.ts";
import type { SamEvent, SamEventSource } from "./event.ts";
import { permission, required, targetArn } from "./target.ts";

/** An EventBridge rule that invokes the function on a schedule. */
export const scheduleEvent: SamEventSource = {
  expand(event) {
    const { Name, Description } = event.properties;
    return ruleWith(event, { ScheduleExpression: required(event, "Schedule"), Name, Description });
  },
};

/** An EventBridge rule that invokes the function when an event matches a pattern. */
export const ruleEvent: SamEventSource = {
  expand(event) {
    const { EventBusName, RuleName } = event.properties;
    return ruleWith(event, { EventPattern: required(event, "Pattern"), EventBusName, Name: RuleName });
  },
};

function ruleWith(event: SamEvent, own: Readonly<Record<string, Value | undefined>>): ValueMap {
  const { id, properties, target } = event;
  const { Input, InputPath, RetryPolicy, DeadLetterConfig } = properties;
  const Targets = [
    present({
      Arn: targetArn(target),
      Id: mapOf(properties["Target"])["Id"] ?? `${id}LambdaTarget`,
      Input,
      InputPath,
      RetryPolicy,
      DeadLetterConfig,
    }),
  ];
  return {
    [id]: generated("AWS::Events::Rule", { ...own, State: stateOf(properties), Targets }, target.attributes),
    [`${id}Permission`]: permission(event, "events.amazonaws.com", { SourceArn: getAtt(id, "Arn") }),
  };
}

function stateOf({ State, Enabled }: ValueMap): Value | undefined {
  if (Enabled === undefined) return State;
  return scalarText(Enabled) === "true" ? "ENABLED" : "DISABLED";
}
