import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { unzipSync } from "fflate";
import { HANDLER_PROCESS_SOURCE } from "./handler-process.ts";

/** A process needs about 40 MB and a second of one core to start; more at once would only slow each other down. */
const MAX_PROCESSES = 8;
/** Lambda returns the end of the log. */
const LOG_TAIL_BYTES = 4096;

export interface Job {
  readonly zip: Uint8Array;
  /** Identifies the zip, so that the same code is unpacked only once. */
  readonly sha256: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** JSON. */
  readonly event: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface JobOutcome {
  /** The handler's result or its error, as Lambda returns them. */
  readonly payload: unknown;
  readonly failed: boolean;
  readonly log: string;
}

/**
 * Runs the handlers of Node functions, each invocation in a process of its own. Processes take real time, so a
 * function's timeout is real too, whatever the sandbox's clock says.
 */
export class HandlerRunner {
  #root: Promise<string> | undefined;
  readonly #folders = new Map<string, Promise<string>>();
  readonly #running = new Set<ChildProcess>();
  readonly #waiting: (() => void)[] = [];
  #free = MAX_PROCESSES;
  #closed = false;

  async run(job: Job): Promise<JobOutcome> {
    await this.#enter();
    try {
      if (this.#closed) return CLOSED;
      const taskRoot = await this.#unpacked(job);
      return this.#closed ? CLOSED : await this.#runProcess(job, taskRoot);
    } finally {
      this.#leave();
    }
  }

  /** Kills running processes and removes every folder. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const child of this.#running) child.kill("SIGKILL");
    await Promise.allSettled(this.#folders.values());
    const root = await this.#root;
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }

  #unpacked({ zip, sha256 }: Job): Promise<string> {
    const known = this.#folders.get(sha256);
    if (known) return known;
    const folder = this.#unpack(zip, String(this.#folders.size));
    this.#folders.set(sha256, folder);
    return folder;
  }

  async #unpack(zip: Uint8Array, name: string): Promise<string> {
    this.#root ??= mkdtemp(join(tmpdir(), "sandbox-lambda-"));
    const folder = join(await this.#root, name);
    await mkdir(folder);
    for (const [path, content] of Object.entries(unzipSync(zip))) {
      const target = join(folder, path);
      // An entry that points outside the folder is not written.
      if (path.endsWith("/") || !target.startsWith(folder + sep)) continue;
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    return folder;
  }

  #runProcess(job: Job, taskRoot: string): Promise<JobOutcome> {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", HANDLER_PROCESS_SOURCE], {
      cwd: taskRoot,
      env: { ...job.environment, LAMBDA_TASK_ROOT: taskRoot },
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    });
    this.#running.add(child);
    const { handler, event, context, timeoutMs } = job;
    const deadlineMs = Date.now() + timeoutMs;
    // A handler may end before it has read its input.
    child.stdin?.on("error", () => {});
    child.stdin?.end(JSON.stringify({ taskRoot, handler, event, context, deadlineMs }));
    return this.#outcomeOf(child, timeoutMs).finally(() => this.#running.delete(child));
  }

  #outcomeOf(child: ChildProcess, timeoutMs: number): Promise<JobOutcome> {
    const outcome: Buffer[] = [];
    const log: Buffer[] = [];
    collect(child.stdio[3], outcome);
    collect(child.stdout, log);
    collect(child.stderr, log);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        const text = Buffer.concat(log).toString();
        if (timedOut) resolve(timedOutOutcome(timeoutMs, text));
        else resolve(readOutcome(Buffer.concat(outcome).toString(), text) ?? exitedOutcome(code, signal, text));
      });
    });
  }
}

function collect(stream: ChildProcess["stdio"][number] | undefined, chunks: Buffer[]): void {
  stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
}

function readOutcome(text: string, log: string): JobOutcome | null {
  if (text === "") return null;
  const outcome = JSON.parse(text) as { result: unknown } | { error: unknown };
  return "error" in outcome
    ? { payload: outcome.error, failed: true, log }
    : { payload: outcome.result, failed: false, log };
}

function exitedOutcome(code: number | null, signal: NodeJS.Signals | null, log: string): JobOutcome {
  const reason = signal === null ? `exit status ${code}` : `signal: ${signal}`;
  return {
    payload: { errorType: "Runtime.ExitError", errorMessage: `Runtime exited with error: ${reason}` },
    failed: true,
    log,
  };
}

function timedOutOutcome(timeoutMs: number, log: string): JobOutcome {
  const errorMessage = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return { payload: { errorType: "Sandbox.Timedout", errorMessage }, failed: true, log };
}

/** The outcome of a call that was still running when the sandbox closed. */
const CLOSED: JobOutcome = {
  payload: { errorType: "Sandbox.Closed", errorMessage: "The sandbox was closed" },
  failed: true,
  log: "",
};

/** The last 4 KB of a log. */
export function tailOf(log: string): string {
  return Buffer.from(log).subarray(-LOG_TAIL_BYTES).toString();
}
