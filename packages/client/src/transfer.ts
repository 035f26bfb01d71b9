import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Package } from "./api-types.ts";
import { bearerOf, type ServiceAccess } from "./connect.ts";
import { ApiError, DamagedPackageError, UnreachableError } from "./errors.ts";
import { problemOf } from "./problem.ts";
import { tryAgainAfter } from "./try-again.ts";

export interface PackagePlace {
  readonly application: string;
  readonly stage: string;
  readonly build: string;
  readonly service: string;
}

/** A file and its SHA-256 in hexadecimal digits. */
export interface FileWithDigest {
  readonly file: string;
  readonly digest: string;
}

/** Sends and fetches what is large as a stream; the other client holds every body in memory. */
export interface Transfer {
  /** The body of the answer to a GET of this path and query. Throws ApiError, or UnreachableError where nobody answers. */
  read(path: string): Promise<Readable>;
  /** Storing the same bytes again is no error. Throws ApiError, or UnreachableError where nobody answers. */
  upload(place: PackagePlace & { commit: string }, source: FileWithDigest): Promise<Package>;
  /** Throws DamagedPackageError where what arrived has another digest than `target.digest`, which the build records. */
  download(place: PackagePlace, target: FileWithDigest): Promise<void>;
}

/** Between attempts. Either direction may start over from its beginning: a package never changes. */
const RETRY_PAUSES_MS = [500, 2_000, 8_000];

export function createTransfer({ url, token }: ServiceAccess, signal: AbortSignal): Transfer {
  const request = (path: string, init: (authorization: string) => RequestInit) =>
    fetchWithRetries(new URL(url + path), async () => init(await bearerOf(token)), signal);
  const read = async (path: string) => {
    const { body } = await request(path, (authorization) => ({ headers: { authorization } }));
    return body ? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]) : Readable.from([]);
  };
  return {
    async upload({ commit, ...place }, { file, digest }) {
      const answer = await request(`${pathOf(place)}?${new URLSearchParams({ commit })}`, (authorization) => ({
        method: "PUT",
        headers: { authorization, "content-type": "application/octet-stream", "x-content-sha256": digest },
        body: Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>,
        duplex: "half",
      }));
      return (await answer.json()) as Package;
    },
    read,
    async download(place, { file, digest }) {
      await pipeline(await read(pathOf(place)), createWriteStream(file), { signal });
      if ((await digestOf(file)) !== digest) throw new DamagedPackageError();
    },
  };
}

/** SHA-256 of a file in hexadecimal digits. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function fetchWithRetries(url: URL, init: () => Promise<RequestInit>, signal: AbortSignal): Promise<Response> {
  for (const pauseMs of [...RETRY_PAUSES_MS, null]) {
    const request = await init();
    const answer = await fetch(url, { ...request, signal }).catch(() => null);
    signal.throwIfAborted();
    if (answer?.ok) return answer;
    const text = answer ? await answer.text() : "";
    const againMs = answer && pauseMs !== null ? tryAgainAfter(answer, text, pauseMs) : pauseMs;
    if (answer && againMs === null)
      throw new ApiError(answer.status, problemOf(text, answer.status), answer.headers.get("x-request-id"));
    if (againMs !== null) await pause(againMs, undefined, { signal });
  }
  throw new UnreachableError(url.origin);
}

function pathOf({ application, stage, build, service }: PackagePlace): string {
  const [app, of, name, part] = [application, stage, build, service].map(encodeURIComponent);
  return `/v1/applications/${app}/stages/${of}/builds/${name}/packages/${part}`;
}
