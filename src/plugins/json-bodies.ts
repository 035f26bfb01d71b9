import type { FastifyInstance, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";

/** JSON bodies. Where nothing is to be sent, nothing and `{}` are good, whatever the media type: many clients name it always. */
export function addJsonBodies(app: FastifyInstance): void {
  // A body with `__proto__` or `constructor` members is refused: nothing good sends them.
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else void parseJson(request, String(body), done);
  });
  app.addHook("preValidation", async (request) => refuseUnexpectedBody(request));
}

/** A route without a schema for its body says everything by its address; unknown fields are refused there too. */
function refuseUnexpectedBody({ body, is404, routeOptions }: FastifyRequest): void {
  if (is404 || routeOptions.schema?.body || body === undefined || body === null) return;
  const members = typeof body === "object" ? Object.keys(body) : [""];
  if (members.length === 0) return;
  const faults = members.map((member) => ({ pointer: member && `/${member}`, detail: "is not known here" }));
  throw new StepbackError("VALIDATION_FAILED", "Nothing is to be sent here.", faults);
}
