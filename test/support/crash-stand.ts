import { rm } from "node:fs/promises";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { deployFirst } from "./all-kinds.ts";
import { type Account, type Api, apiOf, sandboxAccount } from "./answers.ts";
import { startProcess } from "./built-service.ts";
import { startKillable } from "./killable-service.ts";
import { eagerClock } from "./quick-clock.ts";
import { makeScratchFolder } from "./scratch.ts";
import { awsEnv } from "./test-account.ts";

/** A sandbox in this process, a service that can be killed, and an account with components of all kinds. */
export interface CrashStand {
  readonly sandbox: Sandbox;
  readonly account: Account;
  /** Rejects when the service is killed before it has responded. */
  readonly api: Api;
  /** Kills the service while a call is held, then starts a new one on the same data. A dropped call never takes effect. */
  killWhileHeld(drop: () => void): Promise<void>;
  close(): Promise<void>;
}

/** The service runs in a process of its own and is killed by `kill -9`. */
export async function startProcessStand(): Promise<CrashStand> {
  const sandbox = createSandbox({ updateMs: 1 });
  const env = awsEnv(await sandbox.listen());
  const dataDir = await makeScratchFolder();
  let service = await startProcess(dataDir, env);
  return openStand(sandbox, dataDir, {
    api: apiOf(async (method, path, body) => {
      const answer = await fetch(service.url + path, { method, ...requestOf(service.token, body) });
      return answer.json();
    }),
    killWhileHeld: async (drop) => {
      await service.kill();
      drop();
      service = await startProcess(dataDir, env);
    },
    stop: () => service.stop(),
  });
}

/** The service runs in this process and loses its clock, its store and AWS at once. A hundred times as fast. */
export async function startQuickStand(): Promise<CrashStand> {
  const sandbox = createSandbox({ updateMs: 0, clock: eagerClock });
  Object.assign(process.env, awsEnv("http://sandbox.localhost"));
  const dataDir = await makeScratchFolder();
  let service = await startKillable(dataDir, sandbox.requestHandler());
  return openStand(sandbox, dataDir, {
    api: apiOf(async (method, path, body) => {
      const { body: payload, headers } = requestOf(service.token, body);
      const request = { method: method as "GET", url: path, headers, ...(payload === undefined ? {} : { payload }) };
      const answer = await Promise.race([service.inject(request), service.killed]);
      return answer.json();
    }),
    killWhileHeld: async (drop) => {
      await service.kill();
      drop();
      service = await startKillable(dataDir, sandbox.requestHandler());
    },
    stop: () => service.close(),
  });
}

async function openStand(
  sandbox: Sandbox,
  dataDir: string,
  { stop, ...service }: Pick<CrashStand, "api" | "killWhileHeld"> & { stop(): Promise<void> },
): Promise<CrashStand> {
  const account = sandboxAccount(sandbox);
  await deployFirst(account);
  return {
    ...service,
    sandbox,
    account,
    async close() {
      await stop();
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function requestOf(token: string, body: unknown): { headers: Record<string, string>; body?: string } {
  const headers = { authorization: `Bearer ${token}` };
  if (body === undefined) return { headers };
  return { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
}
