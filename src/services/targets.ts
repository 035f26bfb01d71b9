import type { ServiceDeps } from "./service-deps.ts";

/** The only target; `default` when there are several, because nobody should guess among them. */
export function defaultTarget({ targets: [first, ...others] }: Pick<ServiceDeps, "targets">): string {
  return first !== undefined && others.length === 0 ? first : "default";
}
