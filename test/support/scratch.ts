import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** SQLite waits for the disk at each commit; a folder in memory, where the system has one, avoids that wait. */
const MEMORY = "/dev/shm";
const BASE = existsSync(MEMORY) ? MEMORY : tmpdir();

/** Creates a folder for the data of a test's service. The caller removes it. */
export function makeScratchFolder(): Promise<string> {
  return mkdtemp(join(BASE, "stepback-test-"));
}
