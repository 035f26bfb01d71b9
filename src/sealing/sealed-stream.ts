import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { NONCE_BYTES, TAG_BYTES } from "./aead.ts";
import { type DataKey, KEY_ID_BYTES, keyIdBytes, keyIdOf } from "./data-key.ts";
import type { RandomBytes } from "./master-key.ts";

/*
 * Bytes of any length in chunks that are authentic one by one, as the STREAM construction does (Hoang, Reyhanitabar, Rogaway,
 * Vizár: "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015). Each file has a key of its own, and
 * the nonce of a chunk is its number and whether it is the last one: chunks that are swapped, repeated, left out or cut off
 * do not open.
 */

const MAGIC = Buffer.from("SBK1");
const SALT_BYTES = 32;
const HEAD_BYTES = MAGIC.length + KEY_ID_BYTES + SALT_BYTES;
export const CHUNK_BYTES = 64 * 1024;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

/** `magic ‖ key id ‖ salt`, then the chunks, each followed by its tag. An empty input is one empty last chunk. */
export async function* sealStream(
  key: DataKey,
  random: RandomBytes,
  plain: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const head = Buffer.concat([MAGIC, keyIdBytes(key.id), random(SALT_BYTES)]);
  const fileKey = fileKeyOf(key, head);
  yield head;
  let number = 0;
  for await (const { chunk, isLast } of chunksOf(plain, CHUNK_BYTES)) {
    const cipher = createCipheriv("aes-256-gcm", fileKey, nonceOf(number, isLast), { authTagLength: TAG_BYTES });
    const encrypted = cipher.update(chunk);
    cipher.final();
    yield Buffer.concat([encrypted, cipher.getAuthTag()]);
    number += 1;
  }
}

/** How long bytes of this length are once they are sealed. */
export function sealedLength(plainBytes: number): number {
  return HEAD_BYTES + plainBytes + TAG_BYTES * Math.max(1, Math.ceil(plainBytes / CHUNK_BYTES));
}

/** The bytes are not those that were sealed: they were changed, cut or put together from others. */
export class NotAuthentic extends Error {
  override readonly name = "NotAuthentic";
}

/** The sealed bytes, opened chunk by chunk. NotAuthentic before the first byte of a chunk that is not authentic. */
export async function* openStream(
  keyOf: (id: string) => Promise<DataKey>,
  sealed: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let fileKey: Buffer | null = null;
  let number = 0;
  for await (const { chunk, isLast } of chunksOf(sealed, SEALED_CHUNK_BYTES, HEAD_BYTES)) {
    if (fileKey === null) {
      fileKey = fileKeyOf(await keyOf(keyIdIn(chunk)), chunk);
      if (isLast) throw new NotAuthentic("nothing follows the head");
      continue;
    }
    yield openChunk(fileKey, nonceOf(number, isLast), chunk);
    number += 1;
  }
}

function openChunk(fileKey: Buffer, nonce: Buffer, chunk: Buffer): Buffer {
  if (chunk.length < TAG_BYTES) throw new NotAuthentic("the last chunk is cut");
  const decipher = createDecipheriv("aes-256-gcm", fileKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(chunk.subarray(-TAG_BYTES));
  const plain = decipher.update(chunk.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch (cause) {
    throw new NotAuthentic("a chunk is not authentic", { cause });
  }
}

function keyIdIn(head: Buffer): string {
  if (head.length < HEAD_BYTES || !head.subarray(0, MAGIC.length).equals(MAGIC))
    throw new NotAuthentic("the head is not that of a sealed file");
  return keyIdOf(head.subarray(MAGIC.length, MAGIC.length + KEY_ID_BYTES));
}

/** The whole head goes into the key, so that a changed head opens nothing. */
function fileKeyOf({ secret }: DataKey, head: Buffer): Buffer {
  const salt = head.subarray(-SALT_BYTES);
  return Buffer.from(hkdfSync("sha256", secret, salt, Buffer.concat([Buffer.from("stepback/file/v1"), head]), 32));
}

/** Eleven bytes of the chunk's number, then 1 for the last chunk. */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(number, NONCE_BYTES - 1 - 6, 6);
  nonce[NONCE_BYTES - 1] = isLast ? 1 : 0;
  return nonce;
}

interface Chunk {
  readonly chunk: Buffer;
  readonly isLast: boolean;
}

/** Pieces of any size as chunks of `size`, the first one of `first` bytes where that is given; the last may be shorter, even empty. */
async function* chunksOf(pieces: AsyncIterable<Buffer>, size: number, first?: number): AsyncGenerator<Chunk> {
  let waiting: Buffer[] = [];
  let length = 0;
  let wanted = first ?? size;
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length <= wanted) continue;
    let whole = Buffer.concat(waiting);
    // A chunk goes out only once something follows it: whether it is the last one is part of its nonce.
    while (whole.length > wanted) {
      yield { chunk: whole.subarray(0, wanted), isLast: false };
      whole = whole.subarray(wanted);
      wanted = size;
    }
    waiting = [whole];
    length = whole.length;
  }
  yield { chunk: Buffer.concat(waiting), isLast: true };
}
