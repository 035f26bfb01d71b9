import type { KMSClient } from "@aws-sdk/client-kms";
import { StepbackError } from "../../domain/errors.ts";
import type { EncryptionContext, KmsGateway } from "../gateways/kms.ts";
import { type KmsSdk, type Opened, openKms, type RequestHandler } from "../sdk-clients.ts";
import { keyError } from "./key-errors.ts";

/** `arn:aws:kms:REGION:ACCOUNT:key/…`, or the ARN of an alias. */
const ARN = /^arn:[^:]+:kms:([^:]+):/;

/** A call of one client, by the SDK's module. */
type Sending<Output> = (opened: Opened<KmsSdk, KMSClient>) => Promise<Output>;

/** One client a region, made at its first use. */
export function createKmsGateway(requestHandler: RequestHandler | null): KmsGateway {
  const clients = new Map<string, Promise<Opened<KmsSdk, KMSClient>>>();
  const clientFor = (key: string) => {
    const region = ARN.exec(key)?.[1] ?? null;
    const opened = clients.get(region ?? "") ?? openKms(region, requestHandler);
    clients.set(region ?? "", opened);
    return opened;
  };
  const call = async <Output>(operation: string, key: string, send: Sending<Output>): Promise<Output> => {
    try {
      return await send(await clientFor(key));
    } catch (error) {
      throw error instanceof StepbackError ? error : keyError(error, operation, key);
    }
  };
  return {
    find: (name) => call("DescribeKey", name, (opened) => find(opened, name)),
    encrypt: (arn, plain, context) => call("Encrypt", arn, (opened) => encrypt(opened, { arn, bytes: plain, context })),
    decrypt: (arn, wrapped, context) =>
      call("Decrypt", arn, (opened) => decrypt(opened, { arn, bytes: wrapped, context })),
    close: () => {
      for (const opened of clients.values()) void opened.then(({ client }) => client.destroy());
    },
  };
}

async function find({ sdk, client }: Opened<KmsSdk, KMSClient>, name: string): Promise<string> {
  const { KeyMetadata: found } = await client.send(new sdk.DescribeKeyCommand({ KeyId: name }));
  if (!found?.Arn) throw unreadable(name);
  if (found.KeyUsage === "ENCRYPT_DECRYPT" && found.KeySpec === "SYMMETRIC_DEFAULT") return found.Arn;
  const detail = `The KMS key ${name} is for ${found.KeyUsage} with ${found.KeySpec}: data keys need a symmetric key that encrypts and decrypts.`;
  throw new StepbackError("INVALID_SETTINGS", detail);
}

interface Sent {
  readonly arn: string;
  readonly bytes: Buffer;
  readonly context: EncryptionContext;
}

async function encrypt({ sdk, client }: Opened<KmsSdk, KMSClient>, { arn, bytes, context }: Sent): Promise<Buffer> {
  const command = new sdk.EncryptCommand({ KeyId: arn, Plaintext: bytes, EncryptionContext: context });
  const { CiphertextBlob } = await client.send(command);
  if (!CiphertextBlob?.length) throw unreadable(arn);
  return Buffer.from(CiphertextBlob);
}

/** Names the key, so that KMS opens nothing that another key wrapped. */
async function decrypt({ sdk, client }: Opened<KmsSdk, KMSClient>, { arn, bytes, context }: Sent): Promise<Buffer> {
  const command = new sdk.DecryptCommand({ KeyId: arn, CiphertextBlob: bytes, EncryptionContext: context });
  const { Plaintext } = await client.send(command);
  if (!Plaintext?.length) throw unreadable(arn);
  return Buffer.from(Plaintext);
}

function unreadable(key: string): StepbackError {
  return new StepbackError("KEY_UNAVAILABLE", `The KMS key ${key}: the answer of KMS lacks what was asked for.`);
}
