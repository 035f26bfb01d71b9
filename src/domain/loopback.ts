/** Whether a host's name or address means this machine for certain. An address may stand in brackets, as in a URL. Pure. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|\[?::1\]?|127(\.\d{1,3}){3})$/.test(host);
}
