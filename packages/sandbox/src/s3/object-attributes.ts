import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalText } from "../core/shape.ts";
import type { S3Account, S3Operations } from "./account.ts";
import type { ObjectPart, ObjectVersion } from "./bucket-record.ts";
import { shownChecksum } from "./checksums.ts";
import { invalidArgument } from "./errors.ts";
import { limitIn } from "./listings.ts";
import { readableVersion, shownVersion } from "./objects.ts";
import { partMarkerIn } from "./upload-listings.ts";

/** Parts of an object's description by their names in requests; a part that the object lacks is left out. */
const ATTRIBUTES: Readonly<Record<string, (found: ObjectVersion, input: Shape) => Shape>> = {
  // Without the quotes that the header `ETag` has.
  ETag: ({ etag }) => ({ ETag: etag.replaceAll('"', "") }),
  Checksum: ({ checksum }) => (checksum ? { Checksum: shownChecksum(checksum) } : {}),
  ObjectParts: ({ parts, checksum }, input) =>
    parts ? { ObjectParts: pageOfParts(parts, input, checksum?.type === "COMPOSITE") } : {},
  StorageClass: ({ attributes }) => ({ StorageClass: attributes.StorageClass ?? "STANDARD" }),
  ObjectSize: ({ body }) => ({ ObjectSize: body.byteLength }),
};

/** What an object is made of, without the object. */
export function objectAttributeOperations(account: S3Account): S3Operations {
  return { GetObjectAttributes: (input) => getObjectAttributes(account, input) };
}

function getObjectAttributes(account: S3Account, input: Shape): Shape {
  const names = namedAttributes(input);
  const found = readableVersion(account, input);
  return defined({
    LastModified: found.lastModified,
    VersionId: shownVersion(account.bucket(input), found),
    ...Object.assign({}, ...names.map((name) => ATTRIBUTES[name]?.(found, input))),
  });
}

/** Throws InvalidRequest for a request that names none, InvalidArgument for a name that S3 does not know. */
function namedAttributes(input: Shape): string[] {
  const list = optionalText(input, "ObjectAttributes") ?? "";
  const names = list.split(",").map((name) => name.trim());
  if (list === "") {
    const message =
      "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty";
    throw new AwsError("InvalidRequest", message, 400);
  }
  if (names.every((name) => name in ATTRIBUTES)) return names;
  throw invalidArgument("x-amz-object-attributes", list, "Invalid attribute name specified.");
}

/** Parts are listed only where each of them has a checksum; counts and markers are there in any case. */
function pageOfParts(parts: readonly ObjectPart[], input: Shape, haveChecksums: boolean): Shape {
  const marker = partMarkerIn(input);
  const limit = limitIn(input, "MaxParts");
  const rest = parts.filter(({ number }) => number > marker);
  const page = rest.slice(0, limit);
  return {
    PartsCount: parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: rest.length > limit,
    ...(haveChecksums ? { Part: page.map(shownPart) } : {}),
  };
}

function shownPart({ number, sizeBytes, checksum }: ObjectPart): Shape {
  return { PartNumber: number, Size: sizeBytes, [`Checksum${checksum.algorithm}`]: checksum.value };
}
