import type { FastifyReply } from "fastify";
import type { OpenArtifact } from "../services/open-artifact.ts";

/** Sends the digest as RFC 9530 writes it, and as the entity tag: these bytes never change. */
export function sendArtifact(
  reply: FastifyReply,
  { digest, sizeBytes, bytes, mediaType, extension }: OpenArtifact & { mediaType: string; extension: string },
) {
  return reply
    .headers({
      "content-type": mediaType,
      "content-length": sizeBytes,
      "content-disposition": `attachment; filename="${digest}.${extension}"`,
      "repr-digest": `sha-256=:${Buffer.from(digest, "hex").toString("base64")}:`,
      etag: `"${digest}"`,
    })
    .send(bytes);
}
