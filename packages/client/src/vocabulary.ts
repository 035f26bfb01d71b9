import type { components } from "./api-types.ts";

type Schemas = components["schemas"];

/** How well a component can be rolled back, from best to worst. */
export const READINESS = ["reversible", "reversible-with-loss", "irreversible"] as const;
export type Readiness = (typeof READINESS)[number];
export type ReadinessCounts = NonNullable<Schemas["Deployment"]["readiness"]>;

export type AlteredCounts = NonNullable<Schemas["Deployment"]["altered"]>;
export type RollbackResult = NonNullable<Schemas["Rollback"]["result"]>;

export type Strategy = Schemas["Rollback"]["strategy"];
export type OnConflict = Schemas["Rollback"]["onConflict"];
export type OnError = Schemas["Rollback"]["onError"];

/** From the least to the most important. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const satisfies readonly Schemas["LogLine"]["level"][];
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Status = Schemas["Activity"]["status"];

export function hasEnded(status: Status): boolean {
  return status === "Completed" || status === "Exception";
}
