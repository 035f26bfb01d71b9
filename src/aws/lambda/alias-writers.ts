import { sameJson } from "../../domain/json.ts";
import { nullIfMissing } from "../error-mapping.ts";
import type { AliasFacts, AliasWrite, LambdaGateway } from "../gateways/lambda.ts";
import type { LambdaCall } from "./function-readers.ts";
import { unlessAlreadySo } from "./lost-responses.ts";

type AliasWriters = Pick<LambdaGateway, "createAlias" | "updateAlias" | "deleteAlias">;

export function createAliasWriters(call: LambdaCall, getAlias: LambdaGateway["getAlias"]): AliasWriters {
  const isThere = async (name: string, alias: AliasWrite) => isSame(await getAlias(name, alias.name), alias);
  return {
    createAlias: (name, alias) => {
      const sending = call((sdk) => new sdk.CreateAliasCommand({ FunctionName: name, ...toRequest(alias) }));
      return unlessAlreadySo(sending, () => isThere(name, alias));
    },
    updateAlias: (name, alias, revisionId) => {
      const guard = { FunctionName: name, ...(revisionId ? { RevisionId: revisionId } : {}) };
      const sending = call((sdk) => new sdk.UpdateAliasCommand({ ...guard, ...toRequest(alias) }));
      return unlessAlreadySo(sending, () => isThere(name, alias));
    },
    deleteAlias: async (name, alias) => {
      await nullIfMissing(call((sdk) => new sdk.DeleteAliasCommand({ FunctionName: name, Name: alias })));
    },
  };
}

/** The routing is always sent: without it, the weight of a canary would stay (facts B3). */
function toRequest({ name, functionVersion, description, weights }: AliasWrite) {
  return {
    Name: name,
    FunctionVersion: functionVersion,
    Description: description,
    RoutingConfig: { AdditionalVersionWeights: { ...weights } },
  };
}

function isSame(live: AliasFacts | null, sent: AliasWrite): boolean {
  return (
    live !== null &&
    live.functionVersion === sent.functionVersion &&
    live.description === sent.description &&
    sameJson(live.weights, sent.weights)
  );
}
