import { strFromU8, strToU8 } from "fflate";
import type { Sandbox } from "#sandbox/sandbox";
import { CALLS } from "./sample-service.ts";

export interface Invocation {
  readonly name: string;
  readonly works: boolean;
  /** The answer as JSON, or the error's message. */
  readonly answer: string;
}

/** Invokes every function of the sample service. The sandbox really runs them. */
export async function invokeAll(sandbox: Sandbox): Promise<Invocation[]> {
  return Promise.all(CALLS.map(({ name, event }) => invoke(sandbox, name, event)));
}

async function invoke(sandbox: Sandbox, name: string, event: unknown): Promise<Invocation> {
  const input = { FunctionName: name, Payload: strToU8(JSON.stringify(event)) };
  const { FunctionError, Payload } = await sandbox.service("lambda").call("Invoke", input, "wire");
  const text = Payload instanceof Uint8Array ? strFromU8(Payload) : String(Payload);
  if (FunctionError === undefined) return { name, works: true, answer: text };
  const { errorType, errorMessage } = JSON.parse(text) as { errorType: string; errorMessage: string };
  return { name, works: false, answer: `${errorType}: ${errorMessage}` };
}
