import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { isJsonObject, type Json, type JsonObject, sameJson } from "../../domain/json.ts";
import type { ConfigurationPatch } from "../gateways/lambda.ts";

/** UpdateFunctionConfiguration takes a body of 5,120 bytes (facts B5); the rest is for the name and the revision. */
const LARGEST_PATCH_BYTES = 4_608;

/** Fields that AWS checks against each other, so they must go in one request. */
const TOGETHER: readonly (readonly string[])[] = [
  // A key encrypts only the environment in the same request (facts B4).
  ["Environment", "KMSKeyArn"],
  ["Runtime", "Handler", "Layers", "SnapStart"],
];

/**
 * Splits a patch into as many requests as UpdateFunctionConfiguration needs: usually one, else the environment with its
 * key first, and then the other fields in as few requests as possible. Fields that belong together stay together even
 * where they exceed the limit: AWS then refuses them itself. Pure.
 */
export function splitPatch(patch: ConfigurationPatch): ConfigurationPatch[] {
  if (bytesOf(patch) <= LARGEST_PATCH_BYTES) return [patch];
  const groups = groupsOf(patch);
  const environment = groups.filter((group) => "Environment" in group);
  const parts: ConfigurationPatch[] = [];
  for (const group of groups.filter((other) => !environment.includes(other))) {
    const last = parts.at(-1);
    const joined = { ...last, ...group };
    if (last && bytesOf(joined) <= LARGEST_PATCH_BYTES) parts[parts.length - 1] = joined;
    else parts.push(group);
  }
  return [...environment, ...parts];
}

function groupsOf(patch: ConfigurationPatch): ConfigurationPatch[] {
  const groups = new Map<string, [string, Json][]>();
  for (const [key, value] of Object.entries(patch)) {
    const name = TOGETHER.find((keys) => keys.includes(key))?.[0] ?? key;
    groups.set(name, [...(groups.get(name) ?? []), [key, value]]);
  }
  return [...groups.values()].map((entries) => Object.fromEntries(entries));
}

function bytesOf(patch: ConfigurationPatch): number {
  return Buffer.byteLength(JSON.stringify(patch));
}

/** Whether the live function already has every field of the patch. Pure. */
export function carries(live: FunctionConfiguration | null, patch: ConfigurationPatch): boolean {
  if (live === null) return false;
  const written = asWritten(live);
  return Object.entries(patch).every(([key, value]) => covers(written[key] ?? null, value));
}

/** The fields of the response in the form of the request (facts A4). */
function asWritten(live: FunctionConfiguration): JsonObject {
  const { Environment, Layers, ImageConfigResponse, ...others } = live;
  const request = {
    ...others,
    Environment: { Variables: Environment?.Variables },
    Layers: Layers?.map(({ Arn }) => Arn),
    ImageConfig: ImageConfigResponse?.ImageConfig,
  };
  // Through JSON once: this drops the undefined members of the SDK's objects and leaves plain data.
  return JSON.parse(JSON.stringify(request)) as JsonObject;
}

/** AWS adds members to those sent (`VpcId`) and leaves out cleared ones (facts B4); neither is a difference. */
function covers(live: Json, sent: Json): boolean {
  if (isNothing(sent)) return isNothing(live);
  if (!isJsonObject(sent)) return sameJson(live, sent);
  if (!isJsonObject(live)) return false;
  return Object.entries(sent).every(([key, value]) =>
    key === "Variables" ? sameJson(live[key] ?? {}, value) : covers(live[key] ?? null, value),
  );
}

/** An empty text, list or map, a false switch, or an object of only these. */
function isNothing(value: Json): boolean {
  if (value === null || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.values(value).every(isNothing);
}
