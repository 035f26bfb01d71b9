import type { $Command, __MetadataBearer as Answer } from "@aws-sdk/client-sts";
import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";
import type { Service } from "./clients.ts";
import { type CallName, nameOf, toStepbackError } from "./error-mapping.ts";
import type { CallObserver } from "./gateways/access.ts";

export type { Answer };

/** What every call of one `AwsAccess` shares. */
export interface CallContext {
  readonly clock: Clock;
  readonly observe: CallObserver;
  /** Fires when the process stops; calls then end with SHUTTING_DOWN. */
  readonly signal: AbortSignal;
}

/** What the SDK's clients have in common, as far as we use it. */
export interface SdkClient<Inputs extends object, Outputs extends Answer, Config> {
  send<Input extends Inputs, Output extends Outputs>(
    command: $Command<Input, Output, Config, Inputs, Outputs>,
    options: { abortSignal: AbortSignal },
  ): Promise<Output>;
}

/** Makes a command and sends it: `call((sdk) => new sdk.GetAliasCommand({ … }))`. Throws AWS_* and SHUTTING_DOWN alone. */
export type Call<Sdk, Inputs extends object, Outputs extends Answer, Config> = <
  Input extends Inputs,
  Output extends Outputs,
>(
  make: (sdk: Sdk) => $Command<Input, Output, Config, Inputs, Outputs>,
) => Promise<Output>;

/** The one way to AWS: pace, send, tell the observer, map the error. */
export function createCall<Sdk, Inputs extends object, Outputs extends Answer, Config>(
  service: Service<Sdk, SdkClient<Inputs, Outputs, Config>>,
  context: CallContext,
): Call<Sdk, Inputs, Outputs, Config> {
  return async (make) => {
    const { sdk, client } = await opened(service);
    const command = make(sdk);
    const call = { service: service.name, operation: command.constructor.name.replace(/Command$/, "") };
    return observed(call, context, async () => {
      await service.pace(call.operation);
      return client.send(command, { abortSignal: context.signal });
    });
  };
}

/** Loading a client reads the SDK's settings, which may be wrong. */
async function opened<Sdk, Client>(service: Service<Sdk, Client>): Promise<{ sdk: Sdk; client: Client }> {
  try {
    return await service.open();
  } catch (cause) {
    throw toStepbackError(cause, { service: service.name, operation: "settings" });
  }
}

/** Sends what is not a command of the SDK, with the same manners. */
export async function observed<Output extends Answer>(
  call: CallName,
  { observe, signal }: CallContext,
  send: () => Promise<Output>,
): Promise<Output> {
  try {
    const output = await send();
    observe({ ...call, ...noteOf(output.$metadata), error: null });
    return output;
  } catch (cause) {
    const error = signal.aborted ? stopped(call, cause) : toStepbackError(cause, call);
    // The note names the call already.
    const words = error.detail.replace(nameOf(call), "");
    observe({ ...call, ...noteOf(metadataOf(cause)), error: `${error.code}: ${words}` });
    throw error;
  }
}

function stopped(call: CallName, cause: unknown): StepbackError {
  return new StepbackError("SHUTTING_DOWN", `${nameOf(call)}the call was stopped.`, [], { cause });
}

function noteOf({ requestId, attempts }: Answer["$metadata"]): { requestId: string | null; attempt: number } {
  return { requestId: requestId ?? null, attempt: attempts ?? 1 };
}

function metadataOf(cause: unknown): Answer["$metadata"] {
  return (cause as Partial<Answer> | null)?.$metadata ?? {};
}
