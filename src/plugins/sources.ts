import type { FastifyRequest } from "fastify";
import { addressIn, sourceOf, type TrustedProxies } from "../domain/access/addresses.ts";

/**
 * Fastify's option for whose `X-Forwarded-For` counts. By a number of proxies it is that many entries from the end, whoever
 * the last one is: callers must not reach the port itself then.
 */
export function trustOf(proxies: TrustedProxies): false | string[] | ((address: string, hop: number) => boolean) {
  if (proxies === null) return false;
  if ("addresses" in proxies) return [...proxies.addresses];
  return (_address, hop) => hop < proxies.hops;
}

/** The address of the caller: what a trusted proxy says, where it names one, and otherwise the other end of the line. */
export function addressOf({ ip, socket }: Pick<FastifyRequest, "ip" | "socket">): string {
  return addressIn(ip) ?? addressIn(socket.remoteAddress) ?? "unknown";
}

/** By what callers without a login are counted. */
export function sourceOfRequest(request: Pick<FastifyRequest, "ip" | "socket">): string {
  return sourceOf(addressOf(request));
}
