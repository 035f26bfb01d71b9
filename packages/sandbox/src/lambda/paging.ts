import type { Shape } from "../core/contract.ts";
import { optionalNumber, optionalText } from "../core/shape.ts";
import { invalidParameter } from "./errors.ts";

/** AWS's largest page, whatever `MaxItems` asks for. */
const PAGE_SIZE = 50;

interface Page<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly nextMarker: string | undefined;
}

/**
 * One page of a list, by the `Marker` and `MaxItems` of a request. Throws InvalidParameterValueException for an unknown
 * marker.
 */
export function pageByMarker<T>(all: readonly T[], input: Shape, pageSize = PAGE_SIZE): Page<T> {
  const start = readMarker(optionalText(input, "Marker"));
  const size = Math.min(optionalNumber(input, "MaxItems") ?? pageSize, pageSize);
  const end = start + size;
  return {
    items: all.slice(start, end),
    nextMarker: end < all.length ? Buffer.from(`offset:${end}`).toString("base64url") : undefined,
  };
}

function readMarker(marker: string | undefined): number {
  if (marker === undefined || marker === "") return 0;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(marker, "base64url").toString("latin1"))?.[1];
  if (offset === undefined) throw invalidParameter("Invalid Marker");
  return Number(offset);
}
