import { arn } from "./provider.ts";
import { recorded } from "./recorded.ts";

export const sqsQueue = recorded({
  nameProperty: "QueueName",
  identifier: "QueueUrl",
  replacedBy: ["QueueName", "FifoQueue"],
  physicalId: (name, { context }) => `https://sqs.${context.region}.amazonaws.com/${context.accountId}/${name}`,
  heldBy: {
    service: "sqs",
    create: "CreateQueue",
    remove: "DeleteQueue",
    inputOf: ({ physicalId }) => ({
      QueueName: physicalId.slice(physicalId.lastIndexOf("/") + 1),
      QueueUrl: physicalId,
    }),
  },
  attributes: (existing) => {
    const name = existing.physicalId.slice(existing.physicalId.lastIndexOf("/") + 1);
    return { Arn: arn(existing, "sqs", name), QueueName: name, QueueUrl: existing.physicalId };
  },
});
