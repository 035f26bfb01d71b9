import type { FastifyInstance, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";

/** Parses JSON bodies. A route without a body accepts none and `{}`, whatever the media type: many clients always send one. */
export function addJsonBodies(app: FastifyInstance): void {
  // Refuses bodies with `__proto__` or `constructor` members, which only attacks contain.
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else void parseJson(request, String(body), done);
  });
  app.addHook("preValidation", async (request) => refuseUnexpectedBody(request));
}

/** A route without a body schema takes no members, so any member is unknown. */
function refuseUnexpectedBody({ body, is404, routeOptions }: FastifyRequest): void {
  if (is404 || routeOptions.schema?.body || body === undefined || body === null) return;
  const members = typeof body === "object" ? Object.keys(body) : [""];
  if (members.length === 0) return;
  const faults = members.map((member) => ({ pointer: member && `/${member}`, detail: "is not known here" }));
  throw new StepbackError("VALIDATION_FAILED", "This operation takes no body.", faults);
}
