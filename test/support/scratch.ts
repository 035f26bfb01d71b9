import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** SQLite waits for the disk at each commit: a folder in memory, where the system has one, takes that wait away. */
const MEMORY = "/dev/shm";
const BASE = existsSync(MEMORY) ? MEMORY : tmpdir();

/** A fresh folder for what a test's service stores. Whoever makes it removes it. */
export function makeScratchFolder(): Promise<string> {
  return mkdtemp(join(BASE, "stepback-test-"));
}
