import type { Reach } from "../../domain/access/grants.ts";
import type { SignedCheckpoint } from "../../domain/audit/checkpoint.ts";
import type { Manifest, SignedManifest } from "../../domain/audit/manifest.ts";
import type { AuditActor, AuditEntry, AuditRecord, AuditSideText, AuditSource } from "../../domain/audit/record.ts";
import type { Page, Paged } from "./transaction.ts";

/** What a transaction did, as the audit says it. Who did it is known where it is written. */
export type Deed = Omit<AuditEntry, "at" | "actor" | "source" | "outcome"> &
  Partial<Pick<AuditEntry, "actor" | "outcome">>;

/** A request: each deed in its transactions is recorded as its own. */
export interface Act {
  readonly actor: AuditActor;
  readonly source: AuditSource;
  /** The operation of the API. */
  readonly action: string;
  /** Set once a transaction with a record of it is committed. */
  isRecorded: boolean;
}

export interface AuditFilter {
  /** Milliseconds since the epoch; `to` is not included. */
  readonly from?: number;
  readonly to?: number;
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  /** One of them. */
  readonly subjects?: readonly string[];
  readonly application?: string;
  /** Only what lies inside one of them. */
  readonly grants?: readonly Reach[];
}

/** A record with the texts that stand in it as hashes, as far as they were not erased. */
export interface AuditRow {
  readonly record: AuditRecord;
  readonly texts: readonly AuditSideText[];
}

/** A checkpoint, and what it takes to check it. */
export interface PublishedCheckpoint {
  readonly checkpoint: SignedCheckpoint;
  /** The same as a signed note of C2SP. */
  readonly note: string;
  readonly publicKeyPem: string;
}

/** What a bundle holds of a job beside its log, as its last record has the digests of it. */
export interface EvidenceTexts {
  /** Null for a job without a plan. */
  readonly plan: string | null;
  readonly planDigest: string | null;
  readonly result: string;
}

export interface AuditStore {
  /** Runs the work of a request. What it writes from there on is recorded as the act. */
  actAs(act: Act, work: () => void): void;
  /** Records what no other transaction does. The subject gets the place of its activity, unless `isPlaced` is true. */
  record(entry: Omit<AuditEntry, "at">, isPlaced?: boolean): Promise<void>;
  /** Chains what is recorded so far. Signs a checkpoint at the end of a job, and a minute after the last one. */
  sequence(): Promise<void>;
  /** Newest first. */
  listRecords(filter: AuditFilter, page: Page): Promise<Paged<AuditRow>>;
  /** Oldest first, behind a record and not behind another one. */
  readRecords(filter: AuditFilter, range: { after: number; upTo: number; limit: number }): Promise<readonly AuditRow[]>;
  /** Signs what is chained by now, unless that was signed before. Null while there is no record. */
  checkpoint(): Promise<PublishedCheckpoint | null>;
  /** The proof that a record is in the tree of a size. */
  proveInclusion(seq: number, size: number): Promise<readonly string[]>;
  signManifest(manifest: Manifest): Promise<SignedManifest>;
  /** The plan and the result of a job. NOT_FOUND. */
  readEvidence(job: string): Promise<EvidenceTexts>;
}
