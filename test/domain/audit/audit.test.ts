import { createHash, createPublicKey, verify } from "node:crypto";
import t from "tap";
import { auditDigest, auditText } from "#src/domain/audit/audit-text";
import { chainEnd, chainFaults, textFaults } from "#src/domain/audit/chain";
import { checkpointNote, isSigned, publicKeyIn, signCheckpoint, signerOf } from "#src/domain/audit/checkpoint";
import {
  append,
  type CompactRange,
  inclusionProof,
  leafOf,
  rangeNames,
  rootFromProof,
  rootOf,
  rootOfLeaves,
  type SubtreeName,
} from "#src/domain/audit/merkle";
import { type AuditRecord, chainRecord, NO_RECORD, splitEntry } from "#src/domain/audit/record";
import { fc } from "../../support/seeded.ts";

const hex = (text: string) => createHash("sha256").update(text).digest("hex");

t.test("writes RFC 8785 with what readers may take for the end of a line escaped", async (t) => {
  t.equal(auditText({ b: 1, a: [true, null, "é€😂"] }), '{"a":[true,null,"é€😂"],"b":1}');
  t.equal(
    auditText("\u0000\u001b\u007f\u0085\u009b\u2028\u2029\n"),
    '"\\u0000\\u001b\\u007f\\u0085\\u009b\\u2028\\u2029\\n"',
  );
  const strings = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "grapheme-ascii" }), strings), (value) => {
      const text = auditText(value);
      t.same(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      t.notMatch(text, /[\p{Cc}\u2028\u2029]/u);
    }),
  );
  for (const bad of [1.5, 2 ** 53, "\ud800", "a\udc00"]) t.throws(() => auditText([bad]), { code: "INTERNAL" });
  t.throws(() => auditText({ é: 1 }), { code: "INTERNAL" });
});

const entry = (over: object = {}) => ({
  at: 1_800_000_000_000,
  actor: { subject: "token:tok_1", method: "token", role: "operator", name: "Ada" } as const,
  source: { requestId: "req_1", ip: "192.0.2.7", userAgent: "curl\u2028/8" },
  action: "openRollback",
  subject: { type: "rollback", id: "rbk_1", application: "shop", stage: "prod" },
  reason: "it broke \ud800",
  outcome: "done",
  ...over,
});

const random = (bytes: number) => Buffer.alloc(bytes, 7);

function chainOf(count: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let seq = 1; seq <= count; seq += 1) {
    const { body } = splitEntry(entry({ at: seq }), random);
    records.push(chainRecord(body, { seq, previous: records.at(-1)?.hash ?? NO_RECORD }));
  }
  return records;
}

t.test("keeps texts about people beside the record, under a salt", async (t) => {
  const { body, texts } = splitEntry(entry(), random);
  t.same(
    texts.map(({ pointer, value }) => [pointer, value]),
    [
      ["/actor/name", "Ada"],
      ["/source/ip", "192.0.2.7"],
      ["/source/userAgent", "curl\u2028/8"],
      ["/reason", "it broke \ufffd"],
    ],
  );
  t.notMatch(JSON.stringify(body), /Ada|192\.0\.2|curl|broke/);
  const record = chainRecord(body, { seq: 1, previous: NO_RECORD });
  t.same(textFaults(record, texts), []);
  t.same(textFaults(record, texts.slice(1)), [], "an erased text is no fault");
  const [first, ...rest] = texts;
  t.same(first && textFaults(record, [{ ...first, value: "Eve" }, ...rest]), [
    "the text /actor/name of record 1 was altered",
  ]);
  t.equal(record.hash, auditDigest({ ...record, hash: undefined } as never), "the hash covers all but itself");
});

t.test("names each fault of a chain, and one alteration is one fault", async (t) => {
  const records = chainOf(9);
  t.same(chainFaults(records), []);
  const known = records[3];
  t.same(known && chainFaults(records.slice(4), chainEnd(known, known.hash)), [], "a stretch behind a known record");
  const altered = records.with(4, { ...(records[4] as AuditRecord), action: "cancelRollback" });
  t.same(chainFaults(altered), ["record 5 was altered"]);
  t.same(chainFaults(records.toSpliced(3, 1)), ["record 4 is missing"]);
  t.same(chainFaults(records.toSpliced(3, 3)), ["records 4 to 6 are missing"]);
  t.same(chainFaults(records.slice(1)), ["record 1 is missing"]);
  const body = splitEntry(entry({ action: "other" }), random).body;
  const forged = chainRecord(body, { seq: 5, previous: records[3]?.hash ?? "" });
  t.same(chainFaults(records.with(4, forged)), ["record 6 does not follow record 5"], "rewritten with a right hash");
  t.same(chainFaults([...records.slice(0, 3), ...records.slice(1)]), ["record 2 stands behind record 3"]);
});

