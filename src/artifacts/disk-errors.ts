import { StepbackError } from "../domain/errors.ts";

/** No space, or none within the quota of the user. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** What the process lacks for a moment; it says nothing about a file. */
const SHORT: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);

/** What the folder or its disk refuses now and takes once somebody has put it right: a disk that failed is mounted read-only. */
const REFUSED: ReadonlySet<string> = new Set(["EROFS", "EIO", "EACCES", "EPERM", "EBUSY", "ESTALE", "ETIMEDOUT"]);

/** The code of an error of the file system; empty for any other error. */
export function diskCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

export function isFull(error: unknown): boolean {
  return FULL.has(diskCode(error));
}

/** Whether a read failed for a reason that has nothing to do with what was read. */
export function isShort(error: unknown): boolean {
  return SHORT.has(diskCode(error));
}

/** DISK_FULL or STORE_UNAVAILABLE for what passes: jobs wait for it. INTERNAL for anything else. */
export function diskError(cause: unknown): StepbackError {
  const code = diskCode(cause);
  if (isFull(cause)) return new StepbackError("DISK_FULL", "The disk has no room for the artifact.", [], { cause });
  if (isShort(cause) || REFUSED.has(code))
    return new StepbackError("STORE_UNAVAILABLE", `The folder of artifacts refused with ${code}.`, [], { cause });
  return new StepbackError("INTERNAL", "The artifacts cannot be read or written.", [], { cause });
}

/** Turns the error of an operation on the disk into what `diskError` says. */
export async function onDisk<Output>(operation: Promise<Output>): Promise<Output> {
  try {
    return await operation;
  } catch (error) {
    throw diskError(error);
  }
}
