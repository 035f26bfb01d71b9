import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalText } from "../core/shape.ts";

/** The checksums that S3 stores, by their names in members (`ChecksumCRC32`) and headers (`x-amz-checksum-crc32`). */
const ALGORITHMS = {
  CRC32: (bytes: Uint8Array) => word(crc32(bytes)),
  CRC32C: (bytes: Uint8Array) => word(crc32c(bytes)),
  CRC64NVME: (bytes: Uint8Array) => crc64(bytes),
  SHA1: (bytes: Uint8Array) => createHash("sha1").update(bytes).digest(),
  SHA256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest(),
} as const;

export type ChecksumAlgorithm = keyof typeof ALGORITHMS;

/** Either of the whole object, or of its parts' checksums, followed by the number of parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** What S3 computes when a client sends no checksum. */
const DEFAULT_ALGORITHM = "CRC64NVME";

export const CHECKSUM_NAMES = Object.keys(ALGORITHMS) as readonly ChecksumAlgorithm[];

/**
 * The checksum of the algorithm that the request names, by a value or by its name. Throws BadDigest for another value
 * than that of the bytes, InvalidRequest for one that can be none.
 */
export function checkedChecksum(input: Shape, bytes: Uint8Array): Checksum {
  requireMd5(input, bytes);
  const given = CHECKSUM_NAMES.find((name) => input[`Checksum${name}`] !== undefined);
  const algorithm = given ?? namedAlgorithm(input) ?? DEFAULT_ALGORITHM;
  const { value } = checksumOf(bytes, algorithm);
  const expected = optionalText(input, `Checksum${algorithm}`) ?? value;
  if (expected === value) return { algorithm, value, type: "FULL_OBJECT" };
  if (!isBase64Of(expected, Buffer.from(value, "base64").length)) {
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
    throw new AwsError("InvalidRequest", `Value for ${header} header is invalid.`, 400);
  }
  throw new AwsError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`, 400);
}

/** The algorithm that a request names; undefined if it names none. */
export function namedAlgorithm(input: Shape): ChecksumAlgorithm | undefined {
  const name = optionalText(input, "ChecksumAlgorithm");
  return CHECKSUM_NAMES.find((known) => known === name);
}

export function checksumOf(bytes: Uint8Array, algorithm: ChecksumAlgorithm = DEFAULT_ALGORITHM): Checksum {
  return { algorithm, value: ALGORITHMS[algorithm](bytes).toString("base64"), type: "FULL_OBJECT" };
}

/** Whether a checksum is made of the parts' checksums, as it is unless the algorithm or the client says otherwise. */
export function typeOfCombined({ algorithm = DEFAULT_ALGORITHM, type }: Partial<Checksum>): Checksum["type"] {
  return type === "FULL_OBJECT" || algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
}

/** The checksum of an object made of parts. */
export function combinedChecksum(
  parts: readonly Uint8Array[],
  { algorithm = DEFAULT_ALGORITHM, type }: Partial<Pick<Checksum, "algorithm" | "type">>,
): Checksum {
  if (typeOfCombined(defined({ algorithm, type })) === "FULL_OBJECT")
    return checksumOf(Buffer.concat(parts), algorithm);
  const digests = Buffer.concat(parts.map((part) => ALGORITHMS[algorithm](part)));
  const value = `${ALGORITHMS[algorithm](digests).toString("base64")}-${parts.length}`;
  return { algorithm, value, type: "COMPOSITE" };
}

/** A checksum as responses show it. */
export function shownChecksum({ algorithm, value, type }: Checksum): Shape {
  return { [`Checksum${algorithm}`]: value, ChecksumType: type };
}

function requireMd5(input: Shape, bytes: Uint8Array): void {
  const given = optionalText(input, "ContentMD5");
  const calculated = createHash("md5").update(bytes).digest();
  if (given === undefined || given === calculated.toString("base64")) return;
  if (!isBase64Of(given, calculated.length)) {
    throw new AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400, { "Content-MD5": given });
  }
  throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400, {
    ExpectedDigest: given,
    CalculatedDigest: calculated.toString("base64"),
  });
}

function isBase64Of(text: string, sizeBytes: number): boolean {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === sizeBytes && bytes.toString("base64") === text;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Castagnoli's polynomial, reflected. */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (CRC32C_TABLE[(value ^ byte) & 0xff] ?? 0);
  return value ^ 0xffffffff;
}

/** NVMe's polynomial, reflected, in two halves: numbers are exact up to 53 bits only. */
const CRC64_TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  return [Number(value >> 32n), Number(value & 0xffffffffn)] as const;
});
const CRC64_HIGH = Uint32Array.from(CRC64_TABLE, ([high]) => high);
const CRC64_LOW = Uint32Array.from(CRC64_TABLE, ([, low]) => low);

function crc64(bytes: Uint8Array): Buffer {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of bytes) {
    const at = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (CRC64_LOW[at] ?? 0);
    high = (high >>> 8) ^ (CRC64_HIGH[at] ?? 0);
  }
  return Buffer.concat([word(~high), word(~low)]);
}
