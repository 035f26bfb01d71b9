import type { ParameterValue } from "../template/parameters.ts";
import type { Value, ValueMap } from "../template/value.ts";

/** What a transform can read besides the template that it changes. */
export interface TransformScope {
  readonly parameters: readonly ParameterValue[];
  /** The values of `AWS::Region` and the other pseudo parameters. */
  readonly pseudo: ReadonlyMap<string, Value>;
  /** The text of an S3 object by its URL. Throws ValidationError if it cannot be read. */
  textAt(url: string): Promise<string>;
}

/** Returns a new document for a template's. `settings` are the `Parameters` of its declaration. */
export type Transform = (document: ValueMap, scope: TransformScope, settings: ValueMap) => ValueMap | Promise<ValueMap>;

/** A transform cannot process the template. CloudFormation puts the transform's name in front of the message. */
export class TransformError extends Error {
  override readonly name = "TransformError";
}
