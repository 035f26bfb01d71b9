/** A process of the service, on this machine or on another one that has the same data folder. */
export interface ServiceProcess {
  /** The machine's or the container's host name: process ids mean something within it alone. */
  readonly host: string;
  readonly pid: number;
}

/**
 * Whether an earlier process has certainly ended. One on another host, or whose id another process may have now, is not
 * certain. Not pure: asks the operating system.
 */
export function isCertainlyGone({ host, pid }: ServiceProcess, self: ServiceProcess): boolean {
  if (host !== self.host) return false;
  // A container's first process has the same id at each start.
  if (pid === self.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
