import type { FastifyReply } from "fastify";

const PATHS = { deploy: "/v1/deployments", rollback: "/v1/rollbacks" } as const;

/** 202 with the address at which the job can be followed. */
export function accepted<Job extends { id: string; type: keyof typeof PATHS }>(reply: FastifyReply, job: Job): Job {
  reply.code(202).header("location", `${PATHS[job.type]}/${job.id}`);
  return job;
}
