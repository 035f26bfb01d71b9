import { validationError } from "./parse.ts";

/** AWS splits a block into 1 to 256 blocks. */
const MAX_BLOCKS = 256;

/** The first `count` blocks of the IPv4 `block`, each with `hostBits` bits for hosts (AWS's default is 8). */
export function cidrBlocks(block: string, count: number, hostBits = 8): string[] {
  const [address = "", prefix = ""] = block.split("/");
  const octets = address.split(".").map(Number);
  const valid =
    octets.length === 4 && octets.every((octet) => octet >= 0 && octet <= 255) && Number(prefix) <= 32 - hostBits;
  if (!valid || !(count >= 1 && count <= MAX_BLOCKS)) {
    throw validationError("Template error: Fn::Cidr requires a valid CIDR block, a count and its bits");
  }
  const start = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return Array.from({ length: count }, (_, index) => `${dotted(start + index * 2 ** hostBits)}/${32 - hostBits}`);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
