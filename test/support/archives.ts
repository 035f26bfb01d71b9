import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync as zipped } from "node:zlib";
import { gzipSync, zipSync } from "fflate";
import { create, Header } from "tar";

type Files = Readonly<Record<string, string>>;

/** Writes files below a folder, which is created when it is missing. */
export function writeFiles(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A tar as a tool makes it. Equal files give equal bytes. */
export async function tarOf(files: Files): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "stepback-tar-"));
  try {
    writeFiles(folder, files);
    const file = join(folder, "..", `${folder.split("/").at(-1)}.tar`);
    await create({ cwd: folder, file, portable: true, noMtime: true }, Object.keys(files));
    const bytes = await readFile(file);
    await rm(file);
    return bytes;
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface RawEntry {
  readonly path: string;
  readonly type?: "File" | "SymbolicLink" | "Link" | "CharacterDevice";
  readonly linkpath?: string;
  readonly content?: string;
}

/** A tar with arbitrary names and types, which no honest tool writes. */
export function rawTar(...entries: readonly RawEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, type = "File", linkpath = "", content = "" }) => {
    const size = type === "File" ? Buffer.byteLength(content) : 0;
    const header = Buffer.alloc(512);
    new Header({ path, type, linkpath, size, mode: 0o644, uid: 0, gid: 0 }).encode(header, 0);
    const body = Buffer.alloc(Math.ceil(size / 512) * 512);
    body.write(type === "File" ? content : "");
    return [header, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export function gzipped(bytes: Uint8Array): Buffer {
  return Buffer.from(gzipSync(bytes, { mtime: 0 }));
}

export function zipOf(files: Files): Buffer {
  const entries = Object.entries(files).map(([name, content]) => [name, new TextEncoder().encode(content)]);
  return Buffer.from(zipSync(Object.fromEntries(entries), { mtime: new Date("2026-01-01T00:00:00Z") }));
}

/** A tar of zeros in a tar.gz, made in pieces: gzip's members may follow each other. */
export function bigTar(megabytes: number): Buffer {
  const header = rawTar({ path: "zeros" }).subarray(0, 512);
  new Header({ path: "zeros", type: "File", size: megabytes * 1_048_576, mode: 0o644 }).encode(header, 0);
  const piece = zipped(Buffer.alloc(1_048_576));
  return Buffer.concat([zipped(header), ...Array.from({ length: megabytes }, () => piece), zipped(Buffer.alloc(1024))]);
}
