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

interface Unframed {
  readonly body: Uint8Array;
  /** Headers that follow the bytes, such as a checksum that the client computed while it sent them; lower-case names. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** The bytes without their framing. Signatures are not verified. Throws AwsError if a frame is broken. */
export function decodeAwsChunked(framed: Uint8Array): Unframed {
  const buffer = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength);
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = buffer.indexOf(LINE_END, at);
    const sizeBytes = lineEnd < 0 ? Number.NaN : Number.parseInt(buffer.toString("latin1", at, lineEnd), 16);
    if (Number.isNaN(sizeBytes)) throw incomplete();
    const start = lineEnd + LINE_END.length;
    if (sizeBytes === 0)
      return { body: Buffer.concat(chunks), trailers: readTrailers(buffer.toString("latin1", start)) };
    if (start + sizeBytes > buffer.byteLength) throw incomplete();
    chunks.push(buffer.subarray(start, start + sizeBytes));
    at = start + sizeBytes + LINE_END.length;
  }
}

function readTrailers(text: string): Record<string, string> {
  const lines = text.split(LINE_END).filter((line) => line.includes(":"));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function incomplete(): AwsError {
  return new AwsError("IncompleteBody", "The request body terminated unexpectedly", 400);
}
