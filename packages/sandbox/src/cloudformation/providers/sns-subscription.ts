import { scalarText } from "../template/value.ts";
import { recorded } from "./recorded.ts";

export const snsSubscription = recorded({
  replacedBy: ["Endpoint", "Protocol", "TopicArn"],
  taggable: false,
  physicalId: (_name, { context, properties }) => `${scalarText(properties["TopicArn"]) ?? ""}:${context.uuid()}`,
  attributes: ({ physicalId }) => ({ Arn: physicalId }),
});