t.test("any change of any member of a record is found", async (t) => {
  const [record] = chainOf(1);
  if (!record) return;
  const members = Object.keys(record).filter((name) => name !== "seq");
  fc.assert(
    fc.property(fc.constantFrom(...members), fc.string({ unit: "grapheme-ascii" }), (name, value) => {
      t.same(chainFaults([{ ...record, [name]: value }]).length > 0, true, name);
    }),
  );
});

/** MTH of RFC 6962, as it is written there. */
function mth(leaves: readonly string[]): string {
  if (leaves.length === 0) return hex("");
  if (leaves.length === 1) return leaves[0] ?? "";
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const joined = Buffer.from(`01${mth(leaves.slice(0, k))}${mth(leaves.slice(k))}`, "hex");
  return createHash("sha256").update(joined).digest("hex");
}

t.test("the tree has the roots that certificate transparency publishes for its test vectors", async (t) => {
  const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
  const roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ];
  t.equal(rootOfLeaves([]), hex(""));
  t.same(
    roots.map((_, at) => rootOfLeaves(inputs.slice(0, at + 1).map(leafOf))),
    roots,
  );
});

t.test("appending gives the root of the definition, and each leaf's proof leads to it", async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(), (size, some) => {
      const leaves = Array.from({ length: size }, (_, at) => leafOf(hex(String(at))));
      const known = new Map<string, string>();
      const nameOf = ({ level, position }: SubtreeName) => `${level}/${position}`;
      let range: CompactRange = [];
      for (const leaf of leaves) {
        const appended = append(range, leaf);
        range = appended.range;
        for (const { hash, ...name } of appended.completed) known.set(nameOf(name), hash);
      }
      t.equal(rootOf(range), mth(leaves));
      t.same(rangeNames(size).map(nameOf), range.map(nameOf));
      const index = some % size;
      const proof = inclusionProof({ index, size }, (name) => known.get(nameOf(name)) ?? "");
      const leaf = leaves[index] ?? "";
      t.equal(rootFromProof(leaf, { index, size, proof }), mth(leaves));
      t.not(rootFromProof(leafOf(hex("other")), { index, size, proof }), mth(leaves));
      t.equal(rootFromProof(leaf, { index, size, proof: [...proof, leaf] }), null);
      if (size > 1) t.not(rootFromProof(leaf, { index: (index + 1) % size, size, proof }), mth(leaves));
    }),
    { numRuns: 60 },
  );
});

t.test("a checkpoint is signed, and so is its note", async (t) => {
  const signer = signerOf(Buffer.alloc(32, 1));
  const facts = {
    log: "stepback/one",
    seq: 2,
    hash: hex("2"),
    merkleRoot: hex("root"),
    size: 2,
    at: "2027-01-01T00:00:00.000Z",
  };
  const signed = signCheckpoint(signer, facts);
  t.ok(isSigned("checkpoint", signed, publicKeyIn(signer.publicKeyPem)));
  t.notOk(isSigned("manifest", signed, publicKeyIn(signer.publicKeyPem)), "of another purpose");
  t.notOk(isSigned("checkpoint", { ...signed, size: 3 }, publicKeyIn(signer.publicKeyPem)));
  t.notOk(isSigned("checkpoint", signed, publicKeyIn(signerOf(Buffer.alloc(32, 2)).publicKeyPem)));
  t.notOk(isSigned("checkpoint", signed, publicKeyIn("no key")));
  const note = checkpointNote(signer, signed);
  const [text = "", line = ""] = note.split("\n\n");
  t.equal(`${text}\n`, `stepback/one\n2\n${Buffer.from(hex("root"), "hex").toString("base64")}\n`);
  const raw = Buffer.from(line.trim().split(" ")[2] ?? "", "base64");
  t.equal(raw.length, 4 + 64);
  t.ok(verify(null, Buffer.from(`${text}\n`), createPublicKey(signer.publicKeyPem), raw.subarray(4)));
});
