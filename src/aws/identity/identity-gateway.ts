import type { ServiceInputTypes, ServiceOutputTypes, STSClient, STSClientResolvedConfig } from "@aws-sdk/client-sts";
import type { Call } from "../call.ts";
import type { StsService } from "../clients.ts";
import type { IdentityGateway } from "../gateways/identity.ts";
import type { StsSdk } from "../sdk-clients.ts";

type StsCall = Call<StsSdk, STSClient, ServiceInputTypes, ServiceOutputTypes, STSClientResolvedConfig>;

export function createIdentityGateway(call: StsCall, sts: StsService): IdentityGateway {
  return {
    whoAmI: async () => {
      const { Account = "" } = await call((sdk) => new sdk.GetCallerIdentityCommand());
      const { client } = await sts.open();
      return { account: Account, region: await client.config.region() };
    },
  };
}
