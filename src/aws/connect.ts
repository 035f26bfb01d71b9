import { setMaxListeners } from "node:events";
import type { Clock } from "../domain/ids.ts";
import { type CallContext, createCall } from "./call.ts";
import { createTargetClients, type TargetClients } from "./clients.ts";
import { createResourceGateway } from "./cloudcontrol/resource-gateway.ts";
import { createCloudFormationGateway } from "./cloudformation/cloudformation-gateway.ts";
import { createLogGroupGateway } from "./contents/log-group-gateway.ts";
import { createQueueGateway } from "./contents/queue-gateway.ts";
import { createTableGateway } from "./contents/table-gateway.ts";
import { createTopicGateway } from "./contents/topic-gateway.ts";
import type { AwsAccess, CallLife, CallObserver } from "./gateways/access.ts";
import { createIdentityGateway } from "./identity/identity-gateway.ts";
import { createLambdaGateway } from "./lambda/lambda-gateway.ts";
import { createObjectGateway } from "./objects/object-gateway.ts";
import { createStaging, createTurns, type KeyedDigest, type Turns } from "./objects/staging.ts";
import { Pacing, type QuotaClass } from "./pacing.ts";
import { Patience } from "./patience.ts";
import type { RequestHandler, TargetSettings } from "./sdk-clients.ts";

export type { QuotaClass, RequestHandler, TargetSettings };

export interface AwsSettings {
  /** Replaces the SDK's own transport, for a sandbox without a socket. */
  readonly requestHandler?: RequestHandler;
  /** Calls per second, instead of AWS's published quotas. A custom endpoint has no other limit. */
  readonly rates: Partial<Record<QuotaClass, number>> | null;
  readonly clock: Clock;
  /** Runs before each attempt of a call that may change something; where it rejects, the attempt is not sent. */
  readonly mayChange?: () => Promise<void>;
  /** Keys digests for the names of objects that a target sees. */
  readonly keyedFor: (target: string) => KeyedDigest;
}

export interface AwsConnector {
  /** The gateways to a target. Gateways to the same target share its connections; all of them share the quotas. */
  access(target: TargetSettings, observe: CallObserver, life?: CallLife): AwsAccess;
  /** Ends waiting and running calls with SHUTTING_DOWN, and closes the connections. */
  close(): void;
}

/** The SDK's standard settings give endpoint, credentials and profile; a target adds a region and a role. */
export function createAwsConnector(settings: AwsSettings): AwsConnector {
  const stopping = new AbortController();
  // Every call under way adds a listener: many at once are not a leak.
  setMaxListeners(0, stopping.signal);
  const pacing = new Pacing(settings.rates, settings.clock, stopping.signal);
  const requestHandler = settings.requestHandler ?? null;
  const uploads = createTurns();
  const clients = new Map<string, TargetClients>();
  const clientsOf = (target: TargetSettings): TargetClients => {
    const key = JSON.stringify([target.region, target.roleArn, target.account]);
    const known = clients.get(key) ?? createTargetClients(target, { requestHandler, pacing });
    clients.set(key, known);
    return known;
  };
  return {
    access: (target, observe, life = {}) => {
      const { clock, mayChange = async () => {} } = settings;
      const signal = life.signal ? AbortSignal.any([stopping.signal, life.signal]) : stopping.signal;
      const { cancellation } = life;
      setMaxListeners(0, signal, ...(cancellation ? [cancellation.requested] : []));
      const context = { clock, observe, signal, mayChange, patience: new Patience(clock, signal, life) };
      return createAccess(
        { target, clients: clientsOf(target), uploads, keyed: settings.keyedFor(target.name) },
        context,
      );
    },
    close: () => {
      stopping.abort();
      for (const services of clients.values()) for (const service of Object.values(services)) service.destroy();
    },
  };
}

interface AccessParts {
  readonly target: TargetSettings;
  readonly clients: TargetClients;
  readonly uploads: Turns;
  readonly keyed: KeyedDigest;
}

function createAccess({ target, clients, uploads, keyed }: AccessParts, context: CallContext): AwsAccess {
  const objects = createObjectGateway(createCall(clients.s3, context), context);
  const staging = createStaging(target.stagingBucket, objects, { oneAtATime: uploads, keyed });
  return {
    lambda: createLambdaGateway(clients.lambda, context, staging),
    cloudFormation: createCloudFormationGateway({ service: clients.cloudFormation, s3: clients.s3, staging }, context),
    resources: createResourceGateway(createCall(clients.cloudControl, context)),
    objects,
    queues: createQueueGateway(createCall(clients.sqs, context), context),
    tables: createTableGateway(createCall(clients.dynamoDb, context)),
    topics: createTopicGateway(createCall(clients.sns, context)),
    logGroups: createLogGroupGateway(createCall(clients.logs, context)),
    identity: createIdentityGateway({ call: createCall(clients.sts, context), sts: clients.sts, target }),
  };
}
