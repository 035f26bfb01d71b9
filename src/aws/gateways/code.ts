import type { Readable } from "node:stream";

/** A version of an object in a versioned bucket. */
export interface ReferencedObject {
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
}

/** Where Lambda serves code, and how many bytes it says that it has; null where it does not say. */
export interface CodeLocation {
  readonly location: string;
  readonly sizeBytes: number | null;
}

/** Code to send. `open` is called once per attempt and must return the same bytes each time. */
export interface CodeSource {
  readonly sizeBytes: number;
  readonly codeSha256: string;
  open(): Readable;
}

export type FunctionCode =
  | {
      readonly packageType: "Zip";
      readonly zip: CodeSource;
      readonly sourceKmsKeyArn: string | null;
      /** Names the object instead of sending the bytes. Without it, AWS silently keeps a copy from then on (facts A3). */
      readonly reference?: ReferencedObject | null;
    }
  | { readonly packageType: "Image"; readonly imageUri: string };
