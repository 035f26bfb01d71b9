import { randomBytes } from "node:crypto";
import type { AwsError, AwsService, Principal, SandboxContext, Shape } from "../core/contract.ts";
import { unknownOperation } from "../core/json-protocol.ts";
import { userOf } from "../core/principals.ts";
import { optionalNumber, optionalText, optionalTextMap } from "../core/shape.ts";
import { decrypt, type EncryptionContext, encrypt, keyIdIn } from "./ciphertext.ts";
import { foreignCiphertext, foreignKey, incorrectKey, invalid } from "./errors.ts";
import { type Key, Keys, metadataOf, requireUsable } from "./keys.ts";

const ALGORITHM = "SYMMETRIC_DEFAULT";
/** AWS's limits, in bytes. */
const MAX_PLAINTEXT = 4096;
const MAX_CIPHERTEXT = 6144;
const MAX_DATA_KEY = 1024;
const DATA_KEY_BYTES: Readonly<Record<string, number>> = { AES_256: 32, AES_128: 16 };

type Operation = (kms: Kms, input: Shape, principal: Principal) => Shape;

/** Key ids of others need no entry here: the account's own are the only ones. */
interface Kms {
  readonly keys: Keys;
  readonly context: SandboxContext;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateKey: ({ keys, context }, input) => ({
    KeyMetadata: metadataOf(keys.create(optionalText(input, "Description") ?? ""), context.accountId),
  }),
  CreateAlias: (kms, input) => {
    const alias = requiredText(input, "AliasName");
    kms.keys.nameBy(alias, kms.keys.find(requiredText(input, "TargetKeyId")));
    return {};
  },
  DescribeKey: (kms, input, principal) => ({
    KeyMetadata: metadataOf(
      keyOf(kms, input, { member: "KeyId", action: "DescribeKey", principal }),
      kms.context.accountId,
    ),
  }),
  DisableKey: (kms, input, principal) => {
    kms.keys.setEnabled(keyOf(kms, input, { member: "KeyId", action: "DisableKey", principal }), false);
    return {};
  },
  EnableKey: (kms, input, principal) => {
    kms.keys.setEnabled(keyOf(kms, input, { member: "KeyId", action: "EnableKey", principal }), true);
    return {};
  },
  ScheduleKeyDeletion: (kms, input, principal) => {
    const key = keyOf(kms, input, { member: "KeyId", action: "ScheduleKeyDeletion", principal });
    kms.keys.scheduleDeletion(key, optionalNumber(input, "PendingWindowInDays"));
    return { KeyId: key.arn, DeletionDate: key.deletedAt, KeyState: key.state };
  },
  CancelKeyDeletion: (kms, input, principal) => {
    const key = keyOf(kms, input, { member: "KeyId", action: "CancelKeyDeletion", principal });
    kms.keys.cancelDeletion(key);
    return { KeyId: key.arn };
  },
  Encrypt: (kms, input, principal) => {
    const plain = requiredBytes(input, "Plaintext", MAX_PLAINTEXT);
    const key = usableKey(kms, input, { member: "KeyId", action: "Encrypt", principal });
    const CiphertextBlob = encrypt(key, plain, contextIn(input, "EncryptionContext")).toString("base64");
    return { CiphertextBlob, KeyId: key.arn, EncryptionAlgorithm: ALGORITHM };
  },
  Decrypt: (kms, input) => {
    const { key, plain } = decrypted(kms, input, { key: "KeyId", context: "EncryptionContext" });
    return { KeyId: key.arn, Plaintext: plain.toString("base64"), EncryptionAlgorithm: ALGORITHM };
  },
  ReEncrypt: (kms, input, principal) => {
    const source = decrypted(kms, input, { key: "SourceKeyId", context: "SourceEncryptionContext" });
    const key = usableKey(kms, input, { member: "DestinationKeyId", action: "ReEncryptTo", principal });
    const sealed = encrypt(key, source.plain, contextIn(input, "DestinationEncryptionContext"));
    return {
      ...{ CiphertextBlob: sealed.toString("base64"), SourceKeyId: source.key.arn, KeyId: key.arn },
      ...{ SourceEncryptionAlgorithm: ALGORITHM, DestinationEncryptionAlgorithm: ALGORITHM },
    };
  },
  GenerateDataKey: (kms, input, principal) => {
    const plain = randomBytes(dataKeyBytes(input));
    const key = usableKey(kms, input, { member: "KeyId", action: "GenerateDataKey", principal });
    const sealed = encrypt(key, plain, contextIn(input, "EncryptionContext"));
    return { CiphertextBlob: sealed.toString("base64"), Plaintext: plain.toString("base64"), KeyId: key.arn };
  },
};

