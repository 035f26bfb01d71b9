import { AwsError, type AwsService, type SandboxContext } from "../core/contract.ts";
import type { Downloads } from "../core/downloads.ts";
import { LambdaAccount, type LambdaOperations } from "./account.ts";
import { accountSettingsOperations } from "./account-settings.ts";
import { aliasOperations } from "./aliases.ts";
import { codeSigningOperations } from "./code-signing.ts";
import { concurrencyOperations } from "./concurrency.ts";
import { eventInvokeOperations } from "./event-invoke-configs.ts";
import { eventSourceMappingOperations } from "./event-source-mappings.ts";
import { functionControlOperations } from "./function-controls.ts";
import { functionScalingOperations } from "./function-scaling.ts";
import { functionUpdateOperations } from "./function-updates.ts";
import { functionUrlOperations } from "./function-urls.ts";
import { functionOperations } from "./functions.ts";
import type { HandlerRunner } from "./handler-runner.ts";
import { invocationOperations } from "./invocations.ts";
import { layerPolicyOperations } from "./layer-policies.ts";
import { layerOperations } from "./layers.ts";
import { policyOperations } from "./policies.ts";
import { provisionedConcurrencyOperations } from "./provisioned-concurrency.ts";
import { requireModel } from "./require-model.ts";
import { tagOperations } from "./tags.ts";
import { versionOperations } from "./versions.ts";

interface LambdaParts {
  readonly downloads: Downloads;
  /** Runs the invocations. */
  readonly handlerRunner: HandlerRunner;
}

/** Lambda in memory. Functions of Node runtimes really run. */
export function createLambda(context: SandboxContext, { downloads, handlerRunner }: LambdaParts): AwsService {
  const account = new LambdaAccount(context, downloads);
  const operations: LambdaOperations = {
    ...functionOperations(account),
    ...functionUpdateOperations(account),
    ...versionOperations(account),
    ...aliasOperations(account),
    ...policyOperations(account),
    ...tagOperations(account),
    ...concurrencyOperations(account),
    ...provisionedConcurrencyOperations(account),
    ...functionUrlOperations(account),
    ...eventInvokeOperations(account),
    ...eventSourceMappingOperations(account),
    ...functionControlOperations(account),
    ...functionScalingOperations(account),
    ...codeSigningOperations(account),
    ...layerOperations(account),
    ...layerPolicyOperations(account),
    ...accountSettingsOperations(account),
    ...invocationOperations(account, handlerRunner),
  };
  return {
    name: "lambda",
    call: async (operation, input, caller) => {
      const perform = operations[operation];
      if (!perform) throw new AwsError("UnknownOperationException", `The sandbox has no operation ${operation}`, 404);
      requireModel(operation, input);
      return perform(input, caller);
    },
  };
}
