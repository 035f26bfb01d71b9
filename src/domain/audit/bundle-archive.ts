import { unzipSync, Zip, ZipPassThrough } from "fflate";

/*
 * The archive of an evidence bundle. It is canonical: the files stand in one order, uncompressed, without a time, an attribute or a comment. So the
 * archive of given files is one sequence of bytes, and a verifier that makes it again finds each byte that differs, also where no file lies.
 */

/** The files of a bundle, in their order. The manifest is the last one: it has the digests of the others. */
export const BUNDLE_FILES = [
  "README.txt",
  "records.ndjson",
  "plan.json",
  "result.json",
  "log.ndjson",
  "inclusion-proofs.json",
  "checkpoint.json",
  "public-key.pem",
  "manifest.json",
] as const;
export type BundleFile = (typeof BUNDLE_FILES)[number];

/** The start of time in archives, in whatever zone: the library reads local fields. */
const NO_TIME = new Date(1980, 0, 1);

/** Makes an archive, a piece at a time. */
export class BundleArchive {
  readonly #pieces: Uint8Array[] = [];
  readonly #zip = new Zip((error, bytes) => {
    if (error) throw error;
    this.#pieces.push(bytes);
  });
  #file: ZipPassThrough | null = null;

  /** Ends the file before, and begins one. */
  begin(name: string): void {
    this.#endFile();
    this.#file = Object.assign(new ZipPassThrough(name), { mtime: NO_TIME });
    this.#zip.add(this.#file);
  }

  write(bytes: Uint8Array): void {
    this.#file?.push(bytes);
  }

  end(): void {
    this.#endFile();
    this.#zip.end();
  }

  /** What can be sent by now. */
  take(): Buffer {
    return Buffer.concat(this.#pieces.splice(0));
  }

  #endFile(): void {
    this.#file?.push(new Uint8Array(0), true);
    this.#file = null;
  }
}

/** The archive of these files, in the order in which they are given. */
export function archiveOf(files: Iterable<readonly [name: string, bytes: Uint8Array]>): Buffer {
  const archive = new BundleArchive();
  for (const [name, bytes] of files) {
    archive.begin(name);
    archive.write(bytes);
  }
  archive.end();
  return archive.take();
}

/** The files in an archive; null for what is none. Compressed ones, which a bundle has not, are left out: they could be of any size. */
export function filesIn(archive: Uint8Array): ReadonlyMap<string, Uint8Array> | null {
  try {
    return new Map(Object.entries(unzipSync(archive, { filter: ({ compression }) => compression === 0 })));
  } catch {
    return null;
  }
}
