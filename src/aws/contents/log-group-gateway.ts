import type {
  CloudWatchLogsClient,
  CloudWatchLogsClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Call } from "../call.ts";
import { nullIfNamed } from "../error-mapping.ts";
import type { LogGroupGateway } from "../gateways/contents.ts";
import type { LogsSdk } from "../sdk-clients.ts";

type LogsCall = Call<
  LogsSdk,
  CloudWatchLogsClient,
  ServiceInputTypes,
  ServiceOutputTypes,
  CloudWatchLogsClientResolvedConfig
>;

export function createLogGroupGateway(call: LogsCall): LogGroupGateway {
  return {
    describe: async (name) => {
      // Sorted by name: the group itself comes before those whose names go on.
      const { logGroups = [] } = await call((sdk) => new sdk.DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
      const group = logGroups.find(({ logGroupName }) => logGroupName === name);
      if (!group) return null;
      // `storedBytes` stays 0 for hours after the first event; a stream is there before it.
      const listing = call((sdk) => new sdk.DescribeLogStreamsCommand({ logGroupName: name, limit: 1 }));
      const streams = await nullIfNamed(listing, ["ResourceNotFoundException"]);
      return streams && { storedBytes: group.storedBytes ?? 0, isEmpty: streams.logStreams?.length === 0 };
    },
  };
}
