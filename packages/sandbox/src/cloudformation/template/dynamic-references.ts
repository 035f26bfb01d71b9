import { isMap, type Value, type ValueMap } from "./value.ts";

/**
 * `{{resolve:ssm:name}}` or `{{resolve:ssm:name:version}}`; references to secrets and secure parameters do not match.
 */
const SSM_REFERENCE = /\{\{resolve:ssm:([a-zA-Z0-9_.\-/]+)(?::\d+)?\}\}/g;

/** Where dynamic references get their values from. */
interface ReferenceSource {
  /** The current value of an SSM parameter; undefined if it does not exist. */
  ssmValue(name: string): string | undefined;
  /** The replacement for a reference that does not resolve. May throw. */
  missing(written: string): string;
}

/**
 * Properties as a service gets them. CloudFormation resolves references when it creates or updates a resource and keeps
 * them as written, so a change of the parameter alone is no change of the stack. The sandbox's SSM has one version of
 * each parameter.
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
