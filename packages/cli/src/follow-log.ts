import { setTimeout as pause } from "node:timers/promises";
import { hasEnded } from "#client/vocabulary";
import { type Api, answered, type LogLine } from "./api.ts";
import { CliError } from "./exit-codes.ts";
import { findJob, jobTypeOf } from "./job.ts";
import { ApiError } from "./problem.ts";
import { serverEvents } from "./server-events.ts";

/** Between two connections to a stream that ended before its job. */
const RECONNECT_PAUSE_MS = 500;
/** The largest page that the API gives. */
const PAGE_LINES = 200;

/** Which lines of a job's log are asked for. `after` is exclusive; 0 asks from the first. */
export interface LogQuery {
  readonly after: number;
  readonly component?: string;
  readonly level?: LogLine["level"];
}

/** One page of a job's log, ascending. */
export async function readLog(api: Api, id: string, query: LogQuery & { limit?: number }) {
  const params = { path: { id }, query };
  return jobTypeOf(id) === "deploy"
    ? answered(api.GET("/v1/deployments/{id}/logs", { params }))
    : answered(api.GET("/v1/rollbacks/{id}/logs", { params }));
}

/**
 * A job's log from `after` until the job has ended, each line once, over however many connections it takes.
 * Throws what a request throws; a connection that breaks is taken up again where it broke.
 */
export async function* followLog(
  api: Api,
  id: string,
  query: LogQuery,
  interrupted: AbortSignal,
): AsyncGenerator<LogLine> {
  let { after } = query;
  for (;;) {
    for await (const line of streamedLines(api, id, { ...query, after })) {
      if (line.seq <= after) continue;
      after = line.seq;
      yield line;
    }
    interrupted.throwIfAborted();
    if (hasEnded((await findJob(api, id)).status)) break;
    await pause(RECONNECT_PAUSE_MS, undefined, { signal: interrupted });
  }
  yield* remainingLines(api, id, { ...query, after });
}

/** The lines of one connection. It ends when the job does, or when the connection breaks. */
async function* streamedLines(api: Api, id: string, query: LogQuery): AsyncGenerator<LogLine> {
  try {
    for await (const { event, data } of serverEvents(await openStream(api, id, query))) {
      if (event === "message") yield JSON.parse(data) as LogLine;
    }
  } catch (error) {
    // What broke is the connection, unless the service said something or the command is to end.
    if (error instanceof ApiError || error instanceof CliError) throw error;
  }
}

async function openStream(api: Api, id: string, query: LogQuery): Promise<AsyncIterable<Uint8Array>> {
  const { after, component, level } = query;
  const options = {
    params: { path: { id }, query: { ...(component ? { component } : {}), ...(level ? { level } : {}) } },
    headers: { "last-event-id": String(after), accept: "text/event-stream" },
    parseAs: "stream",
  } as const;
  const stream =
    jobTypeOf(id) === "deploy"
      ? await answered(api.GET("/v1/deployments/{id}/logs/stream", options))
      : await answered(api.GET("/v1/rollbacks/{id}/logs/stream", options));
  return stream as AsyncIterable<Uint8Array>;
}

/** What was written between the end of the last connection and the end of the job. */
async function* remainingLines(api: Api, id: string, query: LogQuery): AsyncGenerator<LogLine> {
  let { after } = query;
  for (;;) {
    const { items } = await readLog(api, id, { ...query, after, limit: PAGE_LINES });
    yield* items;
    const last = items.at(-1);
    if (!last) return;
    after = last.seq;
  }
}
