/** The host that a failed request went to: the SDK's errors do not say it, and the default endpoints are many. */
const HOSTS = new WeakMap<object, string>();

export function noteHost(error: unknown, host: string): void {
  if (typeof error === "object" && error !== null) HOSTS.set(error, host);
}

/** Null for an error of something other than a request. */
export function hostOf(error: unknown): string | null {
  return typeof error === "object" && error !== null ? (HOSTS.get(error) ?? null) : null;
}
