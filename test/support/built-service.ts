import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ANY_SPEED } from "./any-speed.ts";
import { ROOT } from "./root.ts";

/** The service as a process of its own, which can be killed. */
export interface ServiceProcess {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** The exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** The peak resident memory, as the kernel counts it. */
  peakResidentMb(): Promise<number>;
  /** `kill -9`: the service gets no chance to clean up. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `stepback serve` on a free port and resolves when it listens. */
export async function startProcess(dataDir: string, env: Record<string, string>): Promise<ServiceProcess> {
  const quiet = { STEPBACK_LOG_LEVEL: "error", AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  const settings = { STEPBACK_PORT: "0", STEPBACK_DATA_DIR: dataDir, ...quiet, ...ANY_SPEED };
  const child = spawn(process.execPath, [join(ROOT, "dist/main.js"), "serve"], {
    env: { PATH: process.env["PATH"] ?? "", HOME: dataDir, ...settings, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const url = await readyUrl(child);
  const token = (await readFile(join(dataDir, "admin-token"), "utf8")).trim();
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  const peakResidentMb = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  };
  const stops = { kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
  return { url, token, pid: child.pid ?? 0, ended, peakResidentMb, ...stops };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the process has no output");
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const url = /http:\/\/[\d.]+:\d+/.exec(line)?.[0];
    if (url) {
      lines.close();
      child.stdout.resume();
      return url;
    }
  }
  throw new Error("the service ended before it listened");
}
