import { Readable } from "node:stream";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import { type Static, Type } from "typebox";
import { AUDITORS } from "../domain/access/roles.ts";
import { callerOf } from "../plugins/access-control.ts";
import { refusals } from "../plugins/refusals.ts";
import type { AuditRow } from "../services/audit.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../services/audit-export.ts";
import type { Services } from "../services/services.ts";
import { PAGE_QUERY, pageFrom, sendPage, shownTo } from "./list-query.ts";
import { AuditRowShape, CheckpointShape } from "./wire/audit.ts";
import { pageOf, Time } from "./wire/shapes.ts";

const TAGS = ["audit"];

const FILTER_QUERY = {
  from: Type.Optional(Time),
  to: Type.Optional(Type.String({ ...Time, description: "Not included" })),
  actor: Type.Optional(Type.String({ description: "`token:tok_…`, `oidc:…`, `job:…`, `anonymous` or `system`" })),
  action: Type.Optional(Type.String()),
  subject: Type.Optional(Type.String({ description: "The id of what it was done to" })),
  application: Type.Optional(Type.String()),
};
const FilterQuery = Type.Object(FILTER_QUERY);

const LIST = {
  operationId: "listAuditRecords",
  summary: "Who did what, newest first",
  tags: TAGS,
  "x-required-role": AUDITORS,
  querystring: Type.Object({ ...FILTER_QUERY, ...PAGE_QUERY }, { additionalProperties: false }),
  response: { 200: pageOf(AuditRowShape.ref), ...refusals("FENCED", "DISK_FULL") },
} as const;

const CHECKPOINT = {
  operationId: "getAuditCheckpoint",
  summary: "The signed state of the log: keep it elsewhere, and later nothing before it can have changed unseen",
  tags: TAGS,
  "x-required-role": AUDITORS,
  response: { 200: CheckpointShape, ...refusals("FENCED", "DISK_FULL", "NOT_FOUND") },
} as const;

const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
  ocsf: "application/x-ndjson",
};

const EXPORT = {
  operationId: "exportAudit",
  summary: "The records up to now, oldest first, as a file that can be checked without the service",
  tags: TAGS,
  "x-required-role": AUDITORS,
  querystring: Type.Object(
    {
      ...FILTER_QUERY,
      format: Type.Optional(Type.Enum([...EXPORT_FORMATS], { default: "ndjson" })),
      proofs: Type.Optional(
        Type.Enum(["0", "1"], {
          description:
            "1: each record with the proof that the signed log has it. Left out: as it takes to check the file, so with proofs where records are left out",
        }),
      ),
    },
    { additionalProperties: false },
  ),
  response: {
    200: {
      description: "The file",
      content: {
        "application/x-ndjson": { schema: Type.Unsafe<unknown>({ type: "string" }) },
        "text/csv": { schema: Type.Unsafe<unknown>({ type: "string" }) },
      },
    },
    ...refusals(),
  },
} as const;

/** /v1/audit: the log that auditors read. */
export function auditRoutes({ audit }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("", { schema: LIST }, async (request, reply) => {
      const { limit, cursor, ...query } = request.query;
      const page = pageFrom({ ...(limit ? { limit } : {}), ...(cursor ? { cursor } : {}) });
      return sendPage({ request, reply }, await audit.list(shownTo(request, filterOf(query)), page), presentRow);
    });
    app.get("/checkpoint", { schema: CHECKPOINT }, () => audit.checkpoint());
    app.get(
      "/export",
      { schema: EXPORT, exposeHeadRoute: false, config: { isRecorded: true } },
      async (request, reply) => {
        const { format = "ndjson", proofs, ...query } = request.query;
        const filter = { ...filterOf(query), grants: callerOf(request).grants };
        const file = audit.export({ format, filter, proofs: proofs === undefined ? null : proofs === "1" });
        return sendFile(reply, format, file);
      },
    );
  };
}

function sendFile(reply: FastifyReply, format: ExportFormat, file: AsyncIterable<string>) {
  const name = `audit.${format === "csv" ? "csv" : "ndjson"}`;
  return reply
    .headers({
      "content-type": MEDIA_TYPES[format],
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    })
    .send(Readable.from(file));
}

function filterOf({ from, to, ...filter }: Static<typeof FilterQuery>) {
  return {
    ...filter,
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}

function presentRow({ record, texts }: AuditRow): Static<typeof AuditRowShape.schema> {
  return { record, texts: [...texts] } as unknown as Static<typeof AuditRowShape.schema>;
}
