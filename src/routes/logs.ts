import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { type TObject, type TString, Type } from "typebox";
import { READERS } from "../domain/access/roles.ts";
import { callerOf } from "../plugins/access-control.ts";
import { refusals } from "../plugins/refusals.ts";
import type { LogEvent, LogOwner, LogService } from "../services/logs.ts";
import { DEFAULT_PAGE, PAGE_QUERY, sendPage } from "./list-query.ts";
import type { TypedApp } from "./typed-app.ts";
import { streamSignal } from "./wait-query.ts";
import { LevelText, LogLineShape, presentLine } from "./wire/log-line.ts";
import { ComponentIdText, pageOf } from "./wire/shapes.ts";

const FILTER_QUERY = {
  component: Type.Optional(ComponentIdText),
  level: Type.Optional(LevelText),
  after: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: "Only lines with a greater `seq`" })),
};

const ListQuery = Type.Object(
  {
    ...FILTER_QUERY,
    limit: PAGE_QUERY.limit,
    cursor: Type.Optional(Type.String({ pattern: "^\\d{1,15}$", description: "`next` of the previous page" })),
  },
  { additionalProperties: false },
);

const StreamQuery = Type.Object(FILTER_QUERY, { additionalProperties: false });

const StreamHeaders = Type.Object({ "last-event-id": Type.Optional(Type.String({ pattern: "^\\d{0,15}$" })) });

export interface LogRoutes {
  readonly owner: LogOwner;
  readonly params: TObject<{ id: TString }>;
  readonly tags: readonly string[];
  /** The noun in the names of the operations. */
  readonly noun: string;
}

/** …/{id}/logs as a list, and …/{id}/logs/stream as server-sent events. */
export function addLogRoutes(app: TypedApp, logs: LogService, { owner, params, tags, noun }: LogRoutes): void {
  const list = {
    operationId: `list${noun}Logs`,
    summary: "The job's log, oldest first",
    tags,
    "x-required-role": READERS,
    params,
    querystring: ListQuery,
    response: { 200: pageOf(LogLineShape.ref), ...refusals() },
  } as const;
  app.get("/:id/logs", { schema: list }, async (request, reply) => {
    const { cursor, after = 0, limit = DEFAULT_PAGE, ...filter } = request.query;
    const query = { ...filter, limit, after: cursor === undefined ? after : Number(cursor) };
    return sendPage({ request, reply }, await logs.list(owner, request.params.id, query), presentLine);
  });

  const stream = {
    operationId: `stream${noun}Logs`,
    summary: "Follow the job's log as server-sent events",
    description:
      "`id:` is the line's `seq`, and `data:` the line. Resumes after `Last-Event-ID`. An `end` event follows the last line of an ended job.",
    tags,
    "x-required-role": READERS,
    params,
    querystring: StreamQuery,
    headers: StreamHeaders,
    response: {
      200: { description: "Events", content: { "text/event-stream": { schema: Type.String() } } },
      ...refusals("TOO_MANY_FOLLOWERS"),
    },
  } as const;
  app.get(
    "/:id/logs/stream",
    { schema: stream, exposeHeadRoute: false, config: { isStream: true } },
    async (request, reply) => {
      const { after = 0, ...filter } = request.query;
      const resumed = Number(request.headers["last-event-id"] || after);
      const query = { ...filter, after: resumed, by: callerOf(request).subject, signal: streamSignal(reply) };
      return sendEvents(reply, await logs.follow(owner, request.params.id, query));
    },
  );
}

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // Otherwise nginx holds lines back until its buffer is full.
  "x-accel-buffering": "no",
};

function sendEvents(reply: FastifyReply, events: AsyncIterable<LogEvent>) {
  return reply.headers(STREAM_HEADERS).send(Readable.from(asEventStream(events)));
}

/** How long a client of server-sent events waits before it reconnects. */
const RETRY_MS = 1000;

async function* asEventStream(events: AsyncIterable<LogEvent>): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const event of events) yield eventText(event);
}

/** Compiles only while it handles every type of event. */
function eventText(event: LogEvent): string {
  switch (event.type) {
    case "line":
      return `id: ${event.line.seq}\ndata: ${JSON.stringify(presentLine(event.line))}\n\n`;
    case "heartbeat":
      return ": still here\n\n";
    case "end":
      return `event: end\ndata: ${JSON.stringify({ status: event.status })}\n\n`;
  }
}
