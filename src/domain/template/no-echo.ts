import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/*
 * Parameters whose value nobody can read. CloudFormation keeps it: an update can use it again, and nothing else can.
 */

/** Stands for the value of a NoEcho parameter in the settings of a stack. */
export const NO_ECHO: JsonObject = { noEcho: true };

/** Whether a template defines the parameter as NoEcho, which it may write as a boolean or as text. */
export function isNoEchoParameter(definition: Json | undefined): boolean {
  const noEcho = isJsonObject(definition) ? definition["NoEcho"] : false;
  return noEcho === true || String(noEcho).toLowerCase() === "true";
}

/** Whether nobody can read the value: it has the mark, or an earlier capture took CloudFormation's mask for a value. */
export function isNoEcho(value: Json | undefined): boolean {
  return isMask(value) || (isJsonObject(value) && value["noEcho"] === true);
}

/** CloudFormation returns four asterisks for a NoEcho value, other servers more. One or two may be a pattern. */
function isMask(value: Json | undefined): boolean {
  return typeof value === "string" && /^\*{3,}$/.test(value);
}

/** The parameters with the mark in place of each mask: a mask must neither be submitted nor compared with a value. */
export function withoutMasks(parameters: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, isNoEcho(value) ? NO_ECHO : value]));
}
