import type { Ledger } from "./ledger.ts";

/** What no run may write: a fault of the program itself, on stderr or as an error of a job. */
const FAULTS = /unhandled|uncaught|met a fault of Stepback itself|FATAL|TypeError|ReferenceError/i;

/** Counts the messages of the service's own log, and names what no fault from outside explains. */
export function judgeLine(line: string, ledger: Ledger): void {
  ledger.count("service's log", messageOf(line));
  if (FAULTS.test(line)) ledger.breakRule("the service's log has no fault of its own", line.slice(0, 2_000));
}

function messageOf(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { msg?: string };
    return msg ?? "without a message";
  } catch {
    return `stderr: ${line.replace(/\/\S*\//g, "…/").trim()}`;
  }
}
