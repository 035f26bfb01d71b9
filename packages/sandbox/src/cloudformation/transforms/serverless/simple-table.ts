import { mapOf, scalarText } from "../../template/value.ts";
import { type Expander, generated, SamResourceError } from "./sam-template.ts";

/** DynamoDB's letters for the types of a key. */
const ATTRIBUTE_TYPES: Readonly<Record<string, string>> = { String: "S", Number: "N", Binary: "B" };

/** A table with one key, named `id` unless the template says otherwise. */
export const expandSimpleTable: Expander = ({ id, properties, attributes, own }) => {
  const key = mapOf(properties["PrimaryKey"]);
  const AttributeName = scalarText(key["Name"]) ?? "id";
  const AttributeType = ATTRIBUTE_TYPES[scalarText(key["Type"]) ?? "String"];
  if (AttributeType === undefined) throw new SamResourceError(id, "Invalid 'PrimaryKey.Type'.");
  const throughput = properties["ProvisionedThroughput"];
  const tags = Object.entries(mapOf(properties["Tags"])).map(([Key, value]) => ({ Key, Value: value }));
  const table = generated(
    "AWS::DynamoDB::Table",
    {
      AttributeDefinitions: [{ AttributeName, AttributeType }],
      KeySchema: [{ AttributeName, KeyType: "HASH" }],
      BillingMode: throughput === undefined ? "PAY_PER_REQUEST" : undefined,
      ProvisionedThroughput: throughput,
      TableName: properties["TableName"],
      SSESpecification: properties["SSESpecification"],
      PointInTimeRecoverySpecification: properties["PointInTimeRecoverySpecification"],
      Tags: tags.length > 0 ? tags : undefined,
    },
    { ...attributes, ...own },
  );
  return { [id]: table };
};
