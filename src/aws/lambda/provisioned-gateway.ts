import type { GetProvisionedConcurrencyConfigResponse } from "@aws-sdk/client-lambda";
import { StepbackError } from "../../domain/errors.ts";
import { readOptional } from "../availability.ts";
import { nullIfMissing } from "../error-mapping.ts";
import { safeWords } from "../error-words.ts";
import type { ProvisionedFacts, ProvisionedGateway } from "../gateways/provisioned.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";
import type { LambdaCall } from "./function-readers.ts";

/** AWS's maximum for this call. */
const PAGE_SIZE = 50;

/** Lambda starts about 6,000 environments a minute, so even thousands with a slow runtime are ready within 15 minutes. */
const READY_LIMIT_MS = 15 * 60_000;

/** Environments that AWS keeps warm for an alias or a version. They become ready some time after the call (facts B3). */
export function createProvisionedGateway(call: LambdaCall, polling: Polling): ProvisionedGateway {
  const awaitProvisioned = (name: string, qualifier: string) =>
    poll(
      polling,
      { what: `the provisioned concurrency of ${name}:${qualifier}`, limitMs: READY_LIMIT_MS },
      async () => {
        const asked = { FunctionName: name, Qualifier: qualifier };
        const response = await nullIfMissing(call((sdk) => new sdk.GetProvisionedConcurrencyConfigCommand(asked)));
        return response?.Status === "IN_PROGRESS" ? NOT_YET : response && toFacts(qualifier, response);
      },
    );
  return {
    awaitProvisioned,
    listProvisioned: async (name) => {
      const configs = call.list(
        (sdk, client) =>
          sdk.paginateListProvisionedConcurrencyConfigs({ client, pageSize: PAGE_SIZE }, { FunctionName: name }),
        (page) => page.ProvisionedConcurrencyConfigs,
      );
      return readOptional(
        configs.then((all) => all.map((config) => toFacts(config.FunctionArn?.split(":").at(-1) ?? "", config))),
        [],
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
