import { generated } from "../sam-template.ts";
import type { SamEventSource } from "./event.ts";
import { permission, required, targetArn } from "./target.ts";

/** A subscription of the function to a topic. */
export const snsEvent: SamEventSource = {
  expand(event) {
    const { id, properties, target } = event;
    const TopicArn = required(event, "Topic");
    const { FilterPolicy, FilterPolicyScope, Region, RedrivePolicy } = properties;
    return {
      [id]: generated(
        "AWS::SNS::Subscription",
        {
          Endpoint: targetArn(target),
          Protocol: "lambda",
          TopicArn,
          FilterPolicy,
          FilterPolicyScope,
          Region,
          RedrivePolicy,
        },
        target.attributes,
      ),
      [`${id}Permission`]: permission(event, "sns.amazonaws.com", { SourceArn: TopicArn }),
    };
  },
};
