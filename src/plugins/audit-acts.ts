import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { actingGrants, type Principal } from "../domain/access/principal.ts";
import type { AuditActor, AuditSource, AuditSubject } from "../domain/audit/record.ts";
import { auditSubjectOf, stageSubject, subjectOf } from "../domain/audit/subjects.ts";
import type { Act, AuditService } from "../services/audit.ts";
import { addressOf } from "./sources.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether reading this is a deed of its own: bytes, exports. */
    isRecorded?: boolean;
  }
  interface FastifyRequest {
    /** What the audit says of the request; null until it is handled. */
    act: Act | null;
    /** Whether the audit has said all of the request. */
    isAudited: boolean;
  }
}

/** Methods that change nothing. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Puts each request that may change something into the audit, and each read of bytes: in the transaction that does it, or, where none
 * was committed, before the answer is sent. A refusal is recorded like a success. A success that cannot be recorded fails.
 */
export function addAuditActs(app: FastifyInstance, audit: AuditService): void {
  app.decorateRequest("act", null);
  app.decorateRequest("isAudited", false);
  app.addHook("preHandler", (request, _reply, done) => {
    if (!request.principal || !isDeed(request)) return done();
    request.act = actOf(request, request.principal);
    audit.handle(request.act, done);
  });
  app.addHook("onSend", async (request, reply, payload) => {
    if (request.isAudited) return;
    // An error of the audit itself is answered by another pass through here.
    request.isAudited = true;
    await settle(audit, { request, reply, payload });
  });
}

interface Answered {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly payload: unknown;
}

async function settle(audit: AuditService, { request, reply, payload }: Answered): Promise<void> {
  const { principal } = request;
  const { statusCode: status } = reply;
  if (!principal) {
    if (status === 401 || status === 429) audit.noteAnonymous(addressOf(request));
    return;
  }
  // Turned away before anything was asked: a record for each would do what the limit is there to prevent.
  if (status === 429 || (status === 503 && !request.act)) return;
  if (!isDeed(request) && status !== 403) return;
  const { isRecorded, ...act } = request.act ?? actOf(request, principal);
  if (isRecorded && status < 400) return;
  try {
    const entry = { ...act, subject: subjectOfRequest(request), outcome: outcomeOf(reply, payload) };
    // Refused before it was known whether the caller may see the subject: those who may are not told who else asked for it.
    await audit.record(entry, request.act === null || undefined);
  } catch (error) {
    if (payload instanceof Readable) payload.destroy();
    if (status < 400) throw error;
    // The refusal stands, and changed nothing; what kept it from being recorded is most likely its cause.
    request.log.error({ err: error }, "a refused request could not be recorded");
  }
}

function isDeed({ method, routeOptions: { config } }: FastifyRequest): boolean {
  return !SAFE.has(method) || config.isRecorded === true;
}

function outcomeOf(reply: FastifyReply, payload: unknown): string {
  if (reply.hasHeader("idempotency-replayed")) return "repeated";
  if (reply.statusCode < 400) return "done";
  const { code } = (typeof payload === "string" ? JSON.parse(payload) : {}) as { code?: unknown };
  return typeof code === "string" ? code : String(reply.statusCode);
}

function actOf(request: FastifyRequest, principal: Principal): Act {
  const { operationId = "" } = request.routeOptions.schema ?? {};
  return { actor: actorOf(request, principal), source: sourceOf(request), action: operationId, isRecorded: false };
}

function actorOf({ routeOptions: { schema } }: FastifyRequest, principal: Principal): AuditActor {
  const { subject, method, name, run, actor, grants } = principal;
  const [acting] = [...actingGrants(principal, schema?.["x-required-role"] ?? []), ...grants];
  return {
    subject: auditSubjectOf(subject),
    method,
    name,
    ...(acting ? { role: acting.role } : {}),
    ...(run === null ? {} : { run }),
    ...(actor === null ? {} : { person: actor }),
  };
}

/** Some clients send whole novels. */
const MAX_AGENT = 300;

function sourceOf(request: FastifyRequest): AuditSource {
  const { id, headers } = request;
  const agent = headers["user-agent"]?.slice(0, MAX_AGENT);
  return { requestId: id, ip: addressOf(request), ...(agent === undefined ? {} : { userAgent: agent }) };
}

/** What the address names, or what the body would have made. */
function subjectOfRequest({ params, body, url }: FastifyRequest): AuditSubject {
  const { id, application, stage } = params as Readonly<Record<string, string | undefined>>;
  if (id !== undefined) return subjectOf(id);
  if (application !== undefined && stage !== undefined) return stageSubject({ application, stage });
  const noun = url.split(/[/?]/)[2] ?? "";
  return { type: noun.replace(/s$/, ""), id: "", ...placeIn(body) };
}

/** Names are not longer: what was refused may be anything. */
const MAX_NAME = 200;

function placeIn(body: unknown): { application?: string; stage?: string } {
  const { application, stage } = (body ?? {}) as { application?: unknown; stage?: unknown };
  const isName = (value: unknown): value is string => typeof value === "string" && value.length <= MAX_NAME;
  return isName(application) && isName(stage) ? { application, stage } : {};
}
