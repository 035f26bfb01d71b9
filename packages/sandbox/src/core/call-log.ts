import { createHash } from "node:crypto";
import type { AccountRegion, CallRecord, Shape } from "./contract.ts";

/** Calls that only read, or that run something without changing stored state. All other calls are mutations. */
const READING =
  /^(Get|List|Describe|Head|Validate|Estimate|Lookup|Invoke|Assume|Scan|Encrypt|Decrypt|ReEncrypt|GenerateDataKey)/;

/** Every call that came over the wire, in order of arrival. */
export interface CallLog {
  all(): readonly CallRecord[];
  mutations(): readonly CallRecord[];
  /** Forgets all calls; the next call is number 1 again. */
  clear(): void;
}

interface CallToRecord extends AccountRegion {
  readonly service: string;
  readonly operation: string;
  readonly input: Shape;
  readonly at: number;
}

export class RecordedCalls implements CallLog {
  #records: CallRecord[] = [];

  all(): readonly CallRecord[] {
    return [...this.#records];
  }

  mutations(): readonly CallRecord[] {
    return this.#records.filter((record) => record.mutation);
  }

  clear(): void {
    this.#records = [];
  }

  /** Records an arriving call. The returned record is live: its outcome is set when the call ends. */
  open(call: CallToRecord): CallRecord {
    const record: CallRecord = {
      n: this.#records.length + 1,
      accountId: call.accountId,
      region: call.region,
      service: call.service,
      operation: call.operation,
      mutation: !READING.test(call.operation),
      at: call.at,
      input: withoutBytes(call.input),
      outcome: "pending",
      performed: false,
    };
    this.#records.push(record);
    return record;
  }
}

function withoutBytes(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).map(([name, value]) => [name, readable(value)]));
}

function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return { sizeBytes: value.byteLength, sha256: createHash("sha256").update(value).digest("hex") };
  }
  if (Array.isArray(value)) return value.map(readable);
  if (value !== null && typeof value === "object" && !(value instanceof Date)) return withoutBytes({ ...value });
  return value;
}
