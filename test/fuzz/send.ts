import type { InjectOptions } from "fastify";
import type { FuzzService } from "./fuzz-service.ts";
import type { Answer } from "./judge.ts";
import { authorizationOf } from "./logins.ts";
import type { FuzzRequest } from "./requests.ts";

/** Failed log-ins are counted by address: each request of a round has one of its own. */
function addressOf(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

/** Sends a request whose stand-ins are replaced. A followed log is left after its first words. */
export async function send(service: FuzzService, round: string, number: number, request: FuzzRequest): Promise<Answer> {
  const { login, method, url, body } = request;
  const authorization = authorizationOf(round, login);
  const options: InjectOptions = {
    ...{ method: method as "GET", url, remoteAddress: addressOf(number) },
    headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(body === null ? {} : { payload: body }),
  };
  return /\/logs\/stream/.test(url) ? follow(service, options) : service.send(options);
}

async function follow(service: FuzzService, options: InjectOptions): Promise<Answer> {
  const leave = new AbortController();
  const { statusCode, headers, ...answer } = await service.send({
    ...options,
    payloadAsStream: true,
    signal: leave.signal,
  });
  const chunks: string[] = [];
  const stream = answer.stream();
  stream.on("error", () => {});
  for await (const chunk of stream) {
    chunks.push(String(chunk));
    if (statusCode === 200) break;
  }
  leave.abort();
  return { statusCode, headers, body: chunks.join("") };
}
