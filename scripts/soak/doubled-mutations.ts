import type { BrokenRule } from "./compare-sights.ts";
import type { Mutation } from "./sandbox-messages.ts";
import type { RollbackWindow } from "./stories.ts";

/**
 * Faults of the mutations of AWS: one that a rollback sent again although the same one, with the same input, had taken effect
 * and its response could be read; and one that no rollback asked for. Pure.
 */
export function judgeMutations(mutations: readonly Mutation[], windows: readonly RollbackWindow[]): BrokenRule[] {
  const faults: BrokenRule[] = [];
  const done = new Map<string, number>();
  for (const { n, at, operation, input, performed, readable } of mutations) {
    const text = JSON.stringify(input);
    const window = windows.find(({ site, from, to }) => at >= from && at <= to && isAbout(text, site));
    const what = `call ${n}, ${operation} ${text.slice(0, 300)}`;
    if (!window) {
      faults.push({ rule: "only rollbacks change AWS", detail: what });
      continue;
    }
    const key = `${window.id} ${operation} ${text}`;
    const earlier = done.get(key);
    if (performed && earlier !== undefined)
      faults.push({ rule: "no mutation is done twice", detail: `${window.id}: ${what}, was done by call ${earlier}` });
    if (performed && readable) done.set(key, n);
  }
  return faults;
}

/** `soak-1` is no part of `soak-12`. */
function isAbout(text: string, site: string): boolean {
  return text.includes(`${site}-`);
}
