import { ERROR_TABLE, type ErrorCode, StepbackError } from "#src/domain/errors";
import type { FuzzService } from "./fuzz-service.ts";
import type { Judge } from "./judge.ts";
import { readNames, withNames } from "./known-names.ts";
import { LOGINS } from "./logins.ts";
import type { Api, Operation } from "./operations.ts";
import type { Reached } from "./reached.ts";
import type { FuzzRequest } from "./requests.ts";
import { send } from "./send.ts";

/** What becomes of the store before a request of an operation that is refused with the code for that reason. */
const OUTAGES = ["INTERNAL", "KEY_LOST", "STORE_UNAVAILABLE", "SHUTTING_DOWN", "FENCED", "DISK_FULL"] as const;

/** What operations about a stage take. */
const BODIES_OF_STAGES = ["{}", JSON.stringify({ policy: {}, decision: "approve" })];

/** More than a JSON body may have. */
const TOO_LARGE = JSON.stringify({ reason: "x".repeat(1_100_000) });

/** The one address from which strangers come until it is refused. */
const STRANGER = 0xff_ff_ff;
const MOST_FAILURES = 20;

/** Sends each operation what any operation of its kind is refused for. Returns what is wrong with the answers. */
export async function sendDirected(
  service: FuzzService,
  api: Api,
  { judge, reached }: { judge: Judge; reached: Reached },
): Promise<string[]> {
  await service.begin("directed");
  const names = await readNames(service.ask);
  const faults: string[] = [];
  let number = 0;
  const ask = async (request: FuzzRequest, from = number) => {
    const url = withNames(names, { text: request.url, team: "acme", write: encodeURIComponent });
    const answer = await send(service, "directed", from, { ...request, url });
    number += 1;
    const { operation, code, faults: found } = judge({ ...request, url }, answer, names.owners);
    reached.add(operation, answer.statusCode, code);
    faults.push(...found.map((fault) => `${fault}; ${request.method} ${url} by ${request.login}`));
  };
  for (const operation of api.operations.filter(({ roles }) => roles !== null)) {
    for (const request of refusedRequests(operation)) await ask(request);
    await inOutages(service, operation, () => ask(requestTo(operation)));
  }
  const withLogin = api.operations.filter(({ roles }) => roles !== null);
  for (let times = 0; times < MOST_FAILURES; times += 1)
    await ask({ ...requestTo(withLogin[0]), login: "none" }, STRANGER);
  for (const operation of withLogin) await ask({ ...requestTo(operation), login: "none" }, STRANGER);
  return faults;
}

/** What an operation refuses whatever exists. */
function refusedRequests(operation: Operation): FuzzRequest[] {
  const request = requestTo(operation);
  const roles = operation.roles ?? [];
  const forbidden = LOGINS.find(
    ({ name, tenant, isIn }) => isIn && tenant && !roles.some((role) => name.endsWith(role)),
  );
  const json = { "content-type": "application/json" };
  const takesJson = operation.method !== "GET" && !("application/zip" in operation.bodies);
  return [
    { ...request, login: "none" },
    { ...request, login: "none", headers: { cookie: "stepback_80=any", "sec-fetch-site": "cross-site" } },
    { ...request, url: `${known(operation)}?surprise=1` },
    { ...request, login: forbidden?.name ?? "acme-bound" },
    ...(request.url.includes("absent") ? [request] : []),
    ...(operation.path.includes("{application}") ? BODIES_OF_STAGES : []).map((body) => ({
      ...{ ...request, login: "acme-admin" },
      ...(takesJson ? { headers: json, body } : {}),
    })),
    ...(takesJson ? [{ ...request, headers: json, body: TOO_LARGE }] : []),
    ...(takesJson ? [{ ...request, headers: { "content-type": "text/xml" }, body: "<a/>" }] : []),
  ];
}

/** An address of something that exists: a query is judged after that. */
function known({ path }: Operation): string {
  const kinds: Readonly<Record<string, string>> = {
    deployments: "dep",
    rollbacks: "rbk",
    snapshots: "snp",
    pins: "pin",
    verifications: "ver",
  };
  const kind = kinds[path.split("/")[2] ?? ""] ?? "tok";
  const names = path.replace("{id}", `@${kind}:0`).replace("{componentId}", "@component:0");
  return names.replace("{application}", "@team").replaceAll(/\{\w+\}/g, "absent");
}

/** A request about something that does not exist, by somebody who may do everything. */
function requestTo(operation: Operation | undefined): FuzzRequest {
  const { method = "GET", path = "/v1/me" } = operation ?? {};
  return { login: "root", method, url: path.replaceAll(/\{\w+\}/g, "absent"), headers: {}, body: null };
}

async function inOutages(service: FuzzService, operation: Operation, ask: () => Promise<void>): Promise<void> {
  const { store } = service;
  const { findToken } = store;
  const documented = Object.values(operation.responses).flatMap((response) => response["x-codes"] ?? []);
  for (const code of OUTAGES.filter((one) => documented.includes(one))) {
    store.findToken = () => Promise.reject(errorOf(code));
    await ask();
    store.findToken = findToken;
  }
}

function errorOf(code: ErrorCode): Error {
  return code === "INTERNAL" ? new TypeError("a fault of the code") : new StepbackError(code, ERROR_TABLE[code].title);
}
