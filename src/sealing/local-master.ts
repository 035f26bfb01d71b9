import { createHmac } from "node:crypto";
import { StepbackError } from "../domain/errors.ts";
import { NONCE_BYTES, openBytes, sealBytes } from "./aead.ts";
import { joinedMaster } from "./joined-master.ts";
import { boundTo, type KeyContext, type MasterKey, type RandomBytes } from "./master-key.ts";

export const MASTER_KEY_BYTES = 32;

/** One version of a master key. Its id follows from its bytes, so that a damaged key is noticed before it is used. */
export interface MasterVersion {
  readonly id: string;
  readonly key: Buffer;
}

/** The versions at hand, the one that wraps last. */
export type MasterVersions = readonly [MasterVersion, ...MasterVersion[]];

export function masterVersion(key: Buffer): MasterVersion {
  const name = createHmac("sha256", key).update("stepback/master-key/v1").digest("hex").slice(0, 16);
  return { id: `mk_${name}`, key };
}

export function newestOf(versions: MasterVersions): MasterVersion {
  return versions.at(-1) ?? versions[0];
}

export function isLocalId(id: string): boolean {
  return id.startsWith("mk_");
}

export function wrapLocally(
  { id, key }: MasterVersion,
  random: RandomBytes,
  dataKey: Buffer,
  context: KeyContext,
): Buffer {
  return sealBytes(key, random(NONCE_BYTES), { plain: dataKey, aad: boundTo(id, context) });
}

/** KEY_LOST for bytes that this version did not wrap in this context. */
export function unwrapLocally({ id, key }: MasterVersion, bytes: Buffer, context: KeyContext): Buffer {
  const dataKey = openBytes(key, { sealed: bytes, aad: boundTo(id, context) });
  if (!dataKey) throw new StepbackError("KEY_LOST", `What the master key ${id} wrapped is damaged.`);
  return dataKey;
}

export function notAtHand(id: string): StepbackError {
  return new StepbackError("KEY_LOST", `The master key ${id} is not at hand.`);
}

/** A master key whose bytes this process holds, and no file. */
export function localMaster(versions: MasterVersions, random: RandomBytes): MasterKey {
  const newest = newestOf(versions);
  const opener = {
    has: isLocalId,
    unwrap: async (id: string, bytes: Buffer, context: KeyContext) => {
      const version = versions.find((known) => known.id === id);
      if (!version) throw notAtHand(id);
      return unwrapLocally(version, bytes, context);
    },
  };
  const wrap = async (dataKey: Buffer, context: KeyContext) => wrapLocally(newest, random, dataKey, context);
  return joinedMaster({ wrapper: { id: newest.id, wrap }, recovery: null, openers: [opener] });
}
