/**
 * Loaded into the service's process by `--import`: shifts its clock, and fills its disk where the machine lets nobody mount a
 * small one. Both follow files in the folder of SOAK_CONTROLS, which the driver writes; the service knows nothing of them.
 */
import { readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import Database from "better-sqlite3";

const folder = process.env["SOAK_CONTROLS"];
if (folder === undefined) throw new Error("SOAK_CONTROLS names no folder.");

const LOOK_MS = 100;
/** SQLite's own default: as good as no limit. */
const NO_LIMIT_PAGES = 4_294_967_294;

let shiftMs = 0;
let isDiskFull = false;

function look(): void {
  shiftMs = Number(readControl("clock") ?? 0);
  isDiskFull = readControl("disk") === "full";
}

function readControl(name: string): string | null {
  try {
    return readFileSync(`${folder}/${name}`, "utf8");
  } catch {
    return null;
  }
}

const MachineDate = Date;
globalThis.Date = class extends MachineDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(MachineDate.now() + shiftMs);
    else super(...(given as [number]));
  }
  static override now(): number {
    return MachineDate.now() + shiftMs;
  }
} as DateConstructor;

/** SQLite itself answers SQLITE_FULL to whatever needs another page. */
const { exec } = Database.prototype;
Database.prototype.exec = function (this: Database.Database, text: string) {
  if (text.startsWith("BEGIN")) this.pragma(`max_page_count = ${isDiskFull ? 1 : NO_LIMIT_PAGES}`);
  return exec.call(this, text);
};

const handle = await open(folder, "r");
const prototype = Object.getPrototypeOf(handle) as FileHandle;
await handle.close();
const { appendFile } = prototype;
prototype.appendFile = function (this: FileHandle, ...given: Parameters<FileHandle["appendFile"]>) {
  if (!isDiskFull) return appendFile.apply(this, given);
  return Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
};

look();
setInterval(look, LOOK_MS).unref();
