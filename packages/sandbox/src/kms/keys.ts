import { randomBytes } from "node:crypto";
import type { SandboxContext, Shape } from "../core/contract.ts";
import { defined } from "../core/shape.ts";
import { aliasNotFound, aliasTaken, disabled, foreignArn, invalid, invalidState, keyNotFound } from "./errors.ts";

type KeyState = "Enabled" | "Disabled" | "PendingDeletion";

export interface Key {
  readonly keyId: string;
  readonly arn: string;
  readonly description: string;
  readonly createdAt: Date;
  readonly material: Buffer;
  state: KeyState;
  deletedAt: Date | null;
}

const DAY_MS = 86_400_000;
const WAITING_DAYS = { least: 7, usual: 30, most: 30 };
const ALIAS = /^alias\/[a-zA-Z0-9/_-]+$/;
const ARN = /^arn:[^:]+:kms:([^:]*):(\d{12}):(key|alias)\/(.+)$/;

/** Symmetric keys of AWS's own making, with their states and aliases. */
export class Keys {
  readonly #keys = new Map<string, Key>();
  readonly #aliases = new Map<string, string>();

  constructor(private readonly context: SandboxContext) {}

  create(description: string): Key {
    const keyId = this.context.uuid();
    const key: Key = {
      ...{ keyId, arn: this.#arnOf(`key/${keyId}`), description, material: randomBytes(32) },
      ...{ createdAt: new Date(this.context.clock.now()), state: "Enabled", deletedAt: null },
    };
    this.#keys.set(keyId, key);
    return key;
  }

  /** By id, ARN, name or ARN of an alias; NotFoundException. */
  find(name: string): Key {
    const [, region, , kind, rest] = ARN.exec(name) ?? [];
    if (region !== undefined && region !== this.context.region) throw foreignArn(region);
    const own = kind === undefined ? name : kind === "alias" ? `alias/${rest}` : (rest ?? "");
    const key = this.byId(own.startsWith("alias/") ? (this.#aliases.get(own) ?? "") : own);
    if (key) return key;
    throw own.startsWith("alias/") ? aliasNotFound(this.#arnOf(own)) : keyNotFound(this.#arnOf(`key/${own}`));
  }

  /** Undefined also for a key whose waiting period is over. */
  byId(keyId: string): Key | undefined {
    const key = this.#keys.get(keyId);
    if (!key?.deletedAt || key.deletedAt.getTime() > this.context.clock.now()) return key;
    this.#keys.delete(keyId);
    return undefined;
  }

  setEnabled(key: Key, enabled: boolean): void {
    requireNotPending(key);
    key.state = enabled ? "Enabled" : "Disabled";
  }

  scheduleDeletion(key: Key, days: number = WAITING_DAYS.usual): void {
    requireNotPending(key);
    const { least, most } = WAITING_DAYS;
    if (days < least || days > most)
      throw invalid(
        `Value '${days}' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
      );
    key.state = "PendingDeletion";
    key.deletedAt = new Date(this.context.clock.now() + days * DAY_MS);
  }

  /** The key is disabled afterwards. */
  cancelDeletion(key: Key): void {
    if (key.state !== "PendingDeletion") throw invalidState(key.arn, "not pending deletion");
    key.state = "Disabled";
    key.deletedAt = null;
  }

  nameBy(alias: string, key: Key): void {
    if (!ALIAS.test(alias))
      throw invalid(
        `Value '${alias}' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^alias/[a-zA-Z0-9/_-]+$`,
      );
    requireNotPending(key);
    if (this.#aliases.has(alias)) throw aliasTaken(this.#arnOf(alias));
    this.#aliases.set(alias, key.keyId);
  }

  #arnOf(rest: string): string {
    const { region, accountId } = this.context;
    return `arn:aws:kms:${region}:${accountId}:${rest}`;
  }
}

/** What a cryptographic operation asks of its key. */
export function requireUsable(key: Key): void {
  if (key.state === "Disabled") throw disabled(key.arn);
  requireNotPending(key);
}

function requireNotPending({ state, arn }: Key): void {
  if (state === "PendingDeletion") throw invalidState(arn, "pending deletion");
}

export function metadataOf(key: Key, accountId: string): Shape {
  const { keyId, arn, state, description, createdAt, deletedAt } = key;
  return defined({
    ...{ AWSAccountId: accountId, KeyId: keyId, Arn: arn, CreationDate: createdAt, Enabled: state === "Enabled" },
    ...{ Description: description, KeyUsage: "ENCRYPT_DECRYPT", KeyState: state, Origin: "AWS_KMS" },
    ...{ DeletionDate: deletedAt ?? undefined, KeyManager: "CUSTOMER", CustomerMasterKeySpec: "SYMMETRIC_DEFAULT" },
    ...{ KeySpec: "SYMMETRIC_DEFAULT", EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"], MultiRegion: false },
  });
}
