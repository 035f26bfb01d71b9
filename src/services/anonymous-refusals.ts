import type { AuditEntry } from "../domain/audit/record.ts";

type Refusals = Omit<AuditEntry, "at">;

const MINUTE_MS = 60_000;

/** Sources that are told apart in a minute; what comes from others counts together. */
const MOST_SOURCES = 1_000;
const OTHERS = "others";

/**
 * Counts the requests without a login that were refused, by source and minute: a record for each would let anybody fill the disk. Held
 * in memory: what a killed process had counted of its last minute is lost, and no effect with it.
 */
export class AnonymousRefusals {
  #minute = 0;
  #counts = new Map<string, number>();
  readonly #ended: Refusals[] = [];

  /** `now`: milliseconds since the epoch. */
  add(source: string, now: number): void {
    this.#turn(now);
    const isKnown = this.#counts.has(source) || this.#counts.size < MOST_SOURCES;
    const counted = isKnown ? source : OTHERS;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
  }

  /** What the minutes that have passed come to, each once; with `all`, the present one as well. */
  take(now: number, all: boolean): readonly Refusals[] {
    this.#turn(all ? now + MINUTE_MS : now);
    return this.#ended.splice(0);
  }

  #turn(now: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.#minute) return;
    const since = new Date(this.#minute * MINUTE_MS).toISOString();
    for (const [source, count] of this.#counts) this.#ended.push(refusals(source, { since, count }));
    this.#minute = minute;
    this.#counts = new Map();
  }
}

function refusals(source: string, after: { since: string; count: number }): Refusals {
  return {
    actor: { subject: "anonymous", method: "none" },
    source: { ip: source },
    action: "login.refused",
    subject: { type: "source", id: "anonymous" },
    after,
    outcome: "UNAUTHENTICATED",
  };
}
