import type { Value, ValueMap } from "./value.ts";

export interface ParameterDefinition {
  readonly type: string;
  /** Undefined if the template has none; the parameter then needs a value. */
  readonly default: string | undefined;
  readonly noEcho: boolean;
  readonly description: string | undefined;
  /** The constraints as written: AllowedValues, AllowedPattern, MinLength, ConstraintDescription and so on. */
  readonly rules: ValueMap;
}

export interface ResourceDefinition {
  readonly type: string;
  readonly properties: ValueMap;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  readonly metadata: Value | undefined;
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
}

export interface OutputDefinition {
  readonly value: Value;
  readonly description: string | undefined;
  readonly exportName: Value | undefined;
  readonly condition: string | undefined;
}

export interface Template {
  /** The text exactly as submitted; GetTemplate returns it. */
  readonly body: string;
  /** The parsed body, or the result of the transforms. */
  readonly document: ValueMap;
  /** The result of the transforms as text; undefined before they have run. */
  readonly processed: string | undefined;
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly metadata: Value | undefined;
  /** In the order in which they run; those that parts of the template call come last. */
  readonly transforms: readonly string[];
  readonly parameters: ReadonlyMap<string, ParameterDefinition>;
  /** Assertions about the parameters' values. */
  readonly rules: ValueMap;
  readonly mappings: ValueMap;
  readonly conditions: ValueMap;
  readonly resources: ReadonlyMap<string, ResourceDefinition>;
  readonly outputs: ReadonlyMap<string, OutputDefinition>;
}
