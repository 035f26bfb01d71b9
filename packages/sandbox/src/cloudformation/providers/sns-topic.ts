import { arn } from "./provider.ts";
import { recorded } from "./recorded.ts";

export const snsTopic = recorded({
  nameProperty: "TopicName",
  identifier: "TopicArn",
  replacedBy: ["TopicName", "FifoTopic"],
  physicalId: (name, request) => arn(request, "sns", name),
  heldBy: {
    service: "sns",
    create: "CreateTopic",
    remove: "DeleteTopic",
    inputOf: ({ physicalId, properties }) => ({ TopicArn: physicalId, Subscription: properties["Subscription"] }),
  },
  attributes: ({ physicalId }) => ({
    TopicArn: physicalId,
    TopicName: physicalId.slice(physicalId.lastIndexOf(":") + 1),
  }),
});
