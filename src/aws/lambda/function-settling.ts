import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { StepbackError } from "../../domain/errors.ts";
import { safeWords } from "../error-words.ts";
import type { LambdaGateway } from "../gateways/lambda.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";

/** Waits for Lambda's asynchronous updates. */
export interface Settling extends Pick<LambdaGateway, "awaitIdle" | "awaitSettled"> {
  /** Polls until a published version is active. Throws AWS_REJECTED if it failed. */
  awaitVersion(name: string, version: string): Promise<void>;
}

/**
 * A function in a VPC settles in about 25 s, a large image within minutes, SnapStart within ten minutes. After 15 minutes
 * something is wrong.
 */
export const SETTLE_LIMIT_MS = 15 * 60_000;

export function createSettling(read: LambdaGateway["getConfiguration"], polling: Polling): Settling {
  const awaitIdle = (name: string, qualifier?: string) =>
    poll(polling, { what: `the function ${name} to settle`, limitMs: SETTLE_LIMIT_MS }, async () => {
      const configuration = await read(name, qualifier);
      return configuration && isInProgress(configuration) ? NOT_YET : configuration;
    });
  return {
    awaitIdle: (name) => awaitIdle(name),
    awaitSettled: async (name) => {
      const configuration = await awaitIdle(name);
      throwIfFailed(name, configuration);
      return configuration;
    },
    awaitVersion: async (name, version) => throwIfFailed(`${name}:${version}`, await awaitIdle(name, version)),
  };
}

/** Published versions and some emulators have no LastUpdateStatus: that counts as settled. */
function isInProgress({ State, LastUpdateStatus }: FunctionConfiguration): boolean {
  return State === "Pending" || LastUpdateStatus === "InProgress";
}

/** After a failed update Lambda goes on serving the earlier code and configuration, so no later action may build on it. */
function throwIfFailed(name: string, configuration: FunctionConfiguration | null): void {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = configuration ?? {};
  if (State === "Failed") throw failure(`The function ${name} has failed`, StateReason);
  if (LastUpdateStatus === "Failed")
    throw failure(`The last update of the function ${name} failed`, LastUpdateStatusReason);
}

function failure(what: string, reason: string | undefined): StepbackError {
  return new StepbackError("AWS_REJECTED", `${what}: ${reason ? safeWords(reason) : "no reason was given"}`);
}
