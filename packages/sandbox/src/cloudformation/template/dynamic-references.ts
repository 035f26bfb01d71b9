import { isMap, type Value, type ValueMap } from "./value.ts";

/** `{{resolve:ssm:name}}` or `{{resolve:ssm:name:version}}`; references to secrets and secure parameters are none of these. */
const SSM_REFERENCE = /\{\{resolve:ssm:([a-zA-Z0-9_.\-/]+)(?::\d+)?\}\}/g;

/** Where references find their values. */
export interface ReferenceSource {
  /** What an SSM parameter holds now; undefined where there is none. */
  ssmValue(name: string): string | undefined;
  /** What stands for a reference that leads nowhere. May throw. */
  missing(written: string): string;
}

/**
 * Properties as a service gets them. CloudFormation resolves references when it makes or changes a resource and keeps
 * them as written: the change of a parameter alone is no change of the stack. The sandbox's SSM has one version of each.
 */
export function withReferencesResolved(properties: ValueMap, source: ReferenceSource): ValueMap {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, resolved(value, source)]));
}

function resolved(value: Value, source: ReferenceSource): Value {
  if (typeof value === "string") {
    return value.replace(SSM_REFERENCE, (written, name: string) => source.ssmValue(name) ?? source.missing(written));
  }
  if (Array.isArray(value)) return value.map((item) => resolved(item, source));
  return isMap(value) ? withReferencesResolved(value, source) : value;
}
