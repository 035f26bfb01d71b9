import type { JsonObject } from "../../domain/json.ts";
import type { Availability } from "../availability.ts";

export interface ResourceGateway {
  /**
   * GetResource of Cloud Control: the properties of a resource by its type and primary identifier; null where it does not exist. A
   * type that cannot be read there is unavailable.
   */
  find(type: string, identifier: string): Promise<Availability<JsonObject | null>>;
}
