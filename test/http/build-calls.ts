import type { Answer, Call, TestService } from "./test-service.ts";

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
