import { randomUUID } from "node:crypto";
import { type CallLog, RecordedCalls } from "./core/call-log.ts";
import { systemClock } from "./core/clock.ts";
import { type AccountRegion, type AwsService, SANDBOX_ACCOUNT_ID, type SandboxClock } from "./core/contract.ts";
import { type Faults, InjectedFaults } from "./core/faults.ts";
import { HttpServer } from "./core/http-server.ts";
import { type Pace, ResourcePaces } from "./core/pace.ts";
import { DeniedActions, type Permissions } from "./core/permissions.ts";
import { createRequestHandler, type SandboxRequestHandler } from "./core/request-handler.ts";
import { Router } from "./core/router.ts";
import { Partition } from "./partition.ts";

export interface SandboxOptions {
  /** The region of calls without a signature, and of `service()`; `us-east-1` by default. */
  readonly region?: string;
  /** How long an asynchronous update stays in progress, in milliseconds; 200 by default. */
  readonly updateMs?: number;
  /**
   * Calls a second, by class of calls: `lambda:GetFunction`, `lambda:GetPolicy`, `lambda:*` for all other operations of
   * Lambda together, `cloudformation:*`. A class's bucket holds one second's worth at most. None by default.
   */
  readonly quotas?: Readonly<Record<string, number>>;
  readonly clock?: SandboxClock;
  /** An account's limit of concurrent executions in a region; 1,000 by default. */
  readonly accountConcurrency?: number;
  /**
   * Whether CloudFormation treats a change of outputs alone as a change; true by default. AWS says only that it may
   * not.
   */
  readonly outputsCount?: boolean;
  /**
   * Whether CloudFormation treats a change of a resource's DeletionPolicy or UpdateReplacePolicy alone as a change; true by
   * default, as AWS did in 2025. Its guide says that it may not.
   */
  readonly policiesCount?: boolean;
}

/** An AWS on this machine: any account, any region. */
export interface Sandbox {
  /** Listens on loopback and resolves to the URL. Port 0, the default, picks a free one. */
  listen(port?: number): Promise<string>;
  /** A `requestHandler` for the AWS SDK v3: the same accounts without a socket. */
  requestHandler(): SandboxRequestHandler;
  /**
   * A service without its wire protocol, of the account and region where calls without a signature act, or of others.
   * Throws for a name that the sandbox does not have.
   */
  service(name: string, place?: Partial<AccountRegion>): AwsService;
  readonly calls: CallLog;
  readonly faults: Faults;
  /** What CloudFormation may not do in any account and region. */
  readonly permissions: Permissions;
  /** How long CloudFormation takes for resources, and for stopping them. */
  readonly pace: Pace;
  /** Closes connections, ends running functions and removes their files. */
  close(): Promise<void>;
}

const DEFAULT_REGION = "us-east-1";
const DEFAULT_UPDATE_MS = 200;
/** AWS's default for an account. */
const DEFAULT_CONCURRENCY = 1000;
/** The sandbox's URL while it has no socket; the name resolves to nothing. */
const UNBOUND_ENDPOINT = "http://sandbox.localhost";

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { region = DEFAULT_REGION, updateMs = DEFAULT_UPDATE_MS, clock = systemClock, outputsCount = true } = options;
  const { accountConcurrency = DEFAULT_CONCURRENCY, quotas = {}, policiesCount = true } = options;
  const address = { url: UNBOUND_ENDPOINT };
  const endpoint = () => address.url;
  const permissions = new DeniedActions();
  const pace = new ResourcePaces();
  const settings = {
    clock,
    updateMs,
    accountConcurrency,
    outputsCount,
    policiesCount,
    quotas,
    permissions,
    pace,
    endpoint,
  };
  const partition = new Partition(settings);
  const { principals, downloads } = partition;
  const calls = new RecordedCalls();
  const faults = new InjectedFaults();
  const servicesOf = (place: AccountRegion) => partition.servicesOf(place);
  const parts = { servicesOf, principals, downloads, defaultRegion: region, calls, faults, clock, uuid: randomUUID };
  const router = new Router(parts);
  const server = new HttpServer(router);
  return {
    listen: async (port = 0) => {
      address.url = await server.listen(port);
      return address.url;
    },
    requestHandler: () => createRequestHandler(router),
    service: (name, place) => partition.service(name, { accountId: SANDBOX_ACCOUNT_ID, region, ...place }),
    calls,
    faults,
    permissions,
    pace,
    close: async () => {
      faults.off();
      await server.close();
      await partition.handlerRunner.close();
    },
  };
}
