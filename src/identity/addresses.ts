import { BlockList, isIP } from "node:net";

/** What no issuer is reached at: this machine, its network segment, where clouds serve credentials, and no place at all. */
const NEVER = listOf([
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 3],
  ["::", 127],
  ["fe80::", 10],
  ["ff00::", 8],
  // EC2's metadata over IPv6.
  ["fd00:ec2::", 32],
]);

/** Addresses that a network gives itself (RFC 6890), and prefixes that embed IPv4 addresses. */
const PRIVATE = listOf([
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["fc00::", 7],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["2001::", 32],
]);

const LOOPBACK = listOf([
  ["127.0.0.0", 8],
  ["::1", 128],
]);

/** Where a request may go: this machine, anywhere but there, or the internet alone. */
export type Reach = "loopback" | "network" | "internet";

/** Whether a request may go to the address. An IPv6 address that maps an IPv4 one counts as that. Pure. */
export function mayReach(reach: Reach, address: string): boolean {
  if (reach === "loopback") return isIn(LOOPBACK, address);
  return !isIn(NEVER, address) && (reach === "network" || !isIn(PRIVATE, address));
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function listOf(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, isIP(net) === 6 ? "ipv6" : "ipv4");
  return list;
}
