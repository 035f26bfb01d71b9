import type { FastifyReply } from "fastify";
import type { Activity } from "../domain/activity/activity.ts";

const PATHS: Readonly<Record<Activity["type"], string>> = { deploy: "/v1/deployments", rollback: "/v1/rollbacks" };

/** Sends 202 with the address of the job. */
export function accepted<Job extends Pick<Activity, "id" | "type">>(reply: FastifyReply, job: Job): Job {
  reply.code(202).header("location", `${PATHS[job.type]}/${job.id}`);
  return job;
}
