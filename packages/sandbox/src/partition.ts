import { randomUUID } from "node:crypto";
import { createCloudControl } from "./cloudcontrol/cloud-control.ts";
import { createCloudFormation } from "./cloudformation/cloudformation.ts";
import { type RegisteredResources, ResourceRegistry } from "./cloudformation/providers/resource-registry.ts";
import type { AccountRegion, AwsService, SandboxContext } from "./core/contract.ts";
import { Downloads } from "./core/downloads.ts";
import { createJsonProtocol } from "./core/json-protocol.ts";
import { Principals } from "./core/principals.ts";
import { createQueryProtocol } from "./core/query-protocol.ts";
import { Quotas } from "./core/quotas.ts";
import type { Endpoint, RegionalServices } from "./core/router.ts";
import { createDynamoDb } from "./dynamodb/dynamodb.ts";
import { createEcr } from "./ecr/ecr.ts";
import { createKms } from "./kms/kms.ts";
import { HandlerRunner } from "./lambda/handler-runner.ts";
import { createLambda } from "./lambda/lambda.ts";
import { restJsonProtocol } from "./lambda/rest-json-protocol.ts";
import { createLogs } from "./logs/logs.ts";
import type { BucketNamespace } from "./s3/bucket-record.ts";
import { restXmlProtocol } from "./s3/rest-xml-protocol.ts";
import { createS3 } from "./s3/s3.ts";
import { createSns } from "./sns/sns.ts";
import { createSqs } from "./sqs/sqs.ts";
import { createSsm } from "./ssm/ssm.ts";
import { createSts } from "./sts/sts.ts";

/** What every account and region of a sandbox has alike. */
export interface PartitionSettings
  extends Pick<
    SandboxContext,
    "clock" | "updateMs" | "accountConcurrency" | "outputsCount" | "policiesCount" | "permissions" | "pace" | "endpoint"
  > {
  readonly quotas: Readonly<Record<string, number>>;
}

const SQS_PROTOCOL = createJsonProtocol("AmazonSQS", {
  version: "1.0",
  namespace: "com.amazonaws.sqs#",
  queryCodes: { QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue" },
});

const DYNAMODB_PROTOCOL = createJsonProtocol("DynamoDB_20120810", {
  version: "1.0",
  namespace: "com.amazonaws.dynamodb.v20120810#",
});

/**
 * AWS's word for a set of accounts and regions that share their global namespaces: the names of buckets, and within an
 * account the names of IAM. An account has a region's services from its first call there.
 */
export class Partition {
  readonly principals = new Principals();
  readonly downloads: Downloads;
  readonly handlerRunner = new HandlerRunner();
  readonly #buckets: BucketNamespace = new Map();
  readonly #globalResources = new Map<string, RegisteredResources>();
  readonly #regional = new Map<string, RegionalServices>();

  constructor(private readonly settings: PartitionSettings) {
    this.downloads = new Downloads({ ...settings, uuid: randomUUID });
  }

  servicesOf(place: AccountRegion): RegionalServices {
    const key = `${place.accountId} ${place.region}`;
    const known = this.#regional.get(key) ?? this.#open(place);
    this.#regional.set(key, known);
    return known;
  }

  /** A service without its wire protocol. Throws for a name that the sandbox does not have. */
  service(name: string, place: AccountRegion): AwsService {
    const endpoint = this.servicesOf(place).endpoints.get(name);
    if (!endpoint) throw new Error(`the sandbox has no service ${name}`);
    return endpoint.service;
  }

  #open({ accountId, region }: AccountRegion): RegionalServices {
    const { quotas, ...shared } = this.settings;
    const context: SandboxContext = {
      ...shared,
      accountId,
      region,
      service: (name) => this.service(name, { accountId, region }),
      uuid: randomUUID,
    };
    const endpoints = this.#endpoints(context).map((endpoint) => [endpoint.service.name, endpoint] as const);
    return { endpoints: new Map(endpoints), quotas: new Quotas(quotas, context.clock) };
  }

  /** Every service with its wire protocol. */
  #endpoints(context: SandboxContext): Endpoint[] {
    const { downloads, handlerRunner } = this;
    const registry = new ResourceRegistry(this.#globalResourcesOf(context.accountId));
    return [
      { service: createLambda(context, { downloads, handlerRunner }), protocol: restJsonProtocol },
      { service: createS3(context, this.#buckets), protocol: restXmlProtocol },
      {
        service: createCloudFormation(context, registry),
        protocol: createQueryProtocol("http://cloudformation.amazonaws.com/doc/2010-05-15/"),
      },
      { service: createCloudControl(context, registry), protocol: createJsonProtocol("CloudApiService") },
      { service: createSsm(context), protocol: createJsonProtocol("AmazonSSM") },
      { service: createEcr(context), protocol: createJsonProtocol("AmazonEC2ContainerRegistry_V20150921") },
      { service: createKms(context), protocol: createJsonProtocol("TrentService") },
      { service: createSqs(context), protocol: SQS_PROTOCOL },
      { service: createDynamoDb(), protocol: DYNAMODB_PROTOCOL },
      { service: createSns(context), protocol: createQueryProtocol("http://sns.amazonaws.com/doc/2010-03-31/") },
      { service: createLogs(context), protocol: createJsonProtocol("Logs_20140328") },
      {
        service: createSts(context, this.principals),
        protocol: createQueryProtocol("https://sts.amazonaws.com/doc/2011-06-15/"),
      },
    ];
  }

  #globalResourcesOf(accountId: string): RegisteredResources {
    const known = this.#globalResources.get(accountId) ?? new Map();
    this.#globalResources.set(accountId, known);
    return known;
  }
}
