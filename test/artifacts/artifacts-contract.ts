import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Test } from "tap";
import type { Artifacts } from "#src/artifacts/artifacts";

/** Opens an empty store of artifacts. */
export type OpenArtifacts = (t: Test) => Promise<Artifacts>;

const MIB = 1024 * 1024;

const MISSING = { damage: "are missing" };

/** So much that a copy in memory would show. */
const BIG_BYTES = 256 * MIB;

/** For streaming and for garbage that is not collected yet; far less than the streamed bytes. */
const MEMORY_BYTES = 96 * MIB;

/** What every store of artifacts promises, wherever it keeps the bytes. */
export async function testArtifacts(t: Test, open: OpenArtifacts): Promise<void> {
  for (const { promise, test, timeout } of PROMISES) {
    await t.test(promise, timeout ? { timeout } : {}, async (t) => test(t, await open(t)));
  }
}

interface Promised {
  readonly promise: string;
  readonly test: (t: Test, artifacts: Artifacts) => Promise<void>;
  /** In milliseconds, where the default is too short. */
  readonly timeout?: number;
}

const PROMISES: readonly Promised[] = [
  { promise: "gives back the bytes under their SHA-256", test: givesBackBytes },
  { promise: "takes bytes in whatever pieces they come", test: takesPieces },
  { promise: "refuses bytes with another digest than expected, and keeps nothing of them", test: refusesOtherBytes },
  { promise: "keeps nothing of a source that breaks off, and says why it broke", test: dropsBrokenSource },
  { promise: "does not know what it does not hold", test: knowsNothingElse },
  { promise: "stores the same bytes once, even if they come twenty times at once", test: storesOnce },
  { promise: "a reader that stops half-way leaves the bytes as they are", test: survivesStoppedReader },
  { promise: "streams what is larger than memory both ways", test: streamsLargeBytes, timeout: 120_000 },
];

async function givesBackBytes(t: Test, artifacts: Artifacts): Promise<void> {
  for (const bytes of [Buffer.from("one"), Buffer.alloc(0), Buffer.alloc(3 * MIB, "ab")]) {
    const digest = sha256(bytes);
    t.same(await artifacts.check(digest), MISSING);
    t.same(await artifacts.put(Readable.from([bytes])), { digest, sizeBytes: bytes.length });
    t.same(await artifacts.check(digest), { sizeBytes: bytes.length });
    t.ok((await buffer(artifacts.open(digest))).equals(bytes));
  }
}

async function takesPieces(t: Test, artifacts: Artifacts): Promise<void> {
  const pieces = Array.from({ length: 1_000 }, (_, n) => Buffer.from(`piece ${n};`));
  const ref = await artifacts.put(Readable.from(pieces));
  t.same(ref.digest, sha256(Buffer.concat(pieces)));
  t.ok((await buffer(artifacts.open(ref.digest))).equals(Buffer.concat(pieces)));
}

async function refusesOtherBytes(t: Test, artifacts: Artifacts): Promise<void> {
  const [wanted, sent] = [sha256(Buffer.from("wanted")), Buffer.from("sent")];
  await t.rejects(artifacts.put(Readable.from([sent]), wanted), { code: "ARTIFACT_MISSING" });
  t.same(await artifacts.check(wanted), MISSING);
  t.same(await artifacts.check(sha256(sent)), MISSING);
  t.match(await artifacts.put(Readable.from([sent]), sha256(sent)), { digest: sha256(sent) });
}

async function dropsBrokenSource(t: Test, artifacts: Artifacts): Promise<void> {
  const reason = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from("half");
      throw reason;
    })(),
  );
  await t.rejects(artifacts.put(broken), reason);
  t.same(await artifacts.check(sha256(Buffer.from("half"))), MISSING);
}

async function knowsNothingElse(t: Test, artifacts: Artifacts): Promise<void> {
  for (const digest of [sha256(Buffer.from("none")), "", "../../etc/passwd", "A".repeat(64)]) {
    t.same(await artifacts.check(digest), MISSING);
    await t.rejects(buffer(artifacts.open(digest)), { code: "ARTIFACT_MISSING" });
  }
}

async function storesOnce(t: Test, artifacts: Artifacts): Promise<void> {
  const bytes = Buffer.alloc(MIB, "same");
  const digest = sha256(bytes);
  const refs = await Promise.all(Array.from({ length: 20 }, () => artifacts.put(Readable.from([bytes]), digest)));
  for (const ref of refs) t.same(ref, { digest, sizeBytes: MIB });
  t.ok((await buffer(artifacts.open(digest))).equals(bytes));
}

async function survivesStoppedReader(t: Test, artifacts: Artifacts): Promise<void> {
  const bytes = Buffer.alloc(8 * MIB, "long");
  const { digest } = await artifacts.put(Readable.from([bytes]));
  for await (const chunk of artifacts.open(digest)) {
    t.ok(chunk.length > 0);
    break;
  }
  t.ok((await buffer(artifacts.open(digest))).equals(bytes));
}

async function streamsLargeBytes(t: Test, artifacts: Artifacts): Promise<void> {
  const watch = watchMemory();
  const ref = await artifacts.put(Readable.from(zeros(BIG_BYTES), { objectMode: false }));
  t.equal(ref.sizeBytes, BIG_BYTES);
  let read = 0;
  for await (const chunk of artifacts.open(ref.digest)) {
    read += chunk.length;
    watch.measure();
  }
  t.equal(read, BIG_BYTES);
  t.ok(watch.peakBytes() < MEMORY_BYTES, `needed ${Math.round(watch.peakBytes() / MIB)} MiB`);

  function* zeros(length: number): Generator<Buffer> {
    for (let made = 0; made < length; made += MIB) {
      watch.measure();
      yield Buffer.alloc(MIB);
    }
  }
}

/** Measures how much heap and buffers grow from now on. */
function watchMemory() {
  const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const start = used();
  let peak = 0;
  return {
    measure: () => {
      peak = Math.max(peak, used() - start);
    },
    peakBytes: () => peak,
  };
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
