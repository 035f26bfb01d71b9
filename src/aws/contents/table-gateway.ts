import type {
  DynamoDBClient,
  DynamoDBClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-dynamodb";
import type { Call } from "../call.ts";
import { nullIfNamed } from "../error-mapping.ts";
import type { TableGateway } from "../gateways/contents.ts";
import type { DynamoDbSdk } from "../sdk-clients.ts";

type DynamoDbCall = Call<
  DynamoDbSdk,
  DynamoDBClient,
  ServiceInputTypes,
  ServiceOutputTypes,
  DynamoDBClientResolvedConfig
>;

export function createTableGateway(call: DynamoDbCall): TableGateway {
  return {
    // A scan, because `ItemCount` of DescribeTable is up to six hours old.
    isEmpty: async (name) => {
      const scanning = call(
        (sdk) => new sdk.ScanCommand({ TableName: name, Limit: 1, Select: "COUNT", ConsistentRead: true }),
      );
      const found = await nullIfNamed(scanning, ["ResourceNotFoundException"]);
      // A page without items that is not the last one proves nothing.
      return found === null || (found.Count === 0 && found.LastEvaluatedKey === undefined);
    },
  };
}
