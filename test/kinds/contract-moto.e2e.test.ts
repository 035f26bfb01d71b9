import { Readable } from "node:stream";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import * as lambda from "@aws-sdk/client-lambda";
import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import type { Artifacts } from "#src/artifacts/artifacts";
import { openDiskArtifacts } from "#src/artifacts/disk-artifacts";
import { createAwsConnector } from "#src/aws/connect";
import type { AwsAccess, CallObserver } from "#src/aws/gateways/access";
import { KIND_NAMES } from "#src/domain/component/component";
import { HOME, testDigests, useEnvironment } from "../aws/aws-stage.ts";
import { VirtualClock } from "../aws/virtual-clock.ts";
import { accountOf } from "../support/answers.ts";
import { missing } from "../support/commands.ts";
import { type Moto, startMoto } from "../support/moto.ts";
import { diskSealing } from "../support/sealing.ts";
import { zip } from "../support/test-account.ts";
import { type Bench, kindContract } from "./kind-contract.ts";
import { SPECIMENS } from "./specimens.ts";

/** The account of the ARNs in the specimens. */
const ACCOUNT = "000000000000";
const READING = /^(Get|List|Describe)/;

const noMoto = (await missing("python3", "-c", "import moto.server")) ?? false;

t.test(
  "the contract holds on moto, an independent emulator of AWS, for the kinds that it supports",
  { skip: noMoto },
  async (t) => {
    process.env["MOTO_ACCOUNT_ID"] = ACCOUNT;
    const moto = await startMoto();
    t.teardown(() => moto.stop());
    const connections = connect(t, moto);
    for (const kind of KIND_NAMES) {
      const { withoutMoto = {} } = SPECIMENS[kind];
      const skip = typeof withoutMoto === "string" ? withoutMoto : false;
      const skips = (trial: string) => (typeof withoutMoto === "string" ? false : (withoutMoto[trial] ?? false));
      const open = (t: Test) => openMoto(t, moto, connections);
      await t.test(kind, { skip }, (t) => kindContract(t, kind, SPECIMENS[kind], { open, skips }));
    }
  },
);

/** The clients of the account's owner, and the gateways of the product. */
interface Connections {
  readonly clients: Clients;
  readonly access: AwsAccess;
  readonly notes: Parameters<CallObserver>[0][];
}

/** One for all trials: each client that is made loads the SDK's settings again. */
function connect(t: Test, { url }: Moto): Connections {
  useEnvironment(url);
  const connector = createAwsConnector({ rates: null, clock: new VirtualClock(), keyedFor: testDigests });
  const notes: Parameters<CallObserver>[0][] = [];
  const clients = { lambda: new lambda.LambdaClient(), cloudformation: new cloudformation.CloudFormationClient() };
  t.teardown(() => {
    connector.close();
    for (const client of Object.values(clients)) client.destroy();
  });
  return { clients, notes, access: connector.access(HOME, (note) => notes.push(note)) };
}

/** Every trial uses the same server, after a reset. */
async function openMoto(t: Test, { url }: Moto, { clients, access, notes }: Connections): Promise<Bench> {
  await fetch(`${url}/moto-api/reset`, { method: "POST" });
  await makeGround(url);
  return {
    aws: accountOf((service, operation, input) => send(clients, { service, operation, input })).aws,
    access,
    artifacts: await stockedArtifacts(t),
    mutations: () => notes.splice(0).flatMap(({ operation }) => (READING.test(operation) ? [] : [operation])),
  };
}

interface Clients {
  readonly lambda: lambda.LambdaClient;
  readonly cloudformation: cloudformation.CloudFormationClient;
}

interface OwnCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Shape;
}

/** One operation by the account's owner. */
async function send(clients: Clients, { service, operation, input }: OwnCall): Promise<object> {
  if (service !== "lambda") return clients.cloudformation.send(commandOf(cloudformation, operation, input));
  return clients.lambda.send(commandOf(lambda, operation, input));
}

function commandOf(sdk: Readonly<Record<string, unknown>>, operation: string, input: Shape): never {
  const Command = sdk[`${operation}Command`] as new (input: Shape) => never;
  return new Command(input);
}

/**
 * Holds the code of the specimens already, as after an earlier backup: moto's `Code.Location` points to the real AWS, so
 * nothing can be downloaded from it.
 */
async function stockedArtifacts(t: Test): Promise<Artifacts> {
  const artifacts = (await openDiskArtifacts(t.testdir(), diskSealing())).ofTarget("default");
  for (const says of ["v1", "v2", "canary"]) await artifacts.put(Readable.from([zip(says)]));
  return artifacts;
}

/** Functions need an existing role and triggers an existing queue; the product never creates either. */
async function makeGround(url: string): Promise<void> {
  const role = { RoleName: "service", AssumeRolePolicyDocument: "{}" };
  await query(url, "iam", { Action: "CreateRole", Version: "2010-05-08", ...role });
  await query(url, "sqs", { Action: "CreateQueue", Version: "2012-11-05", QueueName: "orders" });
}

async function query(url: string, service: string, parameters: Record<string, string>): Promise<void> {
  const signature = `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const body = new URLSearchParams(parameters);
  const answer = await fetch(url, { method: "POST", headers: { authorization: signature }, body });
  if (!answer.ok) throw new Error(`moto refused ${parameters["Action"]}: ${await answer.text()}`);
}
