import type { GetProvisionedConcurrencyConfigResponse } from "@aws-sdk/client-lambda";
import { StepbackError } from "../../domain/errors.ts";
import { nullIfMissing } from "../error-mapping.ts";
import { safeWords } from "../error-words.ts";
import type { ProvisionedFacts, ProvisionedGateway } from "../gateways/provisioned.ts";
import { allPages } from "../paging.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";
import type { LambdaCall } from "./function-readers.ts";

/** More is not answered per page (AWS's maximum for this call). */
const PAGE_SIZE = 50;

/** Lambda brings up some 6,000 environments a minute; thousands of a slow runtime still are there in a quarter of an hour. */
const READY_LIMIT_MS = 15 * 60_000;

/** Environments that are kept warm for an alias or a version. AWS gets them ready while we look (facts B3). */
export function createProvisionedGateway(call: LambdaCall, polling: Polling): ProvisionedGateway {
  const awaitProvisioned = (name: string, qualifier: string) =>
    poll(
      polling,
      { what: `the provisioned concurrency of ${name}:${qualifier}`, limitMs: READY_LIMIT_MS },
      async () => {
        const asked = { FunctionName: name, Qualifier: qualifier };
        const answer = await nullIfMissing(call((sdk) => new sdk.GetProvisionedConcurrencyConfigCommand(asked)));
        return answer?.Status === "IN_PROGRESS" ? NOT_YET : answer && toFacts(qualifier, answer);
      },
    );
  return {
    awaitProvisioned,
    listProvisioned: async (name) => {
      const configs = allPages(async (marker) => {
        const asked = { FunctionName: name, Marker: marker, MaxItems: PAGE_SIZE };
        const page = await call((sdk) => new sdk.ListProvisionedConcurrencyConfigsCommand(asked));
        return { items: page.ProvisionedConcurrencyConfigs ?? [], next: page.NextMarker };
      });
      return ((await nullIfMissing(configs)) ?? []).map((config) =>
        toFacts(config.FunctionArn?.split(":").at(-1) ?? "", config),
      );
    },
    putProvisioned: async (name, qualifier, requested) => {
      const asked = { FunctionName: name, Qualifier: qualifier, ProvisionedConcurrentExecutions: requested };
      await call((sdk) => new sdk.PutProvisionedConcurrencyConfigCommand(asked));
      const settled = await awaitProvisioned(name, qualifier);
      if (settled?.status === "FAILED") throw failure(`${name}:${qualifier}`, settled.statusReason);
    },
    deleteProvisioned: async (name, qualifier) => {
      const asked = { FunctionName: name, Qualifier: qualifier };
      await nullIfMissing(call((sdk) => new sdk.DeleteProvisionedConcurrencyConfigCommand(asked)));
    },
  };
}

function toFacts(
  qualifier: string,
  config: Omit<GetProvisionedConcurrencyConfigResponse, "$metadata">,
): ProvisionedFacts {
  return {
    qualifier,
    requested: config.RequestedProvisionedConcurrentExecutions ?? 0,
    status: config.Status ?? "READY",
    statusReason: config.StatusReason ?? null,
  };
}

function failure(what: string, reason: string | null): StepbackError {
  const words = reason ? safeWords(reason) : "no reason was given";
  return new StepbackError("AWS_REJECTED", `The provisioned concurrency of ${what} failed: ${words}`);
}
