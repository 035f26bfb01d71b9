import { isOutage, StepbackError } from "../domain/errors.ts";
import { DATA_KEY_BYTES, type DataKey, dataKey, KEY_ID_BYTES, keyIdOf } from "./data-key.ts";
import type { MasterKey, RandomBytes, Wrapped } from "./master-key.ts";
import type { KeyScope } from "./scopes.ts";

/**
 * `data` seals rows and files, with another key each month. The others last, since what they made is compared with what they
 * make: `digest` keys digests of settings, `name` names of artifacts, `fingerprint` what is shown of secrets, `audit` signs checkpoints.
 */
export type KeyPurpose = "data" | "digest" | "name" | "fingerprint" | "audit";

/** A key as its row holds it. */
export interface WrappedKey extends Wrapped {
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly scope: KeyScope;
  /** The month (`2026-11`, UTC) of a data key; empty for a lasting key. */
  readonly period: string;
  /** Raised when a key is replaced before its time. */
  readonly generation: number;
  readonly createdAt: number;
}

export type WantedKey = Pick<WrappedKey, "purpose" | "scope" | "period">;

/** The rows of wrapped keys. */
export interface KeyTable {
  byId(id: string): WrappedKey | null;
  /** The newest of its purpose, scope and period. */
  newest(wanted: WantedKey): WrappedKey | null;
  /** Durable once it resolves. Changes nothing where another process was faster. */
  insert(key: WrappedKey): Promise<void>;
}

/** Says which key has to be unwrapped or made before the work can be done. Whoever owns the work does so and starts it again. */
export class KeyNeeded extends Error {
  override readonly name = "KeyNeeded";

  constructor(readonly wanted: string | WantedKey) {
    super("A key has to be unwrapped first.");
  }
}

export interface RingDeps {
  readonly master: MasterKey;
  readonly installation: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: RandomBytes;
}

/** Unwrapped keys are forgotten after an hour, so that whoever is denied the master key loses the data within that time. */
const LIFETIME_MS = 3_600_000;
/** A key that is in use is unwrapped again when it has less left: an outage that is shorter is not noticed. */
const RENEWED_BELOW_MS = 2_700_000;
/** The data key of the next month is made that long before. */
const SPARE_AHEAD_MS = 2 * 24 * 3_600_000;

interface Unwrapped {
  readonly key: DataKey;
  readonly until: number;
  /** Whether it was asked for since it was unwrapped. */
  isUsed: boolean;
}

/**
 * The unwrapped keys of this process. Looking one up never waits, so that it can be done within a transaction; a key that
 * is not at hand is asked for by `KeyNeeded`, and `provide` fetches it outside.
 */
export class KeyRing {
  readonly #unwrapped = new Map<string, Unwrapped>();
  readonly #newest = new Map<string, string>();
  /** The latest data key of each scope that sealed something in this process. */
  readonly #sealing = new Map<KeyScope, WantedKey>();
  readonly #lost = new Map<string, { readonly error: StepbackError; readonly until: number }>();
  /** What is being fetched, so that many who need one key ask for it once. */
  readonly #fetching = new Map<string, Promise<void>>();
  #missing: { readonly needed: KeyNeeded; readonly error: unknown } | null = null;

  constructor(private readonly deps: RingDeps) {}

  /** The key that seals from now on. KeyNeeded; KEY_LOST for a lasting key that cannot be unwrapped any more. */
  current(purpose: KeyPurpose, scope: KeyScope): DataKey {
    const wanted = { purpose, scope, period: purpose === "data" ? monthOf(this.deps.now()) : "" };
    const id = this.#newest.get(nameOf(wanted));
    if (id === undefined) throw new KeyNeeded(wanted);
    return this.byId(id);
  }

  /** KeyNeeded; KEY_LOST, with the id of the key, where it cannot be unwrapped any more. */
  byId(id: string): DataKey {
    const now = this.deps.now();
    const found = this.#unwrapped.get(id);
    if (found && isValid(found, now)) {
      found.isUsed = true;
      return found.key;
    }
    const lost = this.#lost.get(id);
    if (lost && isValid(lost, now)) throw lost.error;
    throw new KeyNeeded(id);
  }

  /** Unwraps or makes what was asked for. A lost key is noted: the next look-up says so. Rejects while the master key is out of reach. */
  async provide(needed: KeyNeeded, table: KeyTable): Promise<void> {
    const { wanted: id } = needed;
    // Not so where a key may have to be made: one of those who ask may be able to, and another not.
    if (typeof id !== "string") return this.#noted(needed, table);
    const running = this.#fetching.get(id) ?? this.#noted(needed, table).finally(() => this.#fetching.delete(id));
    this.#fetching.set(id, running);
    return running;
  }

