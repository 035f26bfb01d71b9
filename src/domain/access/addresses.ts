import { isIP } from "node:net";

/** Whose word about the address of a caller counts: these proxies, or so many of them in a row; null for nobody's. */
export type TrustedProxies = { readonly addresses: readonly string[] } | { readonly hops: number } | null;

/** More proxies in a row than that are a mistake. */
const MOST_HOPS = 10;

/**
 * Reads `10.0.0.0/8, 192.0.2.7` or `2`. Throws RangeError with what is wrong with an entry: a network of all addresses would
 * let every caller choose an address. Pure.
 */
export function readTrustedProxies(text: string): TrustedProxies {
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    if (hops < 1 || hops > MOST_HOPS)
      throw new RangeError(`\`${text}\` is no number of proxies from 1 to ${MOST_HOPS}`);
    return { hops };
  }
  const addresses = text.split(",").map((entry) => entry.trim());
  for (const entry of addresses) if (!isNetwork(entry)) throw new RangeError(`\`${entry}\` is ${NO_NETWORK}`);
  return { addresses };
}

const NO_NETWORK = "no address, and no network such as 10.0.0.0/8 with a prefix of 1 or more";

function isNetwork(entry: string): boolean {
  const [address = "", prefix, ...more] = entry.split("/");
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
  if (bits === 0 || more.length > 0 || address.includes("%")) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits);
}

/**
 * The address that a proxy or a socket names, without a port, and as IPv4 where IPv6 maps it. Null for any other text:
 * what a hostile caller has sent, or a proxy's `unknown`. Pure.
 */
export function addressIn(text: string | undefined): string | null {
  const named = text?.trim() ?? "";
  const bare = /^\[([^\]]*)\](:\d{1,5})?$/.exec(named)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(named)?.[1] ?? named;
  const address = bare.replace(/%.*$/, "").toLowerCase();
  if (isIP(address) === 0) return null;
  return /^::ffff:([\d.]+)$/.exec(address)?.[1] ?? address;
}

/** What one caller has at will: an IPv4 address, or a whole /64 network of IPv6 (RFC 6177). Takes an `addressIn`. Pure. */
export function sourceOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  const groups = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0"), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
