/** The prefix says what an id is of: deployment, rollback, snapshot, build, pin, revalidation, token, rotation of the keys, session, verification. */
export type IdPrefix = "dep" | "rbk" | "snp" | "bld" | "pin" | "rvl" | "tok" | "rot" | "ses" | "ver";

/** The only source of ids. Ids with the same prefix sort by the time at which they were made. */
export type NewId = (prefix: IdPrefix) => string;

/** The only source of time, in milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
/** 48 bits of milliseconds in base 32: sorts by time until the year 10889. */
const TIME_CHARACTERS = 10;

/** An id from a time in milliseconds and ten random bytes, similar to a ULID. Pure. */
export function idFrom(prefix: IdPrefix, now: number, random: Uint8Array): string {
  let time = "";
  for (let rest = now, at = 0; at < TIME_CHARACTERS; at += 1) {
    time = CROCKFORD[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  const noise = [...random].map((byte) => CROCKFORD[byte % 32]).join("");
  return `${prefix}_${time}${noise}`;
}
