import { createHash } from "node:crypto";
import type { SignedFile } from "./manifest.ts";

/** The digest and the size of a file that comes in pieces. */
export class FileDigest {
  readonly #hash = createHash("sha256");
  #sizeBytes = 0;

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
  }

  /** Ends it: nothing can be added any more. */
  signedAs(name: string): SignedFile {
    return { name, sha256: this.#hash.digest("hex"), sizeBytes: this.#sizeBytes };
  }
}
