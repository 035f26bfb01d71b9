import { arn } from "./provider.ts";
import { recorded } from "./recorded.ts";

export const dynamodbTable = recorded({
  nameProperty: "TableName",
  replacedBy: ["TableName", "KeySchema", "ImportSourceSpecification"],
  heldBy: {
    service: "dynamodb",
    create: "CreateTable",
    remove: "DeleteTable",
    inputOf: ({ physicalId, properties }) => ({ TableName: physicalId, KeySchema: properties["KeySchema"] }),
  },
  attributes: (existing) => {
    const tableArn = arn(existing, "dynamodb", `table/${existing.physicalId}`);
    return "StreamSpecification" in existing.properties
      ? { Arn: tableArn, StreamArn: `${tableArn}/stream/2026-01-01T00:00:00.000` }
      : { Arn: tableArn };
  },
});
