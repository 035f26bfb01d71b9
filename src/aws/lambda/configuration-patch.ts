import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { isJsonObject, type Json, type JsonObject, sameJson } from "../../domain/json.ts";
import type { ConfigurationPatch } from "../gateways/lambda.ts";

/** UpdateFunctionConfiguration's limit for the whole body is 5,120 (facts B5); the rest is for the name and the revision. */
const LARGEST_PATCH_BYTES = 4_608;

/** Fields that AWS checks against each other, so that they must not be parted. */
const TOGETHER: readonly (readonly string[])[] = [
  // A key encrypts only the environment that is sent with it (facts B4).
  ["Environment", "KMSKeyArn"],
  ["Runtime", "Handler", "Layers", "SnapStart"],
];

/**
 * The patch in the parts that UpdateFunctionConfiguration takes: one, or where that is too large the environment with the
 * key that encrypts it, and then the rest in as few as hold it. Fields that belong together stay together, also where they are too large together: then AWS's own
 * answer counts. Pure.
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
