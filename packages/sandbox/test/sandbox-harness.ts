import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { strToU8, zipSync } from "fflate";
import t, { type Test } from "tap";
import { createSandbox, type Sandbox, type SandboxOptions } from "#sandbox/sandbox";
import { ManualClock } from "./manual-clock.ts";

/** The two ways to reach a sandbox; both must behave alike. */
export const TRANSPORTS = ["socket", "request handler"] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface Harness {
  readonly sandbox: Sandbox;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
  readonly clock: ManualClock;
}

/** A fresh sandbox on a manual clock with SDK clients that do not retry. The test's teardown closes all of it. */
export async function openHarness(
  t: Test,
  options: Omit<SandboxOptions, "clock"> & { readonly transport?: Transport } = {},
): Promise<Harness> {
  const { transport = "request handler", ...rest } = options;
  const clock = new ManualClock();
  const sandbox = createSandbox({ ...rest, clock });
  const endpoint = transport === "socket" ? await sandbox.listen() : "http://sandbox.localhost";
  const config = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    ...(transport === "socket" ? {} : { requestHandler: sandbox.requestHandler() }),
  };
  const clients = {
    lambda: new LambdaClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sts: new STSClient(config),
  };
  t.teardown(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await sandbox.close();
  });
  return { sandbox, clock, ...clients };
}

export const ROLE = "arn:aws:iam::000000000000:role/lambda";

/** A zip whose bytes depend only on its files. */
export function zipOf(files: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: new Date(2026, 0, 1) });
}

/** A handler that returns a marker, which distinguishes one build from another. */
export function handlerZip(marker: string): Uint8Array {
  return zipOf({ "index.js": `exports.handler = async (event) => ({ marker: ${JSON.stringify(marker)}, event });` });
}

/** Registers one test per transport, because both must behave alike. */
export function overEachTransport(title: string, test: (t: Test, transport: Transport) => Promise<void>): void {
  for (const transport of TRANSPORTS) t.test(`${title} (${transport})`, (t) => test(t, transport));
}
