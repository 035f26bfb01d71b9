import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

/**
 * Replaces `randomUUID` in this process, from which a sandbox created afterwards takes its ids: the same calls in the same
 * order then give a stack or a trigger the same id in every version. Returns a function that starts the count for a call.
 */
export function countIds(): (call: number) => void {
  let [call, count] = [0, 0];
  const next: typeof crypto.randomUUID = () => {
    count += 1;
    return `00000000-0000-4000-${8000 + call}-${String(count).padStart(12, "0")}`;
  };
  Object.assign(crypto, { randomUUID: next });
  syncBuiltinESMExports();
  return (begun) => {
    [call, count] = [begun, 0];
  };
}
