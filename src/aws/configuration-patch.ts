import { isJsonObject, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { ConfigurationPatch, FunctionConfiguration } from "./gateways.ts";

/** UpdateFunctionConfiguration's limit for the whole body is 5,120 (facts B5); the rest is for the name and the revision. */
const LARGEST_PATCH_BYTES = 4_608;

/**
 * The patch in the parts that UpdateFunctionConfiguration takes: one, or where that is too large the environment with the
 * key that encrypts it, and then the rest. Pure.
 */
export function splitPatch(patch: ConfigurationPatch): ConfigurationPatch[] {
  if (Buffer.byteLength(JSON.stringify(patch)) <= LARGEST_PATCH_BYTES) return [patch];
  const isOfEnvironment = ([key]: [string, Json]) => key === "Environment" || key === "KMSKeyArn";
  const entries = Object.entries(patch);
  const parts = [entries.filter(isOfEnvironment), entries.filter((entry) => !isOfEnvironment(entry))];
  return parts.filter((part) => part.length > 0).map((part) => Object.fromEntries(part));
}

/** Whether the live function has every field of the patch already. Pure. */
export function carries(live: FunctionConfiguration | null, patch: ConfigurationPatch): boolean {
  if (live === null) return false;
  const written = asWritten(live);
  return Object.entries(patch).every(([key, value]) => covers(written[key] ?? null, value));
}

/** The answer's fields in the form of the request (facts A4). */
function asWritten(live: FunctionConfiguration): JsonObject {
  const { Environment, Layers, ImageConfigResponse, ...others } = live;
  const request = {
    ...others,
    Environment: { Variables: Environment?.Variables },
    Layers: Layers?.map(({ Arn }) => Arn),
    ImageConfig: ImageConfigResponse?.ImageConfig,
  };
  // Through JSON once: undefined members of the SDK's objects go, and what stays is plain data.
  return JSON.parse(JSON.stringify(request)) as JsonObject;
}

/** AWS adds members to what was sent (`VpcId`) and leaves out what was cleared (facts B4); both count as the same. */
function covers(live: Json, sent: Json): boolean {
  if (isNothing(sent)) return isNothing(live);
  if (!isJsonObject(sent)) return sameJson(live, sent);
  if (!isJsonObject(live)) return false;
  return Object.entries(sent).every(([key, value]) =>
    key === "Variables" ? sameJson(live[key] ?? {}, value) : covers(live[key] ?? null, value),
  );
}

/** Empty text, list or map, a false switch, and an object of nothing else. */
function isNothing(value: Json): boolean {
  if (value === null || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.values(value).every(isNothing);
}
