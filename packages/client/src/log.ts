import { setTimeout as pause } from "node:timers/promises";
import type { LogLine } from "./api-types.ts";
import { type Api, unwrap } from "./connect.ts";
import { ClientError } from "./errors.ts";
import { hasEnded, jobTypeOf, readJob } from "./jobs.ts";

/** Before the next connection, where a stream ended before its job did. */
const RECONNECT_PAUSE_MS = 500;
/** The largest page that the API gives. */
const PAGE_LINES = 200;

/** Selects lines of a job's log. `after` is exclusive; 0 selects from the first. */
export interface LogQuery {
  readonly after: number;
  readonly component?: string;
  readonly level?: LogLine["level"];
}

/** One page of a job's log, ascending. */
export async function readLog(api: Api, id: string, query: LogQuery & { limit?: number }) {
  const params = { path: { id }, query };
  return jobTypeOf(id) === "deploy"
    ? unwrap(api.GET("/v1/deployments/{id}/logs", { params }))
    : unwrap(api.GET("/v1/rollbacks/{id}/logs", { params }));
}

/**
 * A job's log from `after` until the job has ended, each line once, over however many connections it takes.
 * Throws what a request throws. Where a connection breaks, the next one resumes.
 */
export async function* followLog(
  api: Api,
  id: string,
  query: LogQuery,
  interrupted: AbortSignal,
): AsyncGenerator<LogLine> {
  let { after } = query;
  for (;;) {
    for await (const line of streamLines(api, id, { ...query, after })) {
      if (line.seq <= after) continue;
      after = line.seq;
      yield line;
    }
    interrupted.throwIfAborted();
    if (hasEnded(await readJob(api, id))) break;
    await pause(RECONNECT_PAUSE_MS, undefined, { signal: interrupted });
  }
  yield* readRemainingLines(api, id, { ...query, after });
}

/** The lines of one connection. It ends when the job ends or the connection breaks; the caller looks which. */
async function* streamLines(api: Api, id: string, query: LogQuery): AsyncGenerator<LogLine> {
  const { EventSourceParserStream } = await import("eventsource-parser/stream");
  try {
    const stream = await openStream(api, id, query);
    const events = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { event, data } of events) {
      if (event === undefined) yield JSON.parse(data) as LogLine;
    }
  } catch (error) {
    // Anything else is the broken connection, or the signal, which the caller checks.
    if (error instanceof ClientError) throw error;
  }
}

async function openStream(api: Api, id: string, query: LogQuery): Promise<ReadableStream<Uint8Array>> {
  const { after, component, level } = query;
  const options = {
    params: { path: { id }, query: { ...(component ? { component } : {}), ...(level ? { level } : {}) } },
    headers: { "last-event-id": String(after), accept: "text/event-stream" },
    parseAs: "stream",
  } as const;
  const stream =
    jobTypeOf(id) === "deploy"
      ? await unwrap(api.GET("/v1/deployments/{id}/logs/stream", options))
      : await unwrap(api.GET("/v1/rollbacks/{id}/logs/stream", options));
  return stream as ReadableStream<Uint8Array>;
}

/** The lines that were written between the end of the last connection and the end of the job. */
async function* readRemainingLines(api: Api, id: string, query: LogQuery): AsyncGenerator<LogLine> {
  let { after } = query;
  for (;;) {
    const { items } = await readLog(api, id, { ...query, after, limit: PAGE_LINES });
    yield* items;
    const last = items.at(-1);
    if (!last) return;
    after = last.seq;
  }
}
