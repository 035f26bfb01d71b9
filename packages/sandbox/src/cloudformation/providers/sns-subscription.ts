import { scalarText } from "../template/value.ts";
import { recorded } from "./recorded.ts";

export const snsSubscription = recorded({
  replacedBy: ["Endpoint", "Protocol", "TopicArn"],
  taggable: false,
  physicalId: (_name, { context, properties }) => `${scalarText(properties["TopicArn"]) ?? ""}:${context.uuid()}`,
  heldBy: {
    service: "sns",
    create: "Subscribe",
    remove: "Unsubscribe",
    inputOf: ({ physicalId, properties }) => ({ ...properties, SubscriptionArn: physicalId }),
  },
  attributes: ({ physicalId }) => ({ Arn: physicalId }),
});
