import { AwsError } from "./contract.ts";

/**
 * The framing that S3 clients put around a body which they sign or checksum while they send it: `<hex
 * size>[;chunk-signature=…]\r\n<bytes>\r\n`, ended by a chunk of size 0 and trailing headers.
 */

const LINE_END = "\r\n";

export function isAwsChunked(headers: Readonly<Record<string, string>>): boolean {
  return (
    (headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-") ||
    (headers["content-encoding"] ?? "").split(",").some((coding) => coding.trim() === "aws-chunked")
  );
}

/**
 * The bytes without their framing. Signatures and trailing checksums are not verified. Throws AwsError if a frame is
 * broken.
 */
export function decodeAwsChunked(framed: Uint8Array): Uint8Array {
  const buffer = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength);
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = buffer.indexOf(LINE_END, at);
    const sizeBytes = lineEnd < 0 ? Number.NaN : Number.parseInt(buffer.toString("latin1", at, lineEnd), 16);
    if (Number.isNaN(sizeBytes)) throw incomplete();
    if (sizeBytes === 0) return Buffer.concat(chunks);
    const start = lineEnd + LINE_END.length;
    if (start + sizeBytes > buffer.byteLength) throw incomplete();
    chunks.push(buffer.subarray(start, start + sizeBytes));
    at = start + sizeBytes + LINE_END.length;
  }
}

function incomplete(): AwsError {
  return new AwsError("IncompleteBody", "The request body terminated unexpectedly", 400);
}
