import { isMap, type Value, type ValueMap } from "./value.ts";

/**
 * `{{resolve:ssm:name}}` or `{{resolve:ssm:name:version}}`; references to secrets and secure parameters do not match.
 */
const SSM_REFERENCE = /\{\{resolve:ssm:([a-zA-Z0-9_.\-/]+(?::\d+)?)\}\}/g;

/** Where dynamic references get their values from. */
interface ReferenceSource {
  /** The value of the SSM parameter `name`, or of `name:version`; undefined if it does not exist. */
  ssmValue(selector: string): Promise<string | undefined>;
  /** The replacement for a reference that does not resolve. May throw. */
  missing(written: string): string;
}

/**
 * Properties as a service gets them. CloudFormation resolves references when it creates or updates a resource and keeps
 * them as written, so a change of the parameter alone is no change of the stack.
 */
export async function withReferencesResolved(properties: ValueMap, source: ReferenceSource): Promise<ValueMap> {
  const resolving = Object.entries(properties).map(
    async ([name, value]) => [name, await resolved(value, source)] as const,
  );
  return Object.fromEntries(await Promise.all(resolving));
}

async function resolved(value: Value, source: ReferenceSource): Promise<Value> {
  if (typeof value === "string") return await textResolved(value, source);
  if (Array.isArray(value)) return await Promise.all(value.map((item) => resolved(item, source)));
  return isMap(value) ? await withReferencesResolved(value, source) : value;
}

async function textResolved(text: string, source: ReferenceSource): Promise<string> {
  const values = new Map<string, string>();
  for (const [written, selector = ""] of text.matchAll(SSM_REFERENCE)) {
    values.set(written, (await source.ssmValue(selector)) ?? source.missing(written));
  }
  return text.replace(SSM_REFERENCE, (written) => values.get(written) ?? written);
}
