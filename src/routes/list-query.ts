import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Caller } from "../domain/access/principal.ts";
import { callerOf } from "../plugins/access-control.ts";
import type { Page, Paged } from "../services/activities.ts";
import { StatusText } from "./wire/activity.ts";

/** Larger pages could be several megabytes: one altered component may carry a long diff. */
const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;

export const PAGE_QUERY = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: "`next` of the previous page" })),
};

export const ACTIVITY_QUERY = {
  application: Type.Optional(Type.String()),
  stage: Type.Optional(Type.String()),
  branch: Type.Optional(Type.String()),
  target: Type.Optional(Type.String()),
  status: Type.Optional(StatusText),
};

/** A filter that lets through only what the caller may see. */
export function shownTo<Filter extends object>(
  request: FastifyRequest,
  filter: Filter,
): Filter & Pick<Caller, "grants"> {
  return { ...filter, grants: callerOf(request).grants };
}

export const PageQuery = Type.Object(PAGE_QUERY, { additionalProperties: false });

export function pageFrom({ limit = DEFAULT_PAGE, cursor = null }: { limit?: number; cursor?: string | null }): Page {
  return { limit, cursor };
}

/** Presents a page, with the address of the next page in a `Link` header (RFC 8288). */
export function sendPage<Row, Item>(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { items, next }: Paged<Row>,
  present: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  if (next !== null) reply.header("link", `<${nextAddress(request.url, next)}>; rel="next"`);
  return { items: items.map(present), next };
}

function nextAddress(url: string, cursor: string): string {
  const [path = "", query = ""] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("cursor", cursor);
  return `${path}?${parameters}`;
}
