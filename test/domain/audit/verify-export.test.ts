import t from "tap";
import { auditText } from "#src/domain/audit/audit-text";
import { archiveOf, filesIn } from "#src/domain/audit/bundle-archive";
import type { KeptElsewhere } from "#src/domain/audit/kept-elsewhere";
import { csvLine, ocsfLine } from "#src/domain/audit/present-records";
import { chainRecord, NO_RECORD, splitEntry } from "#src/domain/audit/record";
import { verifyBundle } from "#src/domain/audit/verify-bundle";
import { verifyExport } from "#src/domain/audit/verify-export";
import type { JsonObject } from "#src/domain/json";
import {
  bundleOf,
  bundlePieces,
  entriesUpTo,
  entryAt,
  exportOf,
  JOB,
  memoryAudit,
  testSigner,
} from "../../support/memory-audit.ts";
import { TAMPERINGS, tampered } from "../../support/tampering.ts";

const NOTHING: KeptElsewhere = { key: null, checkpoint: null };

async function* inPieces(bytes: Uint8Array, size = 700) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function faultsOf(bytes: Buffer, kept = NOTHING) {
  return (await verifyExport(inPieces(bytes), kept)).faults;
}

const linesOf = (bytes: Buffer) => bytes.toString().split(/(?<=\n)/);
const joined = (lines: readonly string[]) => Buffer.from(lines.join(""));

async function checkpointOf(count: number, signer = testSigner()): Promise<JsonObject> {
  const published = await memoryAudit(entriesUpTo(count), signer).store.checkpoint();
  return published?.checkpoint ?? {};
}

t.test("an export is whole, and each way of touching it is named", async (t) => {
  const lines = linesOf(await exportOf(memoryAudit(entriesUpTo(9))));
  t.match(await verifyExport(inPieces(joined(lines), 1), NOTHING), { records: 9, faults: [], erased: 0 });
  const changed = (from: string, to: string) => joined(lines.with(4, (lines[4] ?? "").replace(from, to)));
  t.same(await faultsOf(changed("openRollback", "planRollback")), ["record 5 was altered"]);
  t.same(await faultsOf(changed("with an é", "with an e")), ["the text /reason of record 5 was altered"]);
  t.same(await faultsOf(changed('"texts":[{', '"text":[{')), ["record 5 was altered"]);
  t.same(await faultsOf(changed('"v":1', '"v": 1')), ["record 5 was altered"], "written otherwise");
  t.same(await faultsOf(changed('","previous":"', '","previous":"0')), ["record 5 was altered"]);
  t.same(await faultsOf(joined(lines.toSpliced(4, 1))), ["record 5 is missing"]);
  t.same(await faultsOf(joined(lines.toSpliced(4, 2))), ["records 5 to 6 are missing"]);
  t.same(await faultsOf(joined(lines.toSpliced(6, 3))), ["cut after 6: the checkpoint covers 9"]);
  t.same(await faultsOf(joined(lines.slice(0, -1))), ["cut after 9: the export has no signed end"]);
  t.same(await faultsOf(joined(["\n", ...lines])), ["record 1 was altered", "record 1 stands behind record 1"]);
  t.same(await faultsOf(joined([...lines, "\n"])), ["something stands behind the last line"]);
  const [, third = "", fourth = ""] = lines.slice(1);
  t.match(await faultsOf(joined(lines.toSpliced(2, 2, fourth, third))), [
    /record 3 is missing/,
    /3 stands behind record 4/,
  ]);
});

t.test("a record that was written again with a right hash is found", async (t) => {
  const audit = memoryAudit(entriesUpTo(9));
  const lines = linesOf(await exportOf(audit));
  const { body, texts } = splitEntry(entryAt(5, { action: "nothing" }), (bytes) => Buffer.alloc(bytes, 1));
  const record = chainRecord(body, { seq: 5, previous: audit.records[3]?.record.hash ?? NO_RECORD });
  const forged = `${auditText({ record, texts: texts as never })}\n`;
  t.same(await faultsOf(joined(lines.with(4, forged))), ["record 6 does not follow record 5"]);
  const last = chainRecord(body, { seq: 9, previous: audit.records[7]?.record.hash ?? NO_RECORD });
  const atEnd = `${auditText({ record: last, texts: texts as never })}\n`;
  t.match(await faultsOf(joined(lines.with(8, atEnd))), [/up to 9 are not those of the checkpoint/]);
});

