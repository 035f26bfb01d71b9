import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { StepbackError } from "../../domain/errors.ts";
import { safeWords } from "../error-words.ts";
import type { LambdaGateway } from "../gateways/lambda.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";

/** The waits for Lambda's asynchronous updates. */
export interface Settling extends Pick<LambdaGateway, "awaitIdle" | "awaitSettled"> {
  /** Polls until a published version is active. Throws AWS_REJECTED for one that failed. */
  awaitVersion(name: string, version: string): Promise<void>;
}

/**
 * A function in a VPC settles in about 25 s, a large image in minutes, SnapStart in up to ten. After a quarter of an hour
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

/** Published versions and some servers answer no LastUpdateStatus at all: that counts as settled. */
function isInProgress({ State, LastUpdateStatus }: FunctionConfiguration): boolean {
  return State === "Pending" || LastUpdateStatus === "InProgress";
}

/** After a failed update the earlier code and configuration go on serving, so nothing that follows may trust it. */
function throwIfFailed(name: string, configuration: FunctionConfiguration | null): void {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = configuration ?? {};
  if (State === "Failed") throw failure(`The function ${name} has failed`, StateReason);
  if (LastUpdateStatus === "Failed")
    throw failure(`The last update of the function ${name} failed`, LastUpdateStatusReason);
}

function failure(what: string, reason: string | undefined): StepbackError {
  return new StepbackError("AWS_REJECTED", `${what}: ${reason ? safeWords(reason) : "no reason was given"}`);
}
