import { rm } from "node:fs/promises";
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import type { Test } from "tap";
import { createSandbox } from "#sandbox/sandbox";
import { type ComposedService, composeService } from "#src/compose";
import { readConfig } from "#src/config";
import { DEFAULT_POLICY } from "#src/domain/activity/stage-policy";
import { openSqliteStore } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { sandboxAccount } from "../support/answers.ts";
import { eagerClock, quickClock } from "../support/quick-clock.ts";
import { makeScratchFolder } from "../support/scratch.ts";
import { awsEnv } from "../support/test-account.ts";
import { type Ask, firstPage } from "./ask.ts";
import { insertLogins, TENANTS, tokenIn } from "./logins.ts";
import { createTeam, ended, openForTeam, playTeam, type Stand } from "./team-state.ts";

/** A whole service without a port, at work on its jobs against a sandbox, with two teams on it. */
export interface FuzzService extends Stand {
  readonly store: Store;
  send(request: InjectOptions): Promise<LightMyRequestResponse>;
  /** Brings back what requests have used up, and makes logins of a round. */
  begin(round: string): Promise<void>;
}

/** Followed logs stay open until the request is abandoned; a few at a time are enough. A busy machine is no overload here. */
const SETTINGS = {
  STEPBACK_PORT: "0",
  STEPBACK_LOG_LEVEL: "fatal",
  STEPBACK_MAX_FOLLOWERS: "3",
  STEPBACK_MAX_DELAY_MS: "60000",
};

export async function startFuzzService(t: Pick<Test, "teardown">): Promise<FuzzService> {
  const sandbox = createSandbox({ updateMs: 0, clock: eagerClock });
  // Code is fetched over loopback; every other call takes no socket.
  Object.assign(process.env, awsEnv(await sandbox.listen()));
  const dataDir = await makeScratchFolder();
  const stores: Store[] = [];
  const service = await composeService(readConfig({ ...SETTINGS, STEPBACK_DATA_DIR: dataDir }), {
    requestHandler: sandbox.requestHandler(),
    clock: quickClock,
    openStore: async (file, sealing) => {
      const opened = await openSqliteStore(file, sealing);
      stores.push(opened);
      return opened;
    },
  });
  t.teardown(async () => {
    await service.close();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const [store] = stores;
  if (!store) throw new Error("the service opened no store");
  let token = service.adminToken;
  const ask = askOf(service, () => token);
  const stand = { ask, account: sandboxAccount(sandbox) };
  for (const tenant of TENANTS) await createTeam(stand, tenant);
  for (const tenant of TENANTS) await playTeam(stand, tenant);
  await ask("POST", "/v1/verifications", {});
  return {
    ...stand,
    store,
    send: (request) => service.inject(request),
    begin: async (round) => {
      await insertLogins({ store, clock: quickClock }, `own-${round}`, "");
      token = tokenIn(`own-${round}`, "root");
      await tidy(stand, store);
      const opened: string[] = [];
      for (const tenant of TENANTS) opened.push(await openForTeam(stand, tenant, round));
      await insertLogins({ store, clock: quickClock }, round, opened[0] ?? "");
    },
  };
}

function askOf(service: ComposedService, token: () => string): Ask {
  return async (method, url, body) => {
    const type = Buffer.isBuffer(body) ? "application/x-tar" : "application/json";
    const answer = await service.inject({
      ...{ method, url },
      headers: { authorization: `Bearer ${token()}`, ...(body === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { status: answer.statusCode, body: answer.body.startsWith("{") ? answer.json() : answer.body };
  };
}

/** Ends what requests have left open, and forgets the policies that they have set. */
async function tidy({ ask }: Stand, store: Store): Promise<void> {
  const places = new Map<string, { application: string; stage: string }>();
  for (const status of ["Queued", "In%20Progress", "Draft"])
    for (const { id, type, application, stage } of await firstPage(ask, `/v1/activities?status=${status}&limit=200`)) {
      const url = `/v1/${type === "deploy" ? "deployments" : "rollbacks"}/${id}`;
      await ask("POST", `${url}/cancel`);
      await ended({ ask }, url);
      places.set(`${application} ${stage}`, { application, stage });
    }
  for (const tenant of TENANTS) places.set(tenant, { application: tenant, stage: "prod" });
  for (const place of places.values())
    await store.savePolicy(place, { ...DEFAULT_POLICY, updatedAt: Date.now(), updatedBy: "nobody" });
}
