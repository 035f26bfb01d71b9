import type { ParameterValue } from "../template/parameters.ts";
import type { Value, ValueMap } from "../template/value.ts";

/** What a transform may look at besides the template that it changes. */
export interface TransformScope {
  readonly parameters: readonly ParameterValue[];
  /** The values of `AWS::Region` and the like. */
  readonly pseudo: ReadonlyMap<string, Value>;
  /** The text of an S3 object by its URL. Throws ValidationError where it cannot be had. */
  textAt(url: string): Promise<string>;
}

/** Makes another document of a template's. `settings` are the `Parameters` that its declaration carries. */
export type Transform = (document: ValueMap, scope: TransformScope, settings: ValueMap) => ValueMap | Promise<ValueMap>;

/** A transform cannot work with the template, in its own words. CloudFormation puts its name before them. */
export class TransformError extends Error {
  override readonly name = "TransformError";
}
