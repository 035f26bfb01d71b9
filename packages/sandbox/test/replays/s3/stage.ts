import * as sdk from "@aws-sdk/client-s3";
import { S3Client } from "@aws-sdk/client-s3";
import { XMLParser } from "fast-xml-parser";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { ManualClock } from "../../manual-clock.ts";

export type Answer = Record<string, unknown>;

/** Members of an error that are of the SDK, or that differ each time. */
const NOT_IN_ERRORS = new Set(["name", "$fault", "$metadata", "$response", "RequestId", "HostId", "Code", "message"]);
/** Members whose keys the recording client decodes when it asked for the encoding itself. */
const ENCODED = new Set([
  "Key",
  "Prefix",
  "Delimiter",
  "Marker",
  "NextMarker",
  "KeyMarker",
  "NextKeyMarker",
  "StartAfter",
]);

const parser = new XMLParser({ parseTagValue: false });

/** S3 as the recordings' client sees it, with a fresh bucket. */
export class Stage {
  readonly clock = new ManualClock();
  readonly sandbox: Sandbox = createSandbox({ clock: this.clock });
  readonly bucket = "recorded";
  readonly #client = new S3Client({
    endpoint: "http://sandbox.localhost",
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: this.sandbox.requestHandler(),
  });

  async close(): Promise<void> {
    this.#client.destroy();
    await this.sandbox.close();
  }

  /** One operation in the bucket, with the response as the recording client shows it. */
  async call(operation: string, input: Answer = {}): Promise<Answer> {
    const Command = (sdk as unknown as Record<string, new (input: Answer) => never>)[`${operation}Command`];
    if (!Command) throw new Error(`the SDK has no ${operation}`);
    const whole = operation === "ListBuckets" ? input : { Bucket: this.bucket, ...input };
    try {
      const output: object = await this.#client.send(new Command(whole));
      return shown({ ...output });
    } catch (error) {
      return shownError(error);
    }
  }

  /** A list as the recording client asks for it: it asks for encoded keys, and decodes them. */
  async list(operation: string, input: Answer = {}): Promise<Answer> {
    return decoded(await this.call(operation, { EncodingType: "url", ...input })) as Answer;
  }

  /** The document of a GET of the bucket, as text at each leaf. */
  async document(query: Readonly<Record<string, string>>): Promise<Answer> {
    const { response } = await this.sandbox.requestHandler().handle({
      ...{ method: "GET", hostname: "sandbox.localhost", path: `/${this.bucket}`, query, headers: {} },
    });
    const text = Buffer.concat(await response.body.toArray()).toString();
    const { "?xml": _, ...document } = parser.parse(text) as Answer;
    return withNulls(document) as Answer;
  }

  /** Objects with the same body, in this order. The SDK would send a type of its own where the recording client sends none. */
  async put(keys: readonly string[], Body = "test"): Promise<void> {
    for (const Key of keys) await this.call("PutObject", { Key, Body, ContentType: "binary/octet-stream" });
  }

  async versioned(): Promise<void> {
    await this.call("PutBucketVersioning", { VersioningConfiguration: { Status: "Enabled" } });
  }

  async upload(Key: string): Promise<string> {
    this.clock.advance(1);
    return String((await this.call("CreateMultipartUpload", { Key }))["UploadId"]);
  }
}

/** Numbers that the SDK takes for text. */
const PART_MARKERS = ["PartNumberMarker", "NextPartNumberMarker"];

function shown({ $metadata, ObjectParts, ...output }: Answer): Answer {
  const { httpStatusCode } = $metadata as { readonly httpStatusCode: number };
  const parts = ObjectParts === undefined ? {} : { ObjectParts: withNumbers(ObjectParts as Answer) };
  return { ...withNumbers(output), ...parts, ResponseMetadata: { HTTPStatusCode: httpStatusCode } };
}

function withNumbers(output: Answer): Answer {
  const markers = PART_MARKERS.filter((name) => name in output).map((name) => [name, Number(output[name])]);
  return { ...output, ...Object.fromEntries(markers) };
}

function shownError(error: unknown): Answer {
  const thrown = error as Error & Answer;
  if (!("$metadata" in thrown)) throw error;
  const details = Object.entries(thrown).filter(([name]) => !NOT_IN_ERRORS.has(name));
  const named = details.map(([name, value]) => [name, value === "" ? null : value]);
  return {
    Error: { Code: thrown.name, Message: thrown.message, ...Object.fromEntries(named) },
    ...shown({ $metadata: thrown["$metadata"] }),
  };
}

function decoded(value: unknown, name = ""): unknown {
  if (typeof value === "string") return ENCODED.has(name) ? decodeURIComponent(value) : value;
  if (Array.isArray(value)) return value.map((item) => decoded(item, name));
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, decoded(inner, member)]));
}

/** An element without text is null in the recordings, and a namespace is not shown. */
function withNulls(value: unknown): unknown {
  if (value === "") return null;
  if (Array.isArray(value)) return value.map(withNulls);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withNulls(inner)]));
}
