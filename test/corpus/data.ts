/** A number with the text that it has in a template. */
export class NumberText {
  constructor(readonly text: string) {}
}

/** A template before it is written: what JSON can say, with numbers as they are written. */
export type Data = string | boolean | NumberText | readonly Data[] | DataMap;
export interface DataMap {
  readonly [key: string]: Data;
}

export function isDataMap(data: Data | undefined): data is DataMap {
  return typeof data === "object" && !Array.isArray(data) && !(data instanceof NumberText);
}

export function mapIn(data: Data | undefined, key?: string): DataMap {
  const found = key === undefined ? data : mapIn(data)[key];
  return isDataMap(found) ? found : {};
}

export function number(text: string | number): NumberText {
  return new NumberText(String(text));
}

export const ref = (name: string): DataMap => ({ Ref: name });
export const sub = (text: string): DataMap => ({ "Fn::Sub": text });
export const attribute = (name: string, of: string): DataMap => ({ "Fn::GetAtt": [name, of] });

/** The map with the entry, or without it where there is no value. */
export function withEntry(map: DataMap, key: string, value: Data | null): DataMap {
  const { [key]: _old, ...rest } = map;
  return value === null ? rest : { ...map, [key]: value };
}
