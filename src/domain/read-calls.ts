/** Whether a call of AWS only reads, by the verbs that these services use for it. */
export function isReadCall(operation: string): boolean {
  return /^(Get|Head|List|Describe|Scan)/.test(operation);
}
