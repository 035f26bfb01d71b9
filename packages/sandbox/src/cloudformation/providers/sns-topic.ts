import { arn } from "./provider.ts";
import { recorded } from "./recorded.ts";

export const snsTopic = recorded({
  nameProperty: "TopicName",
  identifier: "TopicArn",
  replacedBy: ["TopicName", "FifoTopic"],
  physicalId: (name, request) => arn(request, "sns", name),
  attributes: ({ physicalId }) => ({
    TopicArn: physicalId,
    TopicName: physicalId.slice(physicalId.lastIndexOf(":") + 1),
  }),
});
