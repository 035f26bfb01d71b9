import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { ROOT } from "../support/root.ts";

/** What `stepback` runs. */
export const MAIN = join(ROOT, "dist/main.js");

export interface CliEnd {
  /** Null when a signal ended the process itself. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliEnd>;
  /** What it has printed so far. */
  heard(): Omit<CliEnd, "code">;
  /** Resolves once either stream holds the text. Rejects when the process ends without it. */
  says(text: string): Promise<void>;
}

export interface CliPlace {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What standard input holds; nothing by default. */
  readonly input?: string;
}

/** The command line as a process of its own. Of our environment it gets PATH only. */
export function startCli(args: readonly string[], { env = {}, cwd, input }: CliPlace = {}): CliProcess {
  const options = { env: { PATH: process.env["PATH"] ?? "", ...env }, ...(cwd ? { cwd } : {}) };
  const command = [MAIN, ...args];
  if (input === undefined)
    return heardProcess(spawn(process.execPath, command, { ...options, stdio: ["ignore", "pipe", "pipe"] }));
  const child = spawn(process.execPath, command, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  return heardProcess(child);
}

/** The same on a terminal of its own. What is written to stdin are key strokes. */
export function startOnTerminal(args: readonly string[], { env = {} }: CliPlace = {}): CliProcess {
  const command = [process.execPath, MAIN, ...args].map((part) => `'${part}'`).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--flush", "--command", command, "/dev/null"], {
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  return heardProcess(child);
}

function heardProcess(child: ChildProcessByStdio<Writable | null, Readable, Readable>): CliProcess {
  const heard = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  const hear = (stream: "stdout" | "stderr") => (bytes: Buffer) => {
    heard[stream] += bytes.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on("data", hear("stdout"));
  child.stderr.on("data", hear("stderr"));
  const ended = new Promise<CliEnd>((resolve) => child.once("close", (code) => resolve({ code, ...heard })));
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if ((heard.stdout + heard.stderr).includes(text)) resolve();
      };
      listeners.add(check);
      check();
      void ended.then(() => reject(new Error(`ended without saying ${text}:\n${heard.stdout}${heard.stderr}`)));
    });
  return { child, ended, heard: () => heard, says };
}

export function runCli(args: readonly string[], place: CliPlace = {}): Promise<CliEnd> {
  return startCli(args, place).ended;
}
