import { isCertainlyGone, type ServiceProcess } from "../domain/service-process.ts";

/*
 * Bytes that have not arrived completely: `incoming-PID-N@HOST`. They are in the folder of the artifacts, because a rename is
 * atomic only within one disk. Another process may be writing one at this moment, so each names its own.
 */

const INCOMING = /^incoming-(\d+)-\d+(?:@(.+))?$/;

/** The name of the n-th file that a process writes. */
export function incomingName({ host, pid }: ServiceProcess, n: number): string {
  return `incoming-${pid}-${n}@${encodeURIComponent(host)}`;
}

export function isIncoming(name: string): boolean {
  return INCOMING.test(name);
}

/** Whether nobody can be writing it any more. Earlier versions named no host, so nobody knows of theirs. */
export function isOfGoneProcess(name: string, self: ServiceProcess): boolean {
  const [, pid, host] = INCOMING.exec(name) ?? [];
  return host !== undefined && isCertainlyGone({ host: decodeURIComponent(host), pid: Number(pid) }, self);
}
