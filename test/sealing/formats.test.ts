import { buffer } from "node:stream/consumers";
import t from "tap";
import { dataKey } from "#src/sealing/data-key";
import { openValue, type SealedPlace, sealedBy, sealValue } from "#src/sealing/envelope";
import { CHUNK_BYTES, NotAuthentic, openStream, sealStream } from "#src/sealing/sealed-stream";
import { seededBytes } from "../support/test-keys.ts";

const random = seededBytes("formats");
const KEY = dataKey("dk_00000000000000aa", random(32));
const OTHER = dataKey("dk_00000000000000bb", random(32));
const PLACE: SealedPlace = { table: "states", column: "body", id: "one" };

t.test("a value comes back from its own place under its own key, and from no other", async (t) => {
  for (const value of ["hunter2", "", "π\u0000", { a: [1, null, true] }, [], 0, false]) {
    const sealed = sealValue(KEY, random(12), PLACE, value);
    t.strictSame(openValue(KEY, PLACE, sealed), value);
    t.equal(sealedBy(sealed), KEY.id);
    for (const elsewhere of [{ table: "plans" }, { column: "digest" }, { id: "two" }])
      t.equal(openValue(KEY, { ...PLACE, ...elsewhere }, sealed), undefined, JSON.stringify(elsewhere));
    t.equal(openValue(OTHER, PLACE, sealed), undefined, "another key");
  }
});

t.test("each flipped bit and each cut of an envelope is noticed", async (t) => {
  const sealed = sealValue(KEY, random(12), PLACE, "hunter2");
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const flipped = Buffer.from(sealed) as typeof sealed;
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const isHead = bit < 9 * 8;
    if (isHead) t.not(sealedBy(flipped), KEY.id, `bit ${bit} of the head`);
    else t.equal(openValue(KEY, PLACE, flipped), undefined, `bit ${bit}`);
  }
  for (let length = 0; length < sealed.length; length += 1) {
    const cut = sealed.subarray(0, length) as typeof sealed;
    t.ok(sealedBy(cut) === null || openValue(KEY, PLACE, cut) === undefined, `${length} bytes`);
  }
  t.equal(sealedBy("plain text"), null);
});

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const seal = (bytes: Buffer, piece = 1_000) => buffer(sealStream(KEY, random, inPieces(bytes, piece)));
const openAll = (sealed: Buffer, piece = 70_001) => buffer(openStream(async () => KEY, inPieces(sealed, piece)));

const SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 17];

t.test("bytes of any size come back, however they arrive", async (t) => {
  for (const size of SIZES) {
    const bytes = random(size);
    for (const piece of [17_000, 64 * 1024, 1 << 20]) {
      const sealed = await seal(bytes, piece);
      t.ok((await openAll(sealed, piece + 1)).equals(bytes), `${size} bytes by ${piece}`);
      if (size > 32) t.notOk(sealed.includes(bytes.subarray(0, 16)), "nothing of it is readable");
    }
  }
});

t.test("two files of the same bytes have nothing in common", async (t) => {
  const bytes = random(100);
  const [one, other] = [await seal(bytes), await seal(bytes)];
  t.notOk(one.subarray(-116).equals(other.subarray(-116)));
});

t.test("a sealed file that was changed, cut, lengthened or put together otherwise is refused", async (t) => {
  const sealed = await seal(random(3 * CHUNK_BYTES + 17));
  const [head, chunk] = [44, CHUNK_BYTES + 16];
  const part = (from: number, to?: number) => sealed.subarray(from, to);
  const forged: Record<string, Buffer> = {
    "cut within the head": part(0, 20),
    "only the head": part(0, head),
    "cut at a chunk": part(0, head + chunk),
    "cut at the last chunk": part(0, head + 3 * chunk),
    "cut within the last tag": part(0, sealed.length - 1),
    "one byte more": Buffer.concat([sealed, Buffer.of(0)]),
    "a chunk twice": Buffer.concat([part(0, head + chunk), part(head)]),
    "a chunk left out": Buffer.concat([part(0, head), part(head + chunk)]),
    "two chunks swapped": Buffer.concat([
      part(0, head),
      part(head + chunk, head + 2 * chunk),
      part(head, head + chunk),
      part(head + 2 * chunk),
    ]),
    "the head of another file": Buffer.concat([(await seal(random(5))).subarray(0, head), part(head)]),
  };
  for (const at of [0, 5, 13, head, head + chunk + 3, sealed.length - 1]) {
    const flipped = Buffer.from(sealed);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    forged[`byte ${at} flipped`] = flipped;
  }
  for (const [name, bytes] of Object.entries(forged)) await t.rejects(openAll(bytes), NotAuthentic, name);
});

t.test("what is handed out before a fault was authentic", async (t) => {
  const bytes = random(3 * CHUNK_BYTES);
  const sealed = await seal(bytes);
  const third = 44 + 2 * (CHUNK_BYTES + 16);
  sealed[third] = (sealed[third] ?? 0) ^ 1;
  const got: Buffer[] = [];
  await t.rejects(async () => {
    for await (const chunk of openStream(async () => KEY, inPieces(sealed, 9_999))) got.push(chunk);
  }, NotAuthentic);
  t.ok(Buffer.concat(got).equals(bytes.subarray(0, 2 * CHUNK_BYTES)));
});
