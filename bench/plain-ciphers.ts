/**
 * Loaded before the service by `sealing.ts`: ciphers that encrypt nothing and prove nothing, so that a process does all that sealing
 * needs but the encryption itself. For measuring alone; what such a process stores opens in no other one.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { Transform } from "node:stream";

const TAG = Buffer.alloc(16);

/** As the service uses one: additional data, bytes, a tag. */
class PlainCipher extends Transform {
  setAAD(): this {
    return this;
  }
  setAuthTag(): this {
    return this;
  }
  getAuthTag(): Buffer {
    return TAG;
  }
  update(bytes: Buffer): Buffer {
    return Buffer.from(bytes);
  }
  final(): Buffer {
    return Buffer.alloc(0);
  }
}

Object.assign(crypto, { createCipheriv: () => new PlainCipher(), createDecipheriv: () => new PlainCipher() });
syncBuiltinESMExports();
