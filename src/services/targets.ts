import type { ServiceDeps } from "./service-deps.ts";

/** The only target, or the one that is named `default`. With several, none is guessed. */
export function defaultTarget({ targets: [first, ...others] }: Pick<ServiceDeps, "targets">): string {
  return first !== undefined && others.length === 0 ? first : "default";
}
