import { createHash, createHmac } from "node:crypto";
import { Readable } from "node:stream";
import { strToU8, zipSync } from "fflate";
import type { Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import { createSandbox, type Sandbox, type SandboxOptions } from "#sandbox/sandbox";
import { type AwsConnector, type AwsSettings, createAwsConnector, type TargetSettings } from "#src/aws/connect";
import type { AwsAccess, CallObserver } from "#src/aws/gateways/access";
import type { CodeSource, FunctionCode } from "#src/aws/gateways/code";
import { VirtualClock } from "./virtual-clock.ts";

/** The gateways to a sandbox without a socket, on one virtual clock. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly connector: AwsConnector;
  readonly aws: AwsAccess;
  readonly clock: VirtualClock;
  /** Every call that reached the observer. */
  readonly notes: Parameters<CallObserver>[0][];
  /** Operations that reached the sandbox, with the service: `lambda:GetFunction`. */
  sent(): string[];
  /** One operation by the account's owner, not through the gateways. */
  own(service: string, operation: string, input?: Shape): Promise<Shape>;
}

export const HOME: TargetSettings = {
  name: "default",
  region: null,
  roleArn: null,
  account: null,
  stagingBucket: null,
};
export const ROLE = "arn:aws:iam::000000000000:role/service";

/** The sandbox's own address while it has no socket. */
const ENDPOINT = "http://sandbox.localhost";

export interface StageOptions {
  readonly sandbox?: Omit<SandboxOptions, "clock">;
  readonly settings?: Partial<AwsSettings>;
  readonly target?: Partial<TargetSettings>;
}

/** Keyed digests of a target, as a store makes them with a key of its own. */
export const testDigests: AwsSettings["keyedFor"] = (target) => async (digest) =>
  createHmac("sha256", target).update(digest).digest("hex");

export function openStage(t: Test, { sandbox: options = {}, settings = {}, target = {} }: StageOptions = {}): Stage {
  useEnvironment(ENDPOINT);
  const clock = new VirtualClock();
  const sandbox = createSandbox({ ...options, clock });
  const requestHandler = sandbox.requestHandler();
  const connector = createAwsConnector({ rates: null, clock, requestHandler, keyedFor: testDigests, ...settings });
  const notes: Parameters<CallObserver>[0][] = [];
  t.teardown(async () => {
    connector.close();
    await sandbox.close();
  });
  return {
    sandbox,
    connector,
    clock,
    notes,
    aws: connector.access({ ...HOME, ...target }, (note) => notes.push(note)),
    sent: () => sandbox.calls.all().map(({ service, operation }) => `${service}:${operation}`),
    own: (service, operation, input = {}) => sandbox.service(service).call(operation, input, "wire"),
  };
}

/** The SDK's settings of a user of the sandbox. */
export function useEnvironment(endpoint: string | null): void {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" });
  delete process.env["AWS_ENDPOINT_URL"];
  if (endpoint !== null) process.env["AWS_ENDPOINT_URL"] = endpoint;
}

/** A zip whose only file contains `text`; the same text gives the same bytes. */
export function zipOf(text: string): CodeSource & { readonly bytes: Buffer } {
  const bytes = Buffer.from(zipSync({ "index.js": strToU8(text) }, { mtime: new Date("2026-01-01T00:00:00Z") }));
  const codeSha256 = createHash("sha256").update(bytes).digest("base64");
  return { bytes, sizeBytes: bytes.length, codeSha256, open: () => Readable.from([bytes]) };
}

export function zipCode(text: string): ZipCode {
  return zipFrom(zipOf(text));
}

export type ZipCode = FunctionCode & { readonly packageType: "Zip"; readonly architectures: readonly string[] };

export function zipFrom(zip: CodeSource): ZipCode {
  return { packageType: "Zip", zip, sourceKmsKeyArn: null, architectures: ["x86_64"] };
}

/** The settings in a request that creates a function. */
export const SETTINGS = { Runtime: "nodejs22.x", Handler: "index.handler", Role: ROLE };

/** Creates a function as the account's owner, and waits until it is active. */
export async function ownFunction({ own, aws }: Stage, name: string, text: string, more: Shape = {}): Promise<void> {
  await own("lambda", "CreateFunction", {
    FunctionName: name,
    ...SETTINGS,
    Code: { ZipFile: zipOf(text).bytes },
    ...more,
  });
  await aws.lambda.awaitSettled(name);
}

export async function textOf(stream: Readable | null): Promise<string | null> {
  return stream && Buffer.concat(await stream.toArray()).toString();
}
