import t from "tap";
import { StepbackError } from "#src/domain/errors";
import { type BackedUpObject, readObjectState, readPresence } from "#src/kinds/stack/object-state";

const BACKUP: BackedUpObject = { bucket: "b", key: "k", version: null, digest: "d", sizeBytes: 5, etag: '"e"' };

/** A bucket with one object, or none, that counts how often its bytes were read. */
function bucket(found: { sizeBytes: number; etag: string; digest: string } | null) {
  const objects = {
    reads: 0,
    head: async () => found && { sizeBytes: found.sizeBytes, etag: found.etag },
    digest: async () => {
      objects.reads += 1;
      return found?.digest ?? null;
    },
  };
  return objects;
}

t.test("size and ETag decide where they can; otherwise the bytes are read", async (t) => {
  const cases = [
    { what: "equal size and ETag", found: { sizeBytes: 5, etag: '"e"', digest: "d" }, says: "same", reads: 0 },
    { what: "another size", found: { sizeBytes: 6, etag: '"e"', digest: "x" }, says: "other", reads: 0 },
    { what: "put there in parts", found: { sizeBytes: 5, etag: '"f-2"', digest: "d" }, says: "same", reads: 1 },
    { what: "other bytes of that size", found: { sizeBytes: 5, etag: '"f"', digest: "x" }, says: "other", reads: 1 },
    { what: "nothing", found: null, says: "gone", reads: 0 },
  ];
  for (const { what, found, says, reads } of cases) {
    const objects = bucket(found);
    t.same([await readObjectState(objects, BACKUP), objects.reads], [says, reads], what);
  }
  const old = bucket({ sizeBytes: 5, etag: '"e"', digest: "d" });
  t.same([await readObjectState(old, { ...BACKUP, etag: null }), old.reads], ["same", 1], "a backup without an ETag");
});

t.test("an existing version is the same, and so is any object if the backup has no bytes", async (t) => {
  const found = bucket({ sizeBytes: 6, etag: '"f"', digest: "x" });
  t.equal(await readObjectState(found, { ...BACKUP, version: "7" }), "same");
  t.equal(await readObjectState(found, { ...BACKUP, digest: null }), "same");
  t.equal(found.reads, 0);
});

t.test("a denied read is a state of its own; any other failure is thrown", async (t) => {
  const failing = (code: "AWS_DENIED" | "AWS_UNAVAILABLE") => ({
    head: async () => Promise.reject(new StepbackError(code, "no")),
    digest: async () => null,
  });
  t.equal(await readObjectState(failing("AWS_DENIED"), BACKUP), "denied");
  await t.rejects(readObjectState(failing("AWS_UNAVAILABLE"), BACKUP), { code: "AWS_UNAVAILABLE" });
  t.equal(
    await readPresence(failing("AWS_DENIED"), BACKUP),
    "denied",
    "that it is gone is not known, nor that it is there",
  );
  t.equal(await readPresence(bucket(null), BACKUP), "gone");
  t.equal(
    await readPresence(bucket({ sizeBytes: 9, etag: '"x"', digest: "x" }), BACKUP),
    "there",
    "whatever its bytes",
  );
  await t.rejects(readPresence(failing("AWS_UNAVAILABLE"), BACKUP), { code: "AWS_UNAVAILABLE" });
});
