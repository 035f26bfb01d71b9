import cookie from "@fastify/cookie";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";

/** The header field that only our own page sends: a form or an image of another site cannot. */
export const PAGE_HEADER = "x-stepback-page";

/** Reads and sets the cookie of a signed-in browser. */
export async function addSessionCookies(app: FastifyInstance): Promise<void> {
  await app.register(cookie);
}

/** The cookie of a request that carries no token; a token counts more. REQUEST_NOT_OF_PAGE for what another site made the browser send. */
export function sessionCookieOf(request: FastifyRequest): string | undefined {
  if (request.headers.authorization !== undefined) return undefined;
  const value = request.cookies[nameFor(request)];
  if (value !== undefined) refuseOtherSites(request);
  return value;
}

/** Scripts cannot read it, and no request that another site causes carries it. */
export function setSessionCookie(reply: FastifyReply, value: string, lifeMs: number): void {
  reply.setCookie(nameFor(reply.request), value, {
    ...attributesFor(reply.request),
    maxAge: Math.floor(lifeMs / 1_000),
  });
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(nameFor(reply.request), attributesFor(reply.request));
}

/**
 * SameSite alone trusts each page of the same site, other ports of the same host too. So whatever changes something carries the
 * page's header field and says that it comes from the page's own origin, and nothing comes from elsewhere. REQUEST_NOT_OF_PAGE.
 */
export function refuseOtherSites({ method, headers, host }: FastifyRequest): void {
  const site = headers["sec-fetch-site"];
  const isRead = method === "GET" || method === "HEAD";
  // `none`: typed into the address line.
  const isOwn =
    site === undefined ? isRead || isAt(headers.origin, host) : site === "same-origin" || (isRead && site === "none");
  if (!isOwn) throw notOfPage("The browser says that another site sent it.");
  if (!isRead && headers[PAGE_HEADER] === undefined) throw notOfPage(`It has no header field \`${PAGE_HEADER}\`.`);
}

function notOfPage(detail: string): StepbackError {
  return new StepbackError("REQUEST_NOT_OF_PAGE", detail);
}

/** Whether an origin is that of a host. An origin leaves out the usual port of its scheme, a `Host` may name it. */
function isAt(origin: string | undefined, host: string): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  const { protocol, origin: own } = new URL(origin);
  const ours = `${protocol}//${host}`;
  return own !== "null" && URL.canParse(ours) && new URL(ours).origin === own;
}

/** Browsers keep cookies by host and not by port, so two services on one machine need two names. */
function nameFor({ protocol, port }: FastifyRequest): string {
  return protocol === "https" ? "__Host-stepback" : `stepback_${port ?? 80}`;
}

function attributesFor({ protocol }: FastifyRequest) {
  return { path: "/", httpOnly: true, sameSite: "strict", secure: protocol === "https" } as const;
}
