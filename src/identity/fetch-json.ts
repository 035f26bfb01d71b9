import { lookup as resolve } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { mayReach, type Reach } from "./addresses.ts";
import { Refusal } from "./refusal.ts";

export interface FetchLimits {
  /** For all of the exchange, name resolution included. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * The JSON at an address, as an issuer publishes it. Refusal for any answer but 200, redirects included, for addresses outside
 * `reach`, and beyond the limits. The address that is checked is the one that is connected to, however often the name's
 * answer changes.
 */
export async function fetchJson(url: URL, reach: Reach, { timeoutMs, maxBytes }: FetchLimits): Promise<unknown> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !mayReach(reach, host)) throw forbidden(url.hostname, host);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const text = await readBody(url, { reach, signal, maxBytes });
    return JSON.parse(text);
  } catch (cause) {
    if (signal.aborted) throw new Refusal(`${url.href} did not answer within ${timeoutMs} ms`);
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(`${url.href} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

interface Reading {
  readonly reach: Reach;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

function readBody(url: URL, { reach, signal, maxBytes }: Reading): Promise<string> {
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  const headers = { accept: "application/json", "accept-encoding": "identity" };
  // An agent of its own: a kept connection would not have been checked.
  const options = { agent: false, headers, signal, lookup: guardedLookup(reach) } as const;
  return new Promise((resolved, reject) => {
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const refuse = (reason: string) => {
        reject(new Refusal(`${url.href} ${reason}`));
        request.destroy();
      };
      if (response.statusCode !== 200) return refuse(`answered ${response.statusCode}; redirects are not followed`);
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > maxBytes) refuse(`answered with over ${maxBytes} bytes`);
      });
      response.once("error", reject);
      response.once("end", () => resolved(Buffer.concat(chunks).toString()));
    });
    request.once("error", reject);
    request.end();
  });
}

function guardedLookup(reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const outside = found?.find(({ address }) => !mayReach(reach, address));
      const [first] = found ?? [];
      if (error || !first) callback(error ?? new Refusal(`${hostname} has no address`), "", 0);
      else if (outside) callback(forbidden(hostname, outside.address), "", 0);
      else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

function forbidden(host: string, address: string): Refusal {
  return new Refusal(`${host} leads to ${address}, where no issuer may be`);
}
