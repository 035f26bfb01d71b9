import { AwsError, type CallRecord, type Shape } from "./contract.ts";
import { ConnectionReset, Silence, type WireResponse } from "./wire.ts";

/** One call, stopped at a point that a test chose. */
export interface Hold {
  /** Resolves when a matching call has reached the point. */
  readonly reached: Promise<CallRecord>;
  /** Lets the call continue. A call that arrives later is not held at all. */
  release(): void;
  /** Closes the call's connection without a response. A call held "before" never takes effect. */
  drop(): void;
}

export interface HoldOptions {
  /** Which matching call is held, counted from now on; 1, the next one, by default. */
  readonly nth?: number;
  /** Before the call takes effect, or after its effect and before its response. */
  readonly when: "before" | "after";
  readonly match?: (record: CallRecord) => boolean;
}

export interface FailOptions {
  readonly match: (record: CallRecord) => boolean;
  /** How many matching calls fail; if left out, every one until `off()`. */
  readonly times?: number;
  /** Instead of performing the call, or after its effect and instead of its response; before by default. */
  readonly when?: "before" | "after";
  /** `silence` never responds. A response stands for a server that is not AWS: a page in HTML, an empty body. */
  readonly error: AwsError | "reset" | "silence" | WireResponse;
}

/** Thrown by a fault whose response is sent as it is. */
export class ForeignResponse extends Error {
  constructor(readonly response: WireResponse) {
    super(`a fault responded with the status ${response.status}`);
    this.name = "ForeignResponse";
  }
}

export interface AlterOptions {
  readonly match: (record: CallRecord) => boolean;
  /** Returns the response to send. AWS reports some errors inside a successful response. */
  readonly change: (output: Shape) => Shape;
}

export interface CutOptions {
  readonly match: (record: CallRecord) => boolean;
  /** How many responses are cut; if left out, every one until `off()`. */
  readonly times?: number;
}

/** What a test can do to calls that come over the wire. */
export interface Faults {
  hold(options: HoldOptions): Hold;
  /** Responds to matching calls with an error, and does not perform them unless `when` says so. */
  fail(options: FailOptions): void;
  /** Changes the responses of matching calls that succeed. */
  alter(options: AlterOptions): void;
  /** Sends only the first half of the responses of matching calls, after their effect. */
  cut(options: CutOptions): void;
  /** Ends every fault: held calls continue, and no more calls fail, are altered or cut. */
  off(): void;
}

type Decision = "go" | "drop";

interface Gate {
  readonly hold: Hold;
  readonly options: HoldOptions;
  /** Matching calls still to come, including the held one. */
  remaining: number;
  readonly decision: Promise<Decision>;
  arrive(record: CallRecord): void;
}

interface Limited<Options> {
  readonly options: Options;
  remaining: number;
}

export class InjectedFaults implements Faults {
  #gates: Gate[] = [];
  #failures: Limited<FailOptions>[] = [];
  #cuts: Limited<CutOptions>[] = [];
  #alterations: AlterOptions[] = [];

  hold(options: HoldOptions): Hold {
    const gate = createGate(options);
    this.#gates.push(gate);
    return gate.hold;
  }

  fail(options: FailOptions): void {
    this.#failures.push({ options, remaining: options.times ?? Number.POSITIVE_INFINITY });
  }

  cut(options: CutOptions): void {
    this.#cuts.push({ options, remaining: options.times ?? Number.POSITIVE_INFINITY });
  }

  alter(options: AlterOptions): void {
    this.#alterations.push(options);
  }

  off(): void {
    for (const gate of this.#gates) gate.hold.release();
    this.#gates = [];
    this.#failures = [];
    this.#cuts = [];
    this.#alterations = [];
  }

  /** The response of a call as it is sent. */
  altered(record: CallRecord, output: Shape): Shape {
    const applied = this.#alterations.filter(({ match }) => match(record));
    return applied.reduce((changed, { change }) => change(changed), output);
  }

  /** The response of a call as far as it is sent. */
  shortened(record: CallRecord, response: WireResponse): WireResponse {
    const cut = this.#cuts.find(({ options, remaining }) => remaining > 0 && options.match(record));
    if (!cut) return response;
    cut.remaining -= 1;
    return { ...response, body: response.body.subarray(0, Math.floor(response.body.byteLength / 2)) };
  }

  /**
   * Counts an arriving call and applies the faults that come before its effect. Returns what to await after the effect;
   * throws the AwsError, ConnectionReset, Silence or ForeignResponse of a fault, as what it returns does.
   */
  async enter(record: CallRecord, closed: AbortSignal): Promise<() => Promise<void>> {
    const gates = this.#gatesFor(record);
    for (const gate of gates.filter(({ options }) => options.when === "before")) {
      await pass(gate, record, closed);
    }
    this.#failIfAsked(record, "before");
    return async () => {
      for (const gate of gates.filter(({ options }) => options.when === "after")) {
        await pass(gate, record, closed);
      }
      this.#failIfAsked(record, "after");
    };
  }

  #gatesFor(record: CallRecord): Gate[] {
    return this.#gates.filter((gate) => {
      if (gate.remaining === 0 || !(gate.options.match?.(record) ?? true)) return false;
      gate.remaining -= 1;
      return gate.remaining === 0;
    });
  }

  #failIfAsked(record: CallRecord, moment: "before" | "after"): void {
    const failure = this.#failures.find(
      ({ options: { when = "before", match }, remaining }) => remaining > 0 && when === moment && match(record),
    );
    if (!failure) return;
    failure.remaining -= 1;
    const { error } = failure.options;
    if (error === "reset") throw new ConnectionReset();
    if (error === "silence") throw new Silence();
    throw error instanceof AwsError ? error : new ForeignResponse(error);
  }
}

function createGate(options: HoldOptions): Gate {
  let arrive: (record: CallRecord) => void = () => {};
  let decide: (decision: Decision) => void = () => {};
  const reached = new Promise<CallRecord>((resolve) => {
    arrive = resolve;
  });
  const decision = new Promise<Decision>((resolve) => {
    decide = resolve;
  });
  const hold = { reached, release: () => decide("go"), drop: () => decide("drop") };
  return { hold, options, remaining: options.nth ?? 1, decision, arrive };
}

/** Waits at a gate. A client that disconnects meanwhile counts as dropped, because its call got no response. */
async function pass(gate: Gate, record: CallRecord, closed: AbortSignal): Promise<void> {
  const before = record.outcome;
  record.outcome = "held";
  gate.arrive(record);
  const decision = await Promise.race([gate.decision, whenClosed(closed)]);
  record.outcome = before;
  if (decision === "drop") throw new ConnectionReset();
}

function whenClosed(closed: AbortSignal): Promise<Decision> {
  return new Promise((resolve) => {
    if (closed.aborted) resolve("drop");
    closed.addEventListener("abort", () => resolve("drop"), { once: true });
  });
}
