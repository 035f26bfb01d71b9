import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { StoredPackage } from "./api.ts";
import { CliError, EXIT } from "./exit-codes.ts";
import { digestOf, type PackedFile } from "./packing.ts";
import { ApiError, problemOf } from "./problem.ts";
import type { ClientSettings } from "./settings.ts";

export interface PackagePlace {
  readonly application: string;
  readonly stage: string;
  readonly build: string;
  readonly service: string;
}

/** Packages on their way: streamed from and to files, and so beside the client that holds its answers in memory. */
export interface Transfer {
  /** Sends a package. The same bytes again are no error. Throws ApiError, CliError where nobody answers. */
  send(place: PackagePlace & { commit: string }, packed: PackedFile): Promise<StoredPackage>;
  /** Writes a package into a file and checks it against `digest`, which stands in the build. */
  fetch(place: PackagePlace, into: { file: string; digest: string }): Promise<void>;
}

/** Between attempts. Either direction may be done again from its beginning: a package never changes. */
const RETRY_PAUSES_MS = [500, 2_000, 8_000];

export function createTransfer(settings: ClientSettings, signal: AbortSignal): Transfer {
  const headers = { authorization: `Bearer ${settings.token}` };
  const call = (path: string, init: () => RequestInit) => attempt(new URL(settings.url + path), init, signal);
  return {
    async send({ commit, ...place }, { file, digest }) {
      const answer = await call(`${pathOf(place)}?${new URLSearchParams({ commit })}`, () => ({
        method: "PUT",
        headers: { ...headers, "content-type": "application/octet-stream", "x-content-sha256": digest },
        body: Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>,
        duplex: "half",
      }));
      return (await answer.json()) as StoredPackage;
    },
    async fetch(place, { file, digest }) {
      const { body } = await call(pathOf(place), () => ({ headers }));
      await pipeline(body ?? Readable.from([]), createWriteStream(file), { signal });
      if ((await digestOf(file)) === digest) return;
      throw new CliError(EXIT.service, "The package arrived with another digest than its build names.", "Try again.");
    },
  };
}

async function attempt(url: URL, init: () => RequestInit, signal: AbortSignal): Promise<Response> {
  for (const pauseMs of [...RETRY_PAUSES_MS, null]) {
    const answer = await fetch(url, { ...init(), signal }).catch(() => null);
    signal.throwIfAborted();
    if (answer?.ok) return answer;
    if (answer) {
      const problem = problemOf(await answer.text(), answer.status);
      if (problem.code !== "SHUTTING_DOWN" || pauseMs === null)
        throw new ApiError(answer.status, problem, answer.headers.get("x-request-id"));
    }
    if (pauseMs !== null) await pause(pauseMs, undefined, { signal });
  }
  throw new CliError(
    EXIT.service,
    `The service at ${url.origin} does not answer.`,
    "Start it with `stepback serve`, or set STEPBACK_URL to where it is.",
  );
}

function pathOf({ application, stage, build, service }: PackagePlace): string {
  const [app, of, name, part] = [application, stage, build, service].map(encodeURIComponent);
  return `/v1/applications/${app}/stages/${of}/builds/${name}/packages/${part}`;
}
