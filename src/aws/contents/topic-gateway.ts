import type { ServiceInputTypes, ServiceOutputTypes, SNSClient, SNSClientResolvedConfig } from "@aws-sdk/client-sns";
import type { Call } from "../call.ts";
import { nullIfNamed } from "../error-mapping.ts";
import type { TopicGateway } from "../gateways/contents.ts";
import type { SnsSdk } from "../sdk-clients.ts";

type SnsCall = Call<SnsSdk, SNSClient, ServiceInputTypes, ServiceOutputTypes, SNSClientResolvedConfig>;

/** The code in AWS's answer, and the name that the SDK makes of it. */
const MISSING = ["NotFound", "NotFoundException"];

export function createTopicGateway(call: SnsCall): TopicGateway {
  return {
    listSubscriptions: async (arn) => {
      const listing = call.list(
        (sdk, client) => sdk.paginateListSubscriptionsByTopic({ client }, { TopicArn: arn }),
        (page) => page.Subscriptions,
      );
      const found = (await nullIfNamed(listing, MISSING)) ?? [];
      return found.map(({ SubscriptionArn = "" }) => SubscriptionArn);
    },
  };
}
