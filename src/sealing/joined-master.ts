import { StepbackError } from "../domain/errors.ts";
import type { KeyContext, KeyOpener, KeyWrapper, MasterKey, Wrapped } from "./master-key.ts";

interface Parts {
  /** The master key that wraps from now on. */
  readonly wrapper: KeyWrapper & { addVersion?(): Promise<void> };
  readonly recovery: KeyWrapper | null;
  /** Of every sort of key that this process can open with. */
  readonly openers: readonly KeyOpener[];
}

/** One master key of its parts. What the master key cannot unwrap, the recovery key does where it is at hand. */
export function joinedMaster({ wrapper, recovery, openers }: Parts): MasterKey {
  const unwrap = async (id: string, bytes: Buffer, context: KeyContext): Promise<Buffer> => {
    const opener = openers.find((known) => known.has(id));
    if (!opener) throw new StepbackError("KEY_LOST", `The key ${id} is not at hand.`);
    return opener.unwrap(id, bytes, context);
  };
  return {
    get id() {
      return wrapper.id;
    },
    recovery: recovery?.id ?? null,
    wrap: async (dataKey, context): Promise<Wrapped> => {
      // The id may change while it waits: a version is added by another call.
      const { id } = wrapper;
      const bytes = await wrapper.wrap(dataKey, context);
      const recoveryBytes = recovery === null ? null : await recovery.wrap(dataKey, context);
      return { master: id, bytes, recovery: recovery?.id ?? null, recoveryBytes };
    },
    unwrap: async (wrapped, context) => {
      try {
        return await unwrap(wrapped.master, wrapped.bytes, context);
      } catch (error) {
        const { recovery: second, recoveryBytes } = wrapped;
        if (second === null || recoveryBytes === null) throw error;
        return unwrap(second, recoveryBytes, context).catch(() => {
          throw error;
        });
      }
    },
    addVersion: async () => wrapper.addVersion?.(),
  };
}
