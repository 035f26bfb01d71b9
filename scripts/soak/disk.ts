import { execFileSync } from "node:child_process";
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where the service keeps its data, on a disk that can be filled. */
export interface Disk {
  readonly dataDir: string;
  /** How it is filled: said in the summary. */
  readonly seam: "a disk in memory, filled by ballast" | "SQLite's page limit and refused writes of artifacts";
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** An hour of soak takes a third of it. */
const DISK_MB = 384;
const CHUNK_BYTES = [1024 * 1024, 4096] as const;

/**
 * A small disk of its own where this user may mount one, which has real ENOSPC at every write; elsewhere `preload.ts` gives
 * SQLITE_FULL by SQLite itself, and ENOSPC to the artifacts.
 */
export async function openDisk(
  folder: string,
  { controls, mayMount }: { controls: string; mayMount: boolean },
): Promise<Disk> {
  const dataDir = join(folder, "data");
  await mkdir(dataDir);
  return mayMount && mount(dataDir) ? mounted(dataDir) : limited(dataDir, controls);
}

function mount(dataDir: string): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "stepback-soak", dataDir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function mounted(dataDir: string): Disk {
  const ballast = join(dataDir, "ballast");
  return {
    dataDir,
    seam: "a disk in memory, filled by ballast",
    fill: () => writeUntilFull(ballast),
    free: () => rm(ballast, { force: true }),
    remove: async () => void execFileSync("umount", [dataDir]),
  };
}

/** First in large pieces, then in small ones, so that not a page is left. */
async function writeUntilFull(file: string): Promise<void> {
  const handle = await open(file, "a");
  try {
    for (const size of CHUNK_BYTES) while (await isWritten(handle.write(Buffer.alloc(size))));
  } finally {
    await handle.close();
  }
}

async function isWritten(writing: Promise<{ bytesWritten: number }>): Promise<boolean> {
  try {
    return (await writing).bytesWritten > 0;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") return false;
    throw error;
  }
}

function limited(dataDir: string, controls: string): Disk {
  const control = join(controls, "disk");
  return {
    dataDir,
    seam: "SQLite's page limit and refused writes of artifacts",
    fill: () => writeFile(control, "full"),
    free: () => rm(control, { force: true }),
    remove: async () => {},
  };
}
