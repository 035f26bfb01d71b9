import { randomUUID } from "node:crypto";
import { createCloudFormation } from "./cloudformation/cloudformation.ts";
import { type CallLog, RecordedCalls } from "./core/call-log.ts";
import { systemClock } from "./core/clock.ts";
import { type AwsService, SANDBOX_ACCOUNT_ID, type SandboxClock, type SandboxContext } from "./core/contract.ts";
import { Downloads } from "./core/downloads.ts";
import { type Faults, InjectedFaults } from "./core/faults.ts";
import { HttpServer } from "./core/http-server.ts";
import { createJsonProtocol } from "./core/json-protocol.ts";
import { createQueryProtocol } from "./core/query-protocol.ts";
import { Quotas } from "./core/quotas.ts";
import { createRequestHandler, type SandboxRequestHandler } from "./core/request-handler.ts";
import { type Endpoint, Router } from "./core/router.ts";
import { createEcr } from "./ecr/ecr.ts";
import { HandlerRunner } from "./lambda/handler-runner.ts";
import { createLambda } from "./lambda/lambda.ts";
import { restJsonProtocol } from "./lambda/rest-json-protocol.ts";
import { restXmlProtocol } from "./s3/rest-xml-protocol.ts";
import { createS3 } from "./s3/s3.ts";
import { createSsm } from "./ssm/ssm.ts";
import { createSts } from "./sts/sts.ts";

export interface SandboxOptions {
  /** `us-east-1` by default. The sandbox has one region and ignores the one in a signature. */
  readonly region?: string;
  /** How long an asynchronous update stays in progress, in milliseconds; 200 by default. */
  readonly updateMs?: number;
  /**
   * Calls a second, by class of calls: `lambda:GetFunction`, `lambda:GetPolicy`, `lambda:*` for all other operations of
   * Lambda together, `cloudformation:*`. A class's bucket holds one second's worth at most. None by default.
   */
  readonly quotas?: Readonly<Record<string, number>>;
  readonly clock?: SandboxClock;
  /** The account's limit of concurrent executions; 1,000 by default. */
  readonly accountConcurrency?: number;
  /**
   * Whether CloudFormation treats a change of outputs alone as a change; true by default. AWS says only that it may
   * not.
   */
  readonly outputsCount?: boolean;
}

/** An AWS account on this machine. */
export interface Sandbox {
  /** Listens on loopback and resolves to the URL. Port 0, the default, picks a free one. */
  listen(port?: number): Promise<string>;
  /** A `requestHandler` for the AWS SDK v3: the same account without a socket. */
  requestHandler(): SandboxRequestHandler;
  /** A service without its wire protocol. Throws for a name that the sandbox does not have. */
  service(name: string): AwsService;
  readonly calls: CallLog;
  readonly faults: Faults;
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
  const services = new Map<string, AwsService>();
  const address = { url: UNBOUND_ENDPOINT };
  const context = createContext(options, services, address);
  const downloads = new Downloads(context);
  const handlerRunner = new HandlerRunner();
  const endpoints = createEndpoints(context, { downloads, handlerRunner });
  for (const { service } of endpoints) services.set(service.name, service);

  const calls = new RecordedCalls();
  const faults = new InjectedFaults();
  const { clock, uuid } = context;
  const quotas = new Quotas(options.quotas ?? {}, clock);
  const endpointsByName = new Map(endpoints.map((endpoint) => [endpoint.service.name, endpoint]));
  const router = new Router({ endpoints: endpointsByName, downloads, calls, faults, quotas, clock, uuid });
  const server = new HttpServer(router);
  return {
    listen: async (port = 0) => {
      address.url = await server.listen(port);
      return address.url;
    },
    requestHandler: () => createRequestHandler(router),
    service: context.service,
    calls,
    faults,
    close: async () => {
      faults.off();
      await server.close();
      await handlerRunner.close();
    },
  };
}

function createContext(
  options: SandboxOptions,
  services: ReadonlyMap<string, AwsService>,
  address: { readonly url: string },
): SandboxContext {
  const { region = DEFAULT_REGION, updateMs = DEFAULT_UPDATE_MS, clock = systemClock, outputsCount = true } = options;
  return {
    accountId: SANDBOX_ACCOUNT_ID,
    region,
    clock,
    updateMs,
    accountConcurrency: options.accountConcurrency ?? DEFAULT_CONCURRENCY,
    outputsCount,
    service: (name) => requireService(services, name),
    endpoint: () => address.url,
    uuid: randomUUID,
  };
}

interface LambdaDependencies {
  readonly downloads: Downloads;
  readonly handlerRunner: HandlerRunner;
}

/** Every service with its wire protocol. */
function createEndpoints(context: SandboxContext, dependencies: LambdaDependencies): Endpoint[] {
  return [
    { service: createLambda(context, dependencies), protocol: restJsonProtocol },
    { service: createS3(context), protocol: restXmlProtocol },
    {
      service: createCloudFormation(context),
      protocol: createQueryProtocol("http://cloudformation.amazonaws.com/doc/2010-05-15/"),
    },
    { service: createSsm(context), protocol: createJsonProtocol("AmazonSSM") },
    { service: createEcr(context), protocol: createJsonProtocol("AmazonEC2ContainerRegistry_V20150921") },
    { service: createSts(context), protocol: createQueryProtocol("https://sts.amazonaws.com/doc/2011-06-15/") },
  ];
}

function requireService(services: ReadonlyMap<string, AwsService>, name: string): AwsService {
  const service = services.get(name);
  if (!service) throw new Error(`the sandbox has no service ${name}`);
  return service;
}
