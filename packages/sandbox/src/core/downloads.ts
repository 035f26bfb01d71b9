import { createHash } from "node:crypto";
import type { AccountRegion, SandboxContext } from "./contract.ts";
import { bytesOf, type WireRequest, type WireResponse } from "./wire.ts";
import { escapeXml } from "./xml.ts";

/** How long a download URL works: AWS's ten minutes. */
const LIFETIME_SECONDS = 600;

const DOWNLOAD_PATH = /^\/awslambda-[a-z0-9-]+-tasks\//;

interface Offer {
  readonly bytes: Uint8Array;
  readonly expiresAt: number;
}

/**
 * Presigned URLs for code and layers, as AWS gives them out from a bucket of its own. The URL is a bearer credential:
 * it carries a signature and works for ten minutes.
 */
export class Downloads {
  readonly #offers = new Map<string, Offer>();

  constructor(private readonly context: Pick<SandboxContext, "clock" | "uuid" | "endpoint">) {}

  /** A URL on the sandbox's own endpoint that returns the bytes for ten minutes. */
  offer(bytes: Uint8Array, name: string, { accountId, region }: AccountRegion): string {
    this.#forgetExpired();
    const { context } = this;
    const token = createHash("sha256").update(context.uuid()).digest("hex");
    const now = context.clock.now();
    this.#offers.set(token, { bytes, expiresAt: now + LIFETIME_SECONDS * 1000 });
    const stamp = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const query = new URLSearchParams({
      versionId: token.slice(0, 32),
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Date": stamp,
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Expires": String(LIFETIME_SECONDS),
      "X-Amz-Credential": `SANDBOX/${stamp.slice(0, 8)}/${region}/s3/aws4_request`,
      "X-Amz-Signature": token,
    });
    const bucket = `awslambda-${region}-tasks`;
    return `${context.endpoint()}/${bucket}/snapshots/${accountId}/${encodeURIComponent(name)}?${query}`;
  }

  /** The response to a GET of a download URL; null for any other request. */
  serve(request: WireRequest): WireResponse | null {
    if (!DOWNLOAD_PATH.test(request.path)) return null;
    const offer = this.#offers.get(request.query.get("X-Amz-Signature") ?? "");
    if (!offer) return this.#refused("SignatureDoesNotMatch", "The request signature we calculated does not match");
    if (offer.expiresAt <= this.context.clock.now()) return this.#refused("AccessDenied", "Request has expired");
    return { status: 200, headers: { "content-type": "application/zip" }, body: offer.bytes };
  }

  #refused(code: string, message: string): WireResponse {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${this.context.uuid()}</RequestId></Error>`;
    return { status: 403, headers: { "content-type": "application/xml" }, body: bytesOf(xml) };
  }

  /** Keeps expired offers for another lifetime, so that their URLs can respond that they have expired. */
  #forgetExpired(): void {
    const longAgo = this.context.clock.now() - LIFETIME_SECONDS * 1000;
    for (const [token, offer] of this.#offers) {
      if (offer.expiresAt < longAgo) this.#offers.delete(token);
    }
  }
}
