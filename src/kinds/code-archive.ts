import type { CodeLocation } from "../aws/gateways/code.ts";
import type { FunctionFacts } from "../aws/gateways/lambda.ts";
import { type ArtifactRef, stackNameIn } from "../domain/component/component.ts";
import { hexOfBase64 } from "../domain/json.ts";
import { type CodeObject, codeObjectsOf } from "../domain/template/code-objects.ts";
import type { CachedReader, LiveStack } from "./cached-reader.ts";
import { literalResolver } from "./stack/template-values.ts";

/**
 * Archives the zip of a function or of one of its versions under its CodeSha256. Bytes that are stored whole are not
 * fetched again; damaged ones are replaced. Null if neither Lambda's location nor the object in the owning template gives these bytes.
 */
export async function archiveCode(reader: CachedReader, facts: FunctionFacts): Promise<ArtifactRef | null> {
  const codeSha256 = facts.configuration.CodeSha256 ?? "";
  const stored = await archiveBytes(reader, {
    location: facts.location,
    codeSha256,
    sizeBytes: facts.configuration.CodeSize ?? null,
  });
  return stored ?? fromTemplate(reader, facts, hexOfBase64(codeSha256));
}

interface ArchivedCode extends Omit<CodeLocation, "location"> {
  readonly location: string | null;
  readonly codeSha256: string;
}

/** Archives the bytes at one of Lambda's own locations. Null if they cannot be fetched or have another digest. */
export async function archiveBytes(
  reader: CachedReader,
  { location, codeSha256, sizeBytes }: ArchivedCode,
): Promise<ArtifactRef | null> {
  const digest = hexOfBase64(codeSha256);
  const known = await reader.artifacts.check(digest);
  if ("sizeBytes" in known) return { digest, sizeBytes: known.sizeBytes };
  const bytes = location ? await reader.aws.lambda.openCode({ location, sizeBytes }) : null;
  return bytes && nullIfUnusable(reader.artifacts.put(bytes, digest));
}

/** Falls back to the object in S3 that the template names, if its bytes have the function's CodeSha256. */
async function fromTemplate(reader: CachedReader, facts: FunctionFacts, digest: string): Promise<ArtifactRef | null> {
  const owner = reader.ownerOf(facts.configuration.FunctionName ?? "", facts.tags);
  const stack = owner && (await reader.getStack(owner.stack));
  const object = stack && codeObjectsIn(stack).find(({ logicalId }) => logicalId === owner.logicalId);
  const found = object && (await reader.aws.objects.open(object.bucket, object.key, object.version ?? undefined));
  if (!found) return null;
  if (found.sizeBytes <= (facts.configuration.CodeSize ?? found.sizeBytes))
    return nullIfUnusable(reader.artifacts.put(found.bytes, digest));
  found.bytes.destroy();
  return null;
}

function codeObjectsIn(stack: LiveStack): CodeObject[] {
  return stack.parsed ? codeObjectsOf(stack.parsed, literalResolver(stack)) : [];
}

/** Includes objects of nested stacks, under the logical id of the nested stack in the root, since only the root is updated. */
export async function codeObjectsBelow(reader: CachedReader, stack: LiveStack): Promise<CodeObject[]> {
  const nested = stack.resources.filter(({ type }) => type === "AWS::CloudFormation::Stack");
  const below: CodeObject[] = [];
  for (const { logicalId, physicalId } of nested) {
    const name = stackNameIn(physicalId ?? "");
    const child = name ? await reader.getStack(name) : null;
    const objects = child ? await codeObjectsBelow(reader, child) : [];
    below.push(...objects.map((object) => ({ ...object, logicalId })));
  }
  return [...codeObjectsIn(stack), ...below];
}

/** Node's codes of a broken connection: another source may still have the bytes. */
const BROKEN_CONNECTION = ["ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "ERR_STREAM_PREMATURE_CLOSE"];
/** Our own codes of bytes that are not those of the digest, too many, or too slow. */
const UNUSABLE = new Set([...BROKEN_CONNECTION, "ARTIFACT_MISSING", "AWS_ANSWER_TOO_LARGE", "AWS_UNAVAILABLE"]);

/** Null if the bytes have another digest, or the connection broke or was cut off. Any other error, such as a full disk, is thrown. */
async function nullIfUnusable(storing: Promise<ArtifactRef>): Promise<ArtifactRef | null> {
  try {
    return await storing;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (UNUSABLE.has(code)) return null;
    throw error;
  }
}
