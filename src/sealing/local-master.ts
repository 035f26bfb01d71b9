import { createHmac } from "node:crypto";
import { StepbackError } from "../domain/errors.ts";
import { openBytes, sealBytes } from "./aead.ts";
import type { KeyContext, MasterKey, RandomBytes } from "./master-key.ts";

export const MASTER_KEY_BYTES = 32;

/** One version of a master key. Its id follows from its bytes, so that a damaged key is noticed before it is used. */
export interface MasterVersion {
  readonly id: string;
  readonly key: Buffer;
}

export function masterVersion(key: Buffer): MasterVersion {
  const name = createHmac("sha256", key).update("stepback/master-key/v1").digest("hex").slice(0, 16);
  return { id: `mk_${name}`, key };
}

/** A master key whose bytes this process holds. The last version wraps; every version unwraps. */
export function localMaster(versions: readonly [MasterVersion, ...MasterVersion[]], random: RandomBytes): MasterKey {
  const newest = versions.at(-1) ?? versions[0];
  return {
    id: newest.id,
    wrap: async (dataKey, context) => {
      const bytes = sealBytes(newest.key, random(12), { plain: dataKey, aad: boundTo(newest.id, context) });
      return { master: newest.id, bytes };
    },
    unwrap: async ({ master, bytes }, context) => {
      const version = versions.find(({ id }) => id === master);
      if (!version) throw new StepbackError("KEY_LOST", `The master key ${master} is not at hand.`);
      const dataKey = openBytes(version.key, { sealed: bytes, aad: boundTo(master, context) });
      if (!dataKey) throw new StepbackError("KEY_LOST", `What the master key ${master} wrapped is damaged.`);
      return dataKey;
    },
  };
}

function boundTo(master: string, { app, installation, target }: KeyContext): Buffer {
  return Buffer.from(JSON.stringify([1, "wrapped-key", master, app, installation, target]));
}
