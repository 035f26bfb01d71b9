import { type Static, type TSchema, type TUnsafe, Type } from "typebox";

/** A noun of the API. Its schema appears once in the OpenAPI document, and everything else refers to it by name. */
export interface Noun<Schema extends TSchema> {
  readonly schema: Schema;
  readonly ref: TUnsafe<Static<Schema>>;
}

export function noun<Schema extends TSchema>(name: string, define: (options: { $id: string }) => Schema): Noun<Schema> {
  return { schema: define({ $id: name }), ref: Type.Unsafe<Static<Schema>>({ $ref: `${name}#` }) };
}
