import type { FastifyReply } from "fastify";
import type { Services } from "../services/services.ts";
import { accepted } from "./accepted.ts";
import { presentDeployment } from "./wire/deployment.ts";
import { presentRollback } from "./wire/rollback.ts";

/** The answer to a request whose own answer was lost: the job that it made, as it is now. */
export function presentMade({ deployments, rollbacks }: Services) {
  return async (reply: FastifyReply, id: string): Promise<object> =>
    id.startsWith("dep_")
      ? accepted(reply, presentDeployment(await deployments.find(id)))
      : accepted(reply, presentRollback(await rollbacks.find(id)));
}
