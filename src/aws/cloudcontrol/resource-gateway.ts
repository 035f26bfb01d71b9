import type {
  CloudControlClient,
  CloudControlClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-cloudcontrol";
import { type ErrorCode, StepbackError } from "../../domain/errors.ts";
import { asObject, type Json, type JsonObject } from "../../domain/json.ts";
import { type Availability, readOptional } from "../availability.ts";
import type { Call } from "../call.ts";
import type { ResourceGateway } from "../gateways/resources.ts";
import type { CloudControlSdk } from "../sdk-clients.ts";

type CloudControlCall = Call<
  CloudControlSdk,
  CloudControlClient,
  ServiceInputTypes,
  ServiceOutputTypes,
  CloudControlClientResolvedConfig
>;

export function createResourceGateway(call: CloudControlCall): ResourceGateway {
  return { find: (type, identifier) => orUnavailable(readOptional(find(call, type, identifier), null)) };
}

async function find(call: CloudControlCall, type: string, identifier: string): Promise<JsonObject> {
  const { ResourceDescription } = await call(
    (sdk) => new sdk.GetResourceCommand({ TypeName: type, Identifier: identifier }),
  );
  return propertiesOf(ResourceDescription?.Properties);
}

const SAYS_NOTHING: ReadonlySet<ErrorCode> = new Set(["AWS_REJECTED", "AWS_THROTTLED", "AWS_UNAVAILABLE", "AWS_LIMIT"]);

/** The text of a server that is not AWS may be anything: then the resource is there, and nothing is known of it. */
function propertiesOf(text: string | undefined): JsonObject {
  try {
    return asObject(JSON.parse(text ?? "{}") as Json);
  } catch {
    return {};
  }
}

/** A type that Cloud Control does not read, a handler that fails and an outage say nothing of the resource: no plan waits for a look. */
async function orUnavailable<Value>(reading: Promise<Availability<Value>>): Promise<Availability<Value>> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StepbackError && SAYS_NOTHING.has(error.code))
      return { unavailable: error.detail, lacking: true };
    throw error;
  }
}
