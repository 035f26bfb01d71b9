import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../../test/support/root.ts";

export interface ProcessSettings {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** A line of the service's own log, or of what it writes to stderr. */
  readonly onLog: (line: string) => void;
}

/** One life of the service's process. */
export interface ServiceLife {
  readonly startedAt: number;
  /** Resolves to the URL when it listens; null when it ends before. */
  readonly listening: Promise<string | null>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts `stepback serve` on a free port, as an operator does, with the preload that reads the controls. */
export function spawnService({ dataDir, env, onLog }: ProcessSettings): ServiceLife {
  const preload = join(ROOT, "build/scripts/soak/preload.js");
  const child = spawn(process.execPath, ["--import", preload, join(ROOT, "dist/main.js"), "serve"], {
    env: {
      ...{ PATH: process.env["PATH"] ?? "", HOME: dataDir, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
      ...{ STEPBACK_PORT: "0", STEPBACK_DATA_DIR: dataDir, STEPBACK_LOG_LEVEL: "warn" },
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  return {
    startedAt: performance.now(),
    listening: Promise.race([urlIn(child, onLog), ended.then(() => null)]),
    ended,
    signal: (signal) => void child.kill(signal),
  };
}

/** Reads both outputs to their ends. */
function urlIn({ stdout, stderr }: ChildProcess, onLog: (line: string) => void): Promise<string> {
  return new Promise((resolve) => {
    if (!stdout || !stderr) throw new Error("the process has no output");
    createInterface({ input: stdout }).on("line", (line) => {
      const url = /^Stepback listens on (\S+);/.exec(line)?.[1];
      if (url) resolve(url);
      else onLog(line);
    });
    createInterface({ input: stderr }).on("line", onLog);
  });
}

export async function tokenIn(dataDir: string): Promise<string> {
  return (await readFile(join(dataDir, "admin-token"), "utf8")).trim();
}

/** Whether the service says that it is ready; false when nobody answers. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`);
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
