import type { $Command, __MetadataBearer as MetadataBearer } from "@aws-sdk/client-sts";
import type { Clock } from "../domain/ids.ts";
import { isReadCall } from "../domain/read-calls.ts";
import type { Service } from "./clients.ts";
import { type CallName, callPrefix, isReadCutOff, toStepbackError } from "./error-mapping.ts";
import type { CallObserver } from "./gateways/access.ts";
import type { Patience } from "./patience.ts";

/** What every call of one `AwsAccess` shares. */
export interface CallContext {
  readonly clock: Clock;
  readonly observe: CallObserver;
  /** Aborts when the process stops or the job is lost; calls and waits then end with SHUTTING_DOWN. */
  readonly signal: AbortSignal;
  readonly patience: Patience;
  /** Runs before each attempt of a call that may change something; where it rejects, the attempt is not sent. */
  readonly mayChange: () => Promise<void>;
}

/** What the SDK's clients have in common, as far as it is used here. */
interface SdkClient<Inputs extends object, Outputs extends MetadataBearer, Config> {
  send<Input extends Inputs, Output extends Outputs>(
    command: $Command<Input, Output, Config, Inputs, Outputs>,
    options: { abortSignal: AbortSignal },
  ): Promise<Output>;
}

/** Sends one command: `call((sdk) => new sdk.GetAliasCommand({ … }))`. */
type SendOne<Sdk, Inputs extends object, Outputs extends MetadataBearer, Config> = <
  Input extends Inputs,
  Output extends Outputs,
>(
  make: (sdk: Sdk) => $Command<Input, Output, Config, Inputs, Outputs>,
) => Promise<Output>;

/** The only way to AWS. Each request is paced, reported to the observer and throws nothing but AWS_* and SHUTTING_DOWN. */
export interface Call<Sdk, Client, Inputs extends object, Outputs extends MetadataBearer, Config>
  extends SendOne<Sdk, Inputs, Outputs, Config> {
  /** Reads page by page: `call.pages((sdk, client) => sdk.paginateListAliases({ client }, { … }))`. */
  pages<Page>(paginate: Paginate<Sdk, Client, Page>): AsyncIterable<Page>;
  /** Every item of every page, in AWS's order. */
  list<Page, Item>(
    paginate: Paginate<Sdk, Client, Page>,
    itemsOf: (page: Page) => readonly Item[] | undefined,
  ): Promise<Item[]>;
}

/** One of the SDK's paginators. `client` sends every page as a call of its own. */
type Paginate<Sdk, Client, Page> = (sdk: Sdk, client: Client) => AsyncIterable<Page>;

export function createCall<
  Sdk,
  Client extends SdkClient<Inputs, Outputs, Config>,
  Inputs extends object,
  Outputs extends MetadataBearer,
  Config,
>(service: Service<Sdk, Client>, context: CallContext): Call<Sdk, Client, Inputs, Outputs, Config> {
  const send = <Input extends Inputs, Output extends Outputs>(
    client: Client,
    command: $Command<Input, Output, Config, Inputs, Outputs>,
  ): Promise<Output> => {
    const call = { service: service.name, operation: command.constructor.name.replace(/Command$/, "") };
    return untilReadable(call, context, () =>
      observed(call, context, async (signal) => {
        await service.pace(call.operation);
        signal.throwIfAborted();
        if (!isReadCall(call.operation)) askBeforeEachAttempt(command, context.mayChange);
        return client.send(command, { abortSignal: signal });
      }),
    );
  };
  async function* pages<Page>(paginate: Paginate<Sdk, Client, Page>): AsyncIterable<Page> {
    const { sdk, client } = await opened(service);
    // A paginator accepts only an instance of the SDK's own class, so the client that sends through us inherits from it.
    const paced: Client = Object.create(client, { send: { value: send.bind(null, client) } });
    yield* paginate(sdk, paced);
  }
  const list = async <Page, Item>(
    paginate: Paginate<Sdk, Client, Page>,
    itemsOf: (page: Page) => readonly Item[] | undefined,
  ) => {
    const items: Item[] = [];
    for await (const page of pages(paginate)) items.push(...(itemsOf(page) ?? []));
    return items;
  };
  const call: SendOne<Sdk, Inputs, Outputs, Config> = async (make) => {
    const { sdk, client } = await opened(service);
    return send(client, make(sdk));
  };
  return Object.assign(call, { pages, list });
}

/** The SDK repeats an attempt by itself, seconds later: asking once before the first one would not do. */
function askBeforeEachAttempt<Input extends object, Output extends MetadataBearer>(
  { middlewareStack }: Pick<$Command<Input, Output, never, Input, Output>, "middlewareStack">,
  mayChange: () => Promise<void>,
): void {
  middlewareStack.add(
    (next) => async (args) => {
      await mayChange();
      return next(args);
    },
    // Inside the retries, which have the high priority in this step.
    { step: "finalizeRequest", priority: "low", name: "askBeforeEachAttempt" },
  );
}

/** The SDK repeats what failed on the way, but not an answer that came and was cut off or garbled. */
const READ_TRIES = 3;
const READ_PAUSE_MS = 250;

/** Asks again for what could not be read. What is never readable, this server does not have: AWS_UNSUPPORTED. */
async function untilReadable<Output>(
  call: CallName,
  { clock, signal }: CallContext,
  send: () => Promise<Output>,
): Promise<Output> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (tries === READ_TRIES || !isReadCutOff(error, call)) throw error;
      await clock.sleep(tries * READ_PAUSE_MS, signal);
    }
  }
}

/** Loading a client reads the SDK's settings, which may be invalid. */
async function opened<Sdk, Client>(service: Service<Sdk, Client>): Promise<{ sdk: Sdk; client: Client }> {
  try {
    return await service.open();
  } catch (cause) {
    throw toStepbackError(cause, { service: service.name, operation: "settings" });
  }
}

/** Reports and maps a request in the same way; also used for the download of code, which is not a command of the SDK. */
export async function observed<Output extends MetadataBearer>(
  call: CallName,
  { observe, patience }: CallContext,
  send: (signal: AbortSignal) => Promise<Output>,
): Promise<Output> {
  try {
    const output = await patience.during(call, send);
    observe({ ...call, ...noteOf(output.$metadata), error: null });
    return output;
  } catch (cause) {
    const error = toStepbackError(cause, call);
    // The observer gets the name of the call in `call`.
    const words = error.detail.replace(callPrefix(call), "");
    observe({ ...call, ...noteOf(metadataOf(cause)), error: `${error.code}: ${words}` });
    throw error;
  }
}

function noteOf({ requestId, attempts }: MetadataBearer["$metadata"]): { requestId: string | null; attempt: number } {
  return { requestId: requestId ?? null, attempt: attempts ?? 1 };
}

function metadataOf(cause: unknown): MetadataBearer["$metadata"] {
  return (cause as Partial<MetadataBearer> | null)?.$metadata ?? {};
}
