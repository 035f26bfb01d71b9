/** Whose settings a key seals. Keys of one scope open nothing of another, and equal bytes are stored once within a scope only. */
export type KeyScope = string & { readonly isKeyScope: true };

/** Rows and files that hold the settings of a target: states, plans, logs, code. */
export function targetScope(target: string): KeyScope {
  return `target/${target}` as KeyScope;
}

/** The packages of an application's stage. */
export function packageScope({ application, stage }: { application: string; stage: string }): KeyScope {
  return `package/${encodeURIComponent(application)}/${encodeURIComponent(stage)}` as KeyScope;
}

/** What belongs to no target. */
export const INSTALLATION_SCOPE = "installation" as KeyScope;
