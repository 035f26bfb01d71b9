import { randomBytes } from "node:crypto";
import { appendFile, copyFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import t from "tap";
import type { FileDamage, ReferredBytes } from "#src/artifacts/artifacts";
import { type DiskArtifacts, openDiskArtifacts, SEALED_FOLDER } from "#src/artifacts/disk-artifacts";
import { makeScratchFolder } from "../support/scratch.ts";
import { diskSealing } from "../support/sealing.ts";

const TARGET = "default";

async function stored(artifacts: DiskArtifacts, bytes: Buffer): Promise<ReferredBytes> {
  return { owner: { target: TARGET }, ...(await artifacts.ofTarget(TARGET).put(Readable.from([bytes]))) };
}

async function fileOf(root: string, artifacts: DiskArtifacts, bytes: ReferredBytes): Promise<string> {
  const name = await artifacts.inspection.nameOf(bytes);
  return join(root, SEALED_FOLDER, name.slice(0, 2), name.slice(2));
}

t.test("each flip of a bit in each byte of a file is found, in files of no, one and several chunks", async (t) => {
  const root = await makeScratchFolder();
  t.teardown(() => rm(root, { recursive: true }));
  const artifacts = await openDiskArtifacts(root, diskSealing());
  for (const size of [0, 1, 700, 64 * 1024, 64 * 1024 + 1]) {
    const bytes = await stored(artifacts, randomBytes(size));
    const file = await fileOf(root, artifacts, bytes);
    const whole = await readFile(file);
    // Of large files the head, the edges of chunks and tags, and some of the middle.
    const isFlipped = (at: number) => size < 1_000 || at < 64 || at % 4_093 === 0 || Math.abs(at - 65_596) < 40;
    const missed: number[] = [];
    for (let at = 0; at < whole.length; at += 1) {
      if (!isFlipped(at) && at < whole.length - 40) continue;
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(file, flipped);
      if ((await artifacts.inspection.inspect(bytes, true)) === null) missed.push(at);
    }
    t.same(missed, [], `${size} bytes`);
    await writeFile(file, whole);
    t.equal(await artifacts.inspection.inspect(bytes, true), null);
    t.equal(await artifacts.inspection.inspect(bytes, false), null, "and its length is the one that is expected");
  }
});

t.test("of a thousand artifacts each damaged one is named, by what happened to it, and no whole one", async (t) => {
  const root = await makeScratchFolder();
  t.teardown(() => rm(root, { recursive: true }));
  const artifacts = await openDiskArtifacts(root, diskSealing());
  const all: ReferredBytes[] = [];
  for (let n = 0; n < 1_000; n += 1)
    all.push(await stored(artifacts, Buffer.from(`artifact ${n} `.repeat(1 + (n % 40)))));
  const other = await readFile(await fileOf(root, artifacts, all[999] as ReferredBytes));
  const damages: [FileDamage, (file: string) => Promise<void>][] = [
    ["altered", async (file) => flip(file, 50)],
    ["lost", (file) => rm(file)],
    ["cut", async (file) => truncate(file, (await readFile(file)).length - 1)],
    ["extended", (file) => appendFile(file, "x")],
    ["swapped", (file) => writeFile(file, other)],
  ];
  const wanted = new Map<string, FileDamage>();
  for (const [n, bytes] of all.slice(0, 990).entries()) {
    const [damage, spoil] = damages[n % 10] ?? [];
    if (!damage || !spoil) continue;
    await spoil(await fileOf(root, artifacts, bytes));
    wanted.set(bytes.digest, damage);
  }
  const found = new Map<string, FileDamage>();
  for (const bytes of all) {
    const damage = await artifacts.inspection.inspect(bytes, true);
    if (damage !== null) found.set(bytes.digest, damage);
  }
  t.equal(wanted.size, 495);
  t.same([...found].toSorted(), [...wanted].toSorted());
  const first = await fileOf(root, artifacts, all[5] as ReferredBytes);
  await copyFile(first, `${first}.copy`);
  const names: string[] = [];
  for await (const { name, isArtifact } of artifacts.inspection.listFiles()) if (!isArtifact) names.push(name);
  t.equal(names.length, 1, "what is no file of ours is listed as such");
});

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  await writeFile(file, bytes);
}
