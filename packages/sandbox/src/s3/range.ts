import { AwsError } from "../core/contract.ts";

interface ByteRange {
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/** A `Range` header with one range; null if there is none or S3 ignores it. Throws InvalidRange beyond the end. */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (!match || (first === "" && last === "")) return null;
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (start >= sizeBytes || end <= start) {
    throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416, {
      RangeRequested: header,
      ActualObjectSize: sizeBytes,
    });
  }
  return { start, end };
}
