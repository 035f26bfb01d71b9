import type { ServiceInputTypes, ServiceOutputTypes, STSClient, STSClientResolvedConfig } from "@aws-sdk/client-sts";
import { StepbackError } from "../../domain/errors.ts";
import type { Call } from "../call.ts";
import type { StsService } from "../clients.ts";
import type { IdentityGateway } from "../gateways/identity.ts";
import type { StsSdk, TargetSettings } from "../sdk-clients.ts";

type StsCall = Call<StsSdk, STSClient, ServiceInputTypes, ServiceOutputTypes, STSClientResolvedConfig>;

interface IdentityParts {
  readonly call: StsCall;
  readonly sts: StsService;
  readonly target: TargetSettings;
}

export function createIdentityGateway({ call, sts, target }: IdentityParts): IdentityGateway {
  return {
    whoAmI: async () => {
      const { Account = "" } = await call((sdk) => new sdk.GetCallerIdentityCommand());
      if (target.account !== null && target.account !== Account) {
        const detail = `The target ${target.name} is account ${target.account}; the credentials are of account ${Account}.`;
        throw new StepbackError("WRONG_TARGET", detail);
      }
      const { client } = await sts.open();
      return { account: Account, region: await client.config.region() };
    },
  };
}
