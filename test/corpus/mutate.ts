import { type Data, type DataMap, isDataMap, mapIn, NumberText, number, withEntry } from "./data.ts";
import type { Dice } from "./dice.ts";

/** The template that a bad deploy left: other values, resources that came and went, shared names with other meanings. */
export function deployed(template: DataMap, dice: Dice): DataMap {
  let result = mutateSection(template, "Resources", (resources) => mutateResources(resources, template, dice));
  if (dice.chance(0.5)) result = mutateSection(result, "Parameters", (section) => mutateDefaults(section, dice));
  if (dice.chance(0.3)) result = mutateSection(result, "Mappings", (section) => asMap(altered(section, dice)));
  if (dice.chance(0.3) && "Conditions" in result)
    result = withEntry(result, "Conditions", { ...mapIn(result, "Conditions"), Added: { "Fn::Equals": ["a", "b"] } });
  if (dice.chance(0.2)) result = withEntry(result, "Description", `deployed ${dice.word()}`);
  if (dice.chance(0.3) && "Globals" in result)
    result = mutateSection(result, "Globals", (section) => asMap(altered(section, dice)));
  return result;
}

function mutateSection(template: DataMap, section: string, mutate: (members: DataMap) => DataMap): DataMap {
  return section in template ? withEntry(template, section, mutate(mapIn(template, section))) : template;
}

function mutateResources(resources: DataMap, template: DataMap, dice: Dice): DataMap {
  let result = resources;
  for (const id of Object.keys(resources)) {
    if (dice.chance(0.45)) result = withEntry(result, id, mutateResource(mapIn(result, id), dice));
    if (dice.chance(0.15) && !isMentioned(id, template)) result = withEntry(result, id, null);
  }
  if (dice.chance(0.4))
    result = withEntry(result, "AddedTopic", { Type: "AWS::SNS::Topic", Properties: { DisplayName: dice.word() } });
  return Object.keys(result).length > 0 ? result : resources;
}

function mutateResource(resource: DataMap, dice: Dice): DataMap {
  const properties = mapIn(resource, "Properties");
  const key = dice.pick(Object.keys(properties));
  if (key === undefined || dice.chance(0.2)) return withEntry(resource, "Metadata", { Deployed: dice.word() });
  if (dice.chance(0.15)) return withEntry(resource, "Properties", withEntry(properties, key, null));
  const value = properties[key];
  return withEntry(
    resource,
    "Properties",
    withEntry(properties, key, value === undefined ? "x" : altered(value, dice)),
  );
}

/** Another value of the same kind. Names in functions stay, so that the template stays valid. */
function altered(data: Data, dice: Dice): Data {
  if (data instanceof NumberText) return number(dice.pick(["4", "2.0", "2", "1.1", "9007199254740993", "0.10"]));
  if (typeof data === "boolean") return dice.chance(0.5) ? !data : String(data);
  if (typeof data === "string") return dice.pick([`bad ${dice.word()}`, "true", "2.0", `${data} `, "bad\nlines\n"]);
  if (Array.isArray(data)) return data.map((item: Data) => (dice.chance(0.5) ? altered(item, dice) : item));
  const isFunction = Object.keys(data).some((key) => key === "Ref" || key.startsWith("Fn::") || key === "Condition");
  if (isFunction) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, dice.chance(0.5) ? altered(value, dice) : value]),
  );
}

function mutateDefaults(parameters: DataMap, dice: Dice): DataMap {
  const changed = Object.entries(parameters).map(([name, definition]) => {
    const isPlain = mapIn(definition)["Type"] === "String" && !("NoEcho" in mapIn(definition));
    return [name, isPlain && dice.chance(0.7) ? withEntry(mapIn(definition), "Default", "bad") : definition] as const;
  });
  return Object.fromEntries(changed);
}

function isMentioned(id: string, template: DataMap): boolean {
  const { Resources, Outputs } = template;
  const others = withEntry(mapIn(Resources), id, null);
  return new RegExp(`"[^"]*\\b${id}\\b|\\$\\{${id}\\b|"${id}[A-Z]`).test(JSON.stringify([others, Outputs ?? ""]));
}

function asMap(data: Data): DataMap {
  return isDataMap(data) ? data : {};
}