  /** Tries once more what could not be provided the last time. Rejects as that did for as long as it cannot be. */
  async retry(table: KeyTable): Promise<void> {
    if (this.#missing) await this.provide(this.#missing.needed, table);
  }

  /**
   * Unwraps again what is in use, before its hour is over, and makes the next month's data keys of the scopes at work. For
   * rounds some minutes apart. Rejects with the first outage; what is at hand stays so until its time.
   */
  async renew(table: KeyTable): Promise<void> {
    const now = this.deps.now();
    for (const [id, { until, isUsed }] of this.#unwrapped) {
      if (until <= now) this.#unwrapped.delete(id);
      else if (isUsed && until - now < RENEWED_BELOW_MS) await this.#unwrap(id, table.byId(id));
    }
    const period = monthOf(now + SPARE_AHEAD_MS);
    for (const wanted of [...this.#sealing.values()]) {
      if (wanted.period !== monthOf(now) || period === wanted.period) continue;
      await this.provide(new KeyNeeded({ ...wanted, period }), table);
    }
  }

  /** The same key wrapped by the master key and the recovery key of today. KEY_LOST, or an outage. */
  async wrapAgain(key: WrappedKey): Promise<Wrapped> {
    const context = this.#contextOf(key.scope);
    return this.deps.master.wrap(await this.deps.master.unwrap(key, context), context);
  }

  /** Makes a key that seals from now on in place of this one. Another process may be faster; changes nothing then. */
  async replace(key: WrappedKey, table: KeyTable): Promise<void> {
    const next = await this.#make(key, key.generation + 1, table);
    await this.#unwrap(next.id, next);
    this.#newest.set(nameOf(key), next.id);
  }

  /** The master key itself: which version wraps, and the making of another one. */
  get master(): Pick<MasterKey, "id" | "recovery" | "addVersion"> {
    return this.deps.master;
  }

  async #noted(needed: KeyNeeded, table: KeyTable): Promise<void> {
    try {
      await this.#fetch(needed, table);
      this.#missing = null;
    } catch (error) {
      if (isOutage(error)) this.#missing = { needed, error };
      throw error;
    }
  }

  async #fetch({ wanted }: KeyNeeded, table: KeyTable): Promise<void> {
    if (typeof wanted === "string") return this.#unwrap(wanted, table.byId(wanted));
    let known = table.newest(wanted) ?? (await this.#make(wanted, 0, table));
    await this.#unwrap(known.id, known);
    if (wanted.purpose === "data" && this.#lost.has(known.id)) {
      // Nothing that is still to be sealed needs the lost key.
      known = await this.#make(wanted, known.generation + 1, table);
      await this.#unwrap(known.id, known);
    }
    this.#newest.set(nameOf(wanted), known.id);
    const { purpose, scope, period } = wanted;
    if (purpose === "data") this.#sealing.set(scope, { purpose, scope, period });
  }

  /** Another process may be faster with a key of its own, which then is the one. */
  async #make(wanted: WantedKey, generation: number, table: KeyTable): Promise<WrappedKey> {
    const key = await this.wrapped(wanted, this.deps.random(DATA_KEY_BYTES), generation);
    await table.insert(key);
    return table.newest(wanted) ?? key;
  }

  /** The row of a key with these bytes. */
  async wrapped(wanted: WantedKey, bytes: Buffer, generation = 0): Promise<WrappedKey> {
    const { random, now, master } = this.deps;
    const wrapped = await master.wrap(bytes, this.#contextOf(wanted.scope));
    const { purpose, scope, period } = wanted;
    return { purpose, scope, period, ...wrapped, generation, id: keyIdOf(random(KEY_ID_BYTES)), createdAt: now() };
  }

  async #unwrap(id: string, wrapped: WrappedKey | null): Promise<void> {
    const until = this.deps.now() + LIFETIME_MS;
    try {
      if (!wrapped) throw new StepbackError("KEY_LOST", "Its row is gone.");
      const bytes = await this.deps.master.unwrap(wrapped, this.#contextOf(wrapped.scope));
      this.#unwrapped.set(id, { key: dataKey(id, bytes), until, isUsed: false });
      this.#lost.delete(id);
    } catch (cause) {
      if (!(cause instanceof StepbackError && cause.code === "KEY_LOST")) throw cause;
      const error = new StepbackError("KEY_LOST", `The key ${id} is lost: ${cause.detail}`, [], { cause });
      this.#lost.set(id, { error, until });
    }
  }

  #contextOf(scope: KeyScope) {
    return { app: "stepback", installation: this.deps.installation, target: scope } as const;
  }
}

function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, "2026-11".length);
}

function nameOf({ purpose, scope, period }: WantedKey): string {
  return `${purpose} ${period} ${scope}`;
}

/** A clock that was set back must not lengthen a key's life. */
function isValid({ until }: { readonly until: number }, now: number): boolean {
  return now < until && until <= now + LIFETIME_MS;
}
