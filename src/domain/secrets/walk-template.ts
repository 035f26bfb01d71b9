import { asObject, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { isNoEcho, isNoEchoParameter } from "../template/no-echo.ts";
import { announcesSecret } from "./telling-names.ts";
import { mapMembers, OUTSIDE, replaceSecret, replaceUnlessPublic, type Walk, walk } from "./walk.ts";

/** A template with each secret replaced. `secret` are the names of its parameters whose values are. Pure. */
export function walkTemplate(template: JsonObject, secret: ReadonlySet<string>, by: Walk): JsonObject {
  return mapMembers(template, (section, name) => {
    const walkEntry = isJsonObject(section) ? SECTIONS[name] : undefined;
    if (!walkEntry || !isJsonObject(section)) return walk(section, OUTSIDE, by);
    return mapMembers(section, (entry, key) => walkEntry(entry, { name: key, secret, by }));
  });
}

interface Entry {
  readonly name: string;
  readonly secret: ReadonlySet<string>;
  readonly by: Walk;
}

const SECTIONS: Readonly<Record<string, (entry: Json, of: Entry) => Json>> = {
  Parameters: (entry, { name, secret, by }) => {
    if (!isJsonObject(entry) || !secret.has(name)) return walk(entry, OUTSIDE, by);
    return mapMembers(entry, (item, key) =>
      key === "Default" || key === "AllowedValues"
        ? replaceSecret(item, { name, why: "name" }, by)
        : walk(item, OUTSIDE, by),
    );
  },
  // Constants by stage: people write the passwords of their stages there, under names like `Value`.
  Mappings: (entry, { name, by }) => replaceUnlessPublic(entry, { name, why: "any" }, by),
  Outputs: (entry, { name, by }) => {
    if (!isJsonObject(entry) || !announcesSecret(name)) return walk(entry, OUTSIDE, by);
    return mapMembers(entry, (item, key) =>
      key === "Value" ? replaceSecret(item, { name, why: "name" }, by) : walk(item, OUTSIDE, by),
    );
  },
};

/** The values of a stack's parameters with the secret ones replaced; a NoEcho value is replaced by what its mark says. Pure. */
export function walkParameters(values: Json | undefined, secret: ReadonlySet<string>, by: Walk): JsonObject {
  return mapMembers(asObject(values ?? null), (value, name) => {
    // Nobody can read a NoEcho value, so its mark has the fingerprint of its name and shows only that there is a value.
    if (isNoEcho(value)) return by.replace(`NoEcho ${name}`, { name, why: "unreadable" });
    if (secret.has(name)) return replaceSecret(value, { name, why: "name" }, by);
    return asObject(walk({ [name]: value }, OUTSIDE, by))[name] ?? null;
  });
}

/**
 * The parameters of a template, or of a part of one, whose values are secret: NoEcho, announced by their names, or used where a
 * secret stands. Pure.
 */
export function secretParameters(template: JsonObject, values: Json | undefined): ReadonlySet<string> {
  const definitions = asObject(template["Parameters"]);
  const names = [...new Set([...Object.keys(definitions), ...Object.keys(asObject(values ?? null))])];
  const used = parametersOfSecrets(template);
  return new Set(
    names.filter((name) => isNoEchoParameter(definitions[name]) || announcesSecret(name) || used.has(name)),
  );
}

function parametersOfSecrets(template: JsonObject): ReadonlySet<string> {
  const names = new Set<string>();
  const note = (value: Json): void => {
    if (typeof value === "string") for (const [, name = ""] of value.matchAll(/\$\{(\w+)\}/g)) names.add(name);
    if (Array.isArray(value)) for (const item of value as Json[]) note(item);
    if (!isJsonObject(value)) return;
    if (typeof value["Ref"] === "string") names.add(value["Ref"]);
    for (const item of Object.values<Json>(value)) note(item);
  };
  const by: Walk = {
    replace: (value, { name, why }) => {
      // Every variable counts as secret, but the stage's name, which is in many, is none.
      if (why !== "environment" || announcesSecret(name)) note(value);
      return value;
    },
    withReferences: true,
  };
  walk(asObject(template["Resources"] ?? template), OUTSIDE, by);
  return names;
}
