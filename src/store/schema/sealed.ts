import { customType } from "drizzle-orm/sqlite-core";
import type { Sealed } from "../../sealing/envelope.ts";

/**
 * A column that holds only what `RowSealing` sealed: its type takes no plain value. It is declared as text, as it was when its
 * values were plain; SQLite stores the bytes of an envelope in it as they are.
 */
export function sealed<Value>(name = "") {
  return customType<{ data: Sealed<Value>; driverData: Buffer }>({ dataType: () => "text" })(name);
}
