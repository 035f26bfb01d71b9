import { tarOf } from "../support/archives.ts";
import { AFTER, BEFORE, endedDeployment, givePlan } from "./seeds.ts";
import { type Answer, type Call, idOf, type TestService } from "./test-service.ts";

export const STAGE = "/v1/applications/shop/stages/prod";
/** The files of a package. */
export const FILES = { "serverless-state.json": "{}", "api.zip": "code of the api" };

/** Stores the package of `BUILD/SERVICE`. */
export function put(service: TestService, name: string, bytes: unknown, call: Call = {}): Promise<Answer> {
  const [build, of] = name.split("/");
  const headers = { "content-type": "application/x-tar", ...call.headers };
  return service.send("PUT", `${STAGE}/builds/${build}/packages/${of}?commit=3f2c`, { ...call, headers, body: bytes });
}

export function rollBack(service: TestService, body: object, stage = STAGE): Promise<Answer> {
  return service.post(`${stage}/rollback`, body);
}

/** A rollback by package whose command may run once it has begun. */
export async function awaiting(service: TestService) {
  await endedDeployment(service, { before: [], after: BEFORE, opening: { build: "1" } });
  await put(service, "1/api", await tarOf(FILES));
  await endedDeployment(service, { before: BEFORE, after: AFTER, opening: { build: "2" } });
  const opened = await rollBack(service, { toBuild: "1", package: "api" });
  const id = idOf(opened);
  await givePlan(service, id, true);
  return {
    id,
    opened,
    finish: (outcome: string, message?: string) => service.post(`/v1/rollbacks/${id}/finish`, { outcome, message }),
  };
}

/** Takes its backup, so that its command may run. */
export async function begin(service: TestService, id: string): Promise<void> {
  const snapshot = { id: `snp_${"1".repeat(20)}`, takenAt: service.clock.now(), components: AFTER };
  await service.store.beginRun(await service.claim(), id, {
    snapshot,
    steps: [],
    at: service.clock.now(),
    lines: [],
    waits: true,
  });
}
