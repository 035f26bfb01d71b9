import { createHash } from "node:crypto";
import type { KeyTable, WrappedKey } from "#src/sealing/key-ring";
import { KeyNeeded, type KeyRing } from "#src/sealing/key-ring";
import { localMaster, masterVersion } from "#src/sealing/local-master";
import type { MasterKey } from "#src/sealing/master-key";

/** Bytes that differ at each call, and are the same in each run. */
export function seededBytes(seed: string): (bytes: number) => Buffer {
  let calls = 0;
  return (bytes) => {
    calls += 1;
    const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, block) =>
      createHash("sha256").update(`${seed} ${calls} ${block}`).digest(),
    );
    return Buffer.concat(blocks).subarray(0, bytes);
  };
}

/** A master key of its own for each name. */
export function masterNamed(name: string): MasterKey {
  return localMaster([masterVersion(createHash("sha256").update(name).digest())], seededBytes(name));
}

/** Wrapped keys in memory. */
export function memoryKeys(): KeyTable & { readonly keys: WrappedKey[] } {
  const keys: WrappedKey[] = [];
  const isSame = (one: WrappedKey, { purpose, scope, period }: Pick<WrappedKey, "purpose" | "scope" | "period">) =>
    one.purpose === purpose && one.scope === scope && one.period === period;
  return {
    keys,
    byId: (id) => keys.find((key) => key.id === id) ?? null,
    newest: (wanted) => keys.findLast((key) => isSame(key, wanted)) ?? null,
    insert: async (key) => {
      if (!keys.some((known) => isSame(known, key) && known.generation === key.generation)) keys.push(key);
    },
  };
}

/** Looks a key up as the store does: what is needed is provided, and the look-up done again. */
export async function provided<Found>(ring: KeyRing, table: KeyTable, find: () => Found): Promise<Found> {
  for (;;) {
    try {
      return find();
    } catch (error) {
      if (!(error instanceof KeyNeeded)) throw error;
      await ring.provide(error, table);
    }
  }
}
