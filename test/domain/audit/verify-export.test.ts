import t from "tap";
import { signCheckpoint, signerOf } from "#src/domain/audit/checkpoint";
import { leafOf, rootOfLeaves } from "#src/domain/audit/merkle";
import { csvLine, ndjsonLine, ocsfLine, type ShownRecord } from "#src/domain/audit/present-records";
import { chainRecord, NO_RECORD, splitEntry } from "#src/domain/audit/record";
import { verifyExport } from "#src/domain/audit/verify-export";

const signer = signerOf(Buffer.alloc(32, 1));
const random = (bytes: number) => Buffer.alloc(bytes, 7);

function shownRecords(count: number): ShownRecord[] {
  const shown: ShownRecord[] = [];
  for (let seq = 1; seq <= count; seq += 1) {
    const { body, texts } = splitEntry(
      {
        at: seq,
        actor: { subject: "token:tok_1", method: "token", name: "=cmd()|A1" },
        action: "openRollback",
        subject: { type: "rollback", id: `rbk_${seq}`, application: "shop", stage: "prod" },
        reason: 'a "quoted" reason, with a comma',
        outcome: "done",
      },
      random,
    );
    shown.push({ record: chainRecord(body, { seq, previous: shown.at(-1)?.record.hash ?? NO_RECORD }), texts });
  }
  return shown;
}

function checkpointOf(shown: readonly ShownRecord[]) {
  const hashes = shown.map(({ record }) => record.hash);
  const merkleRoot = rootOfLeaves(hashes.map(leafOf));
  const facts = { log: "stepback/one", seq: hashes.length, hash: hashes.at(-1) ?? "", merkleRoot, size: hashes.length };
  return signCheckpoint(signer, { ...facts, at: "2027-01-01T00:00:00.000Z" });
}

const NOTHING = { key: null, checkpoint: null };

async function faultsOf(lines: readonly string[], kept: Parameters<typeof verifyExport>[1] = NOTHING) {
  async function* each() {
    yield* lines;
  }
  return (await verifyExport(each(), kept)).faults;
}

t.test("an export is whole, and each way of touching it is named", async (t) => {
  const shown = shownRecords(9);
  const end = `${JSON.stringify({ checkpoint: checkpointOf(shown), publicKey: signer.publicKeyPem })}\n`;
  const lines = [...shown.map(ndjsonLine), end];
  t.same(await faultsOf(lines), []);
  const altered = lines.with(4, (lines[4] ?? "").replace("openRollback", "planRollback"));
  t.same(await faultsOf(altered), ["record 5 was altered"]);
  const text = lines.with(4, (lines[4] ?? "").replace("with a comma", "with a dot"));
  t.same(await faultsOf(text), ["the text /reason of record 5 was altered"]);
  t.match((await faultsOf(lines.toSpliced(4, 1)))[0], /record 5 is missing/);
  t.same(await faultsOf(lines.toSpliced(6, 3)), ["cut after 6: the checkpoint covers 9"]);
  t.same(await faultsOf(lines.slice(0, -1)), ["the export has no checkpoint: it was cut"]);
  t.same(await faultsOf(["nonsense", ...lines]), ["line 1 is no record"]);
});

t.test("what was kept elsewhere finds what was signed again", async (t) => {
  const shown = shownRecords(9);
  const kept = checkpointOf(shown.slice(0, 6));
  const end = JSON.stringify({ checkpoint: checkpointOf(shown), publicKey: signer.publicKeyPem });
  const lines = [...shown.map(ndjsonLine), end];
  t.same(await faultsOf(lines, { key: signer.publicKeyPem, checkpoint: kept }), []);
  const other = signerOf(Buffer.alloc(32, 2));
  t.same(await faultsOf(lines, { key: other.publicKeyPem, checkpoint: null }), [
    "another key has signed the checkpoint",
  ]);
  const forged = { ...kept, hash: NO_RECORD };
  t.match(await faultsOf(lines, { key: null, checkpoint: forged }), [/up to 6 are not those/, /another key/]);
  t.match(await faultsOf([...shown.slice(0, 3).map(ndjsonLine), end], { key: null, checkpoint: kept }), [
    /cut after 3/,
    /cut after 3/,
  ]);
});

t.test("spreadsheets get no formula, and OCSF its class", async (t) => {
  const [shown] = shownRecords(1);
  if (!shown) return;
  const line = csvLine(shown);
  t.match(line, /,'=cmd\(\)\|A1,/);
  t.match(line, /"a ""quoted"" reason, with a comma"/);
  t.match(JSON.parse(ocsfLine(shown)), { class_uid: 6003, status: "Success", actor: { user: { name: "=cmd()|A1" } } });
});