t.test("an export of a part has proofs, and none of its records can be taken out", async (t) => {
  const bytes = await exportOf(memoryAudit(entriesUpTo(30)), { application: "crm" });
  const lines = linesOf(bytes);
  t.match(await verifyExport(inPieces(bytes), NOTHING), { records: 10, faults: [] });
  t.match(await faultsOf(joined(lines.toSpliced(4, 1))), [/not those that were signed: 9 are here/]);
  const other = linesOf(await exportOf(memoryAudit(entriesUpTo(30)), { application: "shop" }));
  t.match(await faultsOf(joined(lines.with(0, other[0] ?? ""))), [/not those that were signed/]);
  const proof = joined(lines.with(1, (lines[1] ?? "").replace(/"proof":\["[0-9a-f]{8}/, '"proof":["00000000')));
  t.match(await faultsOf(proof), ["record 6 is not in the signed log"]);
  t.same(await faultsOf(await exportOf(memoryAudit(entriesUpTo(30)), { application: "none" })), [], "nor put in");
});

t.test("texts that were erased are counted, and are no fault", async (t) => {
  const audit = memoryAudit(entriesUpTo(9));
  const erased = audit.records.map((shown, at) => (at < 3 ? { ...shown, texts: shown.texts.slice(1) } : shown));
  (audit.records as unknown[]).splice(0, 9, ...erased);
  t.match(await verifyExport(inPieces(await exportOf(audit)), NOTHING), { faults: [], erased: 3 });
});

t.test("what was kept elsewhere finds what was signed again", async (t) => {
  const bytes = await exportOf(memoryAudit(entriesUpTo(9)));
  const { publicKeyPem } = testSigner();
  t.same(await faultsOf(bytes, { key: publicKeyPem, checkpoint: await checkpointOf(6) }), []);
  const other = testSigner(2);
  t.same(await faultsOf(bytes, { key: other.publicKeyPem, checkpoint: null }), [
    "another key has signed the manifest",
    "another key has signed the checkpoint",
  ]);
  const forged = { ...(await checkpointOf(6)), hash: NO_RECORD };
  t.match(await faultsOf(bytes, { key: null, checkpoint: forged }), [/up to 6 are not those/, /another key/]);
  const rewritten = memoryAudit([
    ...entriesUpTo(3),
    entryAt(4, { action: "nothing" }),
    ...[...entriesUpTo(9)].slice(4),
  ]);
  t.match(await faultsOf(await exportOf(rewritten), { key: publicKeyPem, checkpoint: await checkpointOf(6) }), [
    /up to 6 are not those of the checkpoint that was kept elsewhere/,
  ]);
  t.match(
    await faultsOf(await exportOf(memoryAudit(entriesUpTo(3))), { key: null, checkpoint: await checkpointOf(6) }),
    [/cut after 3/],
  );
});

const SMALL = { records: 3, logLines: 2 };

t.test("a bundle is whole, and each way of touching one of its files is named", async (t) => {
  const bundle = await bundleOf({ records: 9, logLines: 20 });
  t.match(verifyBundle(bundle, NOTHING), { about: JOB, records: 7, faults: [], keyId: testSigner().keyId });
  const files = filesIn(bundle) ?? new Map<string, Uint8Array>();
  const withFile = (name: string, change: (text: string) => string) =>
    archiveOf(
      [...files].map(([each, bytes]) => [
        each,
        each === name ? Buffer.from(change(Buffer.from(bytes).toString())) : bytes,
      ]),
    );
  const faultsWith = (name: string, change: (text: string) => string) =>
    verifyBundle(withFile(name, change), NOTHING).faults;
  t.same(
    faultsWith("plan.json", (text) => text.replace("d", "e")),
    ["plan.json is not the one of the job's last record", "plan.json was altered"],
  );
  t.match(
    faultsWith("log.ndjson", (text) => text.slice(0, -60)),
    [/log.ndjson is not/, "log.ndjson was altered"],
  );
  t.match(
    faultsWith("records.ndjson", (text) => text.replace("openRollback", "planRollback")),
    ["record 1 was altered", "records.ndjson was altered"],
  );
  const altered = faultsWith("records.ndjson", (text) => text.slice(text.indexOf("\n") + 1));
  t.match(altered, [/proofs/, "records.ndjson was altered", /not those that were signed: 6 are here/]);
  t.same(
    faultsWith("README.txt", (text) => `${text} `),
    ["README.txt was altered"],
  );
  t.match(
    faultsWith("public-key.pem", () => testSigner(2).publicKeyPem),
    [
      "public-key.pem was altered",
      "the signature of the manifest is wrong",
      "the signature of the checkpoint is wrong",
    ],
  );
  t.same(verifyBundle(archiveOf([...files].slice(1)), NOTHING).faults, ["README.txt is missing"]);
  const more = verifyBundle(archiveOf([...files, ["more.txt", Buffer.from("more")]]), NOTHING);
  t.same(more.faults, ["the archive was altered outside of its files"]);
  t.same(verifyBundle(archiveOf([...files].toReversed()), NOTHING).faults, more.faults, "another order");
  t.same(verifyBundle(Buffer.from("PK nonsense"), NOTHING).faults, ["the file is no archive, or was cut"]);
});

t.test("a bundle is compared with a key and a checkpoint that were kept elsewhere", async (t) => {
  const bundle = await bundleOf({ records: 9, logLines: 2 });
  const files = filesIn(bundle) ?? new Map<string, Uint8Array>();
  const checkpoint = JSON.parse(Buffer.from(files.get("checkpoint.json") ?? []).toString()) as JsonObject;
  const { publicKeyPem } = testSigner();
  t.same(verifyBundle(bundle, { key: publicKeyPem, checkpoint }).faults, []);
  t.match(verifyBundle(bundle, { key: testSigner(2).publicKeyPem, checkpoint: null }).faults, [
    /another key/,
    /another key/,
  ]);
  t.match(verifyBundle(bundle, { key: null, checkpoint: await checkpointOf(9) }).faults, [/up to 9 are not those/]);
  t.match(verifyBundle(bundle, { key: null, checkpoint: await checkpointOf(90) }).faults, [
    /takes an export of the whole log/,
  ]);
});

t.test("every flipped byte of an export and of a bundle is found, and other changes at many places", async (t) => {
  const log = await exportOf(memoryAudit(entriesUpTo(2)));
  const part = await exportOf(memoryAudit(entriesUpTo(4)), { application: "crm" });
  const bundle = await bundleOf(SMALL);
  for (const [what, bytes, find] of [
    ["an export", log, (changed: Buffer) => faultsOf(changed)],
    ["an export of a part", part, (changed: Buffer) => faultsOf(changed)],
    ["a bundle", bundle, async (changed: Buffer) => verifyBundle(changed, NOTHING).faults],
  ] as const) {
    t.same(await find(bytes), [], what);
    for (const how of TAMPERINGS) {
      const missed: number[] = [];
      let tried = 0;
      for (let at = 0; at < bytes.length; at += how === "flip" ? 1 : 11) {
        const changed = tampered(bytes, how, at);
        if (!changed) continue;
        tried += 1;
        if ((await find(changed)).length === 0) missed.push(at);
      }
      t.same(missed, [], `${what}: ${how} at ${tried} places`);
      t.ok(tried > bytes.length / 20, "and they were tried");
    }
  }
});

t.test("a bundle with ten thousand lines of a log is made in small pieces", async (t) => {
  const pieces: Buffer[] = [];
  for await (const piece of bundlePieces({ records: 300, logLines: 10_000 })) pieces.push(piece);
  t.ok(Math.max(...pieces.map(({ length }) => length)) < 400_000, "no piece holds a whole file");
  t.match(verifyBundle(Buffer.concat(pieces), NOTHING), { faults: [] });
});

t.test("spreadsheets get no formula, and OCSF its class", async (t) => {
  const entry = entryAt(1, { actor: { subject: "token:tok_1", method: "token", name: "=cmd()|A1" } });
  const [shown] = memoryAudit([entry]).records;
  if (!shown) throw new Error("no record");
  const line = csvLine(shown);
  t.match(line, /,'=cmd\(\)\|A1,/);
  t.match(line, /"a ""quoted"" reason, with an é"/);
  t.match(JSON.parse(ocsfLine(shown)), { class_uid: 6003, status: "Success", actor: { user: { name: "=cmd()|A1" } } });
});