/** KMS with symmetric keys in memory. Grants, policies, other sorts of keys and its other operations do not exist. */
export function createKms(context: SandboxContext): AwsService {
  const kms = { keys: new Keys(context), context };
  return {
    name: "kms",
    call: async (operation, input, _caller, principal = userOf(context.accountId)) => {
      const perform = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
      if (!perform) throw unknownOperation();
      return perform(kms, input, principal);
    },
  };
}

interface Asked {
  /** The member of the input that names the key. */
  readonly member: string;
  readonly action: string;
  readonly principal: Principal;
}

function keyOf({ keys, context }: Kms, input: Shape, { member, action, principal }: Asked): Key {
  const name = requiredText(input, member);
  const account = /^arn:[^:]+:kms:[^:]*:(\d{12}):/.exec(name)?.[1];
  if (account !== undefined && account !== context.accountId) throw foreignKey(principal.arn, `kms:${action}`, name);
  return keys.find(name);
}

function usableKey(kms: Kms, input: Shape, asked: Asked): Key {
  const key = keyOf(kms, input, asked);
  requireUsable(key);
  return key;
}

/** The ciphertext says which key it needs; a key that the request names must be that one. */
function decrypted(
  { keys }: Kms,
  input: Shape,
  members: { key: string; context: string },
): { key: Key; plain: Buffer } {
  const ciphertext = Buffer.from(requiredBytes(input, "CiphertextBlob", MAX_CIPHERTEXT));
  const wanted = optionalText(input, members.key);
  const key = keys.byId(keyIdIn(ciphertext));
  if (wanted !== undefined && keys.find(wanted) !== key) throw incorrectKey();
  if (!key) throw foreignCiphertext();
  requireUsable(key);
  return { key, plain: decrypt(key.material, ciphertext, contextIn(input, members.context)) };
}

function contextIn(input: Shape, member: string): EncryptionContext {
  return optionalTextMap(input, member) ?? {};
}

function dataKeyBytes(input: Shape): number {
  const [spec, bytes] = [optionalText(input, "KeySpec"), optionalNumber(input, "NumberOfBytes")];
  if ((spec === undefined) === (bytes === undefined))
    throw invalid("Please specify either number of bytes or key spec.");
  const length = spec === undefined ? (bytes ?? 0) : DATA_KEY_BYTES[spec];
  if (length === undefined) throw outOfSet("keySpec", String(spec), Object.keys(DATA_KEY_BYTES).toReversed());
  if (Number.isInteger(length) && length > 0 && length <= MAX_DATA_KEY) return length;
  throw outside("numberOfBytes", String(length), `Member must have value between 1 and ${MAX_DATA_KEY}`);
}

function outOfSet(member: string, value: string, allowed: readonly string[]): AwsError {
  return outside(member, value, `Member must satisfy enum value set: [${allowed.join(", ")}]`);
}

function outside(member: string, value: string, constraint: string): AwsError {
  return invalid(`Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`);
}

function requiredText(input: Shape, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  throw outside(name.charAt(0).toLowerCase() + name.slice(1), "null", "Member must not be null");
}

/** The JSON protocol carries bytes as base64. */
function requiredBytes(input: Shape, name: string, most: number): Buffer {
  const bytes = Buffer.from(requiredText(input, name), "base64");
  if (bytes.length > 0 && bytes.length <= most) return bytes;
  const constraint = `Member must have length ${bytes.length === 0 ? "greater than or equal to 1" : `less than or equal to ${most}`}`;
  throw outside(name.charAt(0).toLowerCase() + name.slice(1), "java.nio.HeapByteBuffer", constraint);
}
