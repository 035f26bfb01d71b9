import { type Activity, hasEnded } from "../domain/activity/activity.ts";
import type { Deployment } from "../domain/activity/deployment.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { auditText } from "../domain/audit/audit-text.ts";
import { BundleArchive, type BundleFile } from "../domain/audit/bundle-archive.ts";
import { logLineText } from "../domain/audit/evidence-files.ts";
import { EVIDENCE_README } from "../domain/audit/evidence-readme.ts";
import { FileDigest } from "../domain/audit/file-digest.ts";
import { counted, NO_RECORDS, type SignedFile } from "../domain/audit/manifest.ts";
import { ndjsonLine } from "../domain/audit/present-records.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject } from "../domain/json.ts";
import type { ActivityStore } from "../store/port/activities.ts";
import type { AuditFilter, AuditStore, PublishedCheckpoint } from "../store/port/audit.ts";
import type { LogStore } from "../store/port/logs.ts";
import { findOfType } from "./find-activity.ts";
import { found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";

export interface EvidenceService {
  /**
   * The evidence bundle of a job, in pieces; what is recorded by now is chained and signed first. NOT_FOUND,
   * DEPLOYMENT_NOT_FINISHED and ROLLBACK_NOT_FINISHED before the first piece.
   */
  bundle(owner: Activity["type"], id: string): Promise<AsyncGenerator<Buffer>>;
}

type EvidenceStore = ActivityStore & AuditStore & LogStore;

export function createEvidenceService({ store }: Uses<EvidenceStore>): EvidenceService {
  return {
    bundle: async (owner, id) => {
      const job = found(await findOfType(store, owner, id), id);
      if (!hasEnded(job.status)) throw notFinished(owner, id);
      return piecesOf(store, job, found(await store.checkpoint(), "checkpoint of the audit"));
    },
  };
}

function notFinished(owner: Activity["type"], id: string): StepbackError {
  const code = owner === "deploy" ? "DEPLOYMENT_NOT_FINISHED" : "ROLLBACK_NOT_FINISHED";
  return new StepbackError(code, `${id} has not ended: there is no evidence of it yet.`);
}

type Texts = Iterable<string> | AsyncIterable<string>;

async function* piecesOf(
  store: EvidenceStore,
  job: Deployment | Rollback,
  { checkpoint, publicKeyPem }: PublishedCheckpoint,
): AsyncGenerator<Buffer> {
  const records = new BundleRecords(store, job, checkpoint.size);
  const { plan, result } = await store.readEvidence(job.id);
  const files: readonly (readonly [BundleFile, Texts])[] = [
    ["README.txt", [EVIDENCE_README]],
    ["records.ndjson", records.lines()],
    ["plan.json", [plan ?? "null\n"]],
    ["result.json", [result]],
    ["log.ndjson", logTexts(store, job.id, () => records.logLines)],
    ["inclusion-proofs.json", records.proofs()],
    ["checkpoint.json", [`${auditText(checkpoint)}\n`]],
    ["public-key.pem", [publicKeyPem]],
  ];
  const archive = new BundleArchive();
  const signed: SignedFile[] = [];
  for (const [name, texts] of files) {
    const digest = new FileDigest();
    archive.begin(name);
    for await (const text of texts) {
      const bytes = Buffer.from(text);
      digest.add(bytes);
      archive.write(bytes);
      yield archive.take();
    }
    signed.push(digest.signedAs(name));
  }
  const manifest = await store.signManifest({
    ...{ v: 1, about: job.id, files: signed },
    ...{ records: records.count, checkpoint },
  });
  archive.begin("manifest.json");
  archive.write(Buffer.from(`${auditText(manifest)}\n`));
  archive.end();
  yield archive.take();
}

/** Records or lines that are read at a time: some hundred kilobytes. */
const BATCH = 200;

/** The log as it was when the job ended: a line may have come later. `upTo` is known once the records were read. */
async function* logTexts(store: LogStore, id: string, upTo: () => number): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const lines = (await store.listLines(id, { after, limit: BATCH })).filter(({ seq }) => seq <= upTo());
    const last = lines.at(-1);
    if (!last) return;
    yield lines.map(logLineText).join("");
    after = last.seq;
  }
}

/** The records about a job and its snapshots, up to a checkpoint. Remembers their numbers, for the proofs that come later. */
class BundleRecords {
  count = NO_RECORDS;
  /** How many lines the log had at the job's end, as its record says. */
  logLines = Number.POSITIVE_INFINITY;
  readonly #numbers: number[] = [];
  readonly #filter: AuditFilter;

  constructor(
    private readonly store: AuditStore,
    { id, backup, record, application }: Deployment | Rollback,
    private readonly size: number,
  ) {
    const snapshots = [backup, record].flatMap((snapshot) => (snapshot ? [snapshot.id] : []));
    // Whoever asked in vain is of another application, as far as anybody may know.
    this.#filter = { application, subjects: [id, ...snapshots] };
  }

  async *lines(): AsyncGenerator<string> {
    for (let after = 0; ; ) {
      const rows = await this.store.readRecords(this.#filter, { after, upTo: this.size, limit: BATCH });
      const last = rows.at(-1);
      if (!last) return;
      for (const { record } of rows) {
        this.#numbers.push(record.seq);
        this.count = counted(this.count, record.seq);
        const { lines } = asObject(asObject(record["after"])["log"]);
        if (typeof lines === "number") this.logLines = lines;
      }
      yield rows.map(ndjsonLine).join("");
      after = last.record.seq;
    }
  }

  /** One canonical object: its keys are in their order. */
  async *proofs(): AsyncGenerator<string> {
    yield '{"proofs":[';
    for (const [index, seq] of this.#numbers.entries()) {
      const proof = await this.store.proveInclusion(seq, this.size);
      yield `${index === 0 ? "" : ","}${auditText({ seq, proof })}`;
    }
    yield `],"size":${this.size}}\n`;
  }
}
