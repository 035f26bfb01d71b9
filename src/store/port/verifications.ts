import type { Finding, Verification, VerificationCounts } from "../../domain/activity/verification.ts";
import type { ArtifactOwner } from "../../domain/component/artifact-owner.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import type { Page, Paged } from "./transaction.ts";

/** Findings of one step of a check, and how much it has looked at. */
export interface CheckedPart {
  readonly checked: number;
  readonly findings: readonly Finding[];
}

/** Bytes that a state or a package refers to, and what needs them. */
export interface StoredBytes {
  readonly owner: ArtifactOwner;
  readonly digest: string;
  readonly sizeBytes: number;
  /** Ids of states; empty for a package. */
  readonly states: readonly string[];
  /** `application/stage/build/service`; null for bytes of states. */
  readonly package: string | null;
}

/** Checks of what is stored, which change nothing. */
export interface InspectionStore {
  /** The file of the database: its pages and indexes, and whether rows that others refer to are there. A table at a time. */
  inspectDatabase(): AsyncGenerator<CheckedPart>;
  /** Each sealed value opens in its place, each state has its digest, and none of what a row counts is missing. */
  inspectRows(): AsyncGenerator<CheckedPart>;
  /** The chain of the audit, its texts, its tree and its checkpoints, and what the last record of each job says of its files. */
  inspectAudit(): AsyncGenerator<CheckedPart>;
  /** All bytes that states and packages refer to, as far as those can be read. */
  listStoredBytes(): Promise<readonly StoredBytes[]>;
  /** The components of snapshots that need the states. */
  findLosses(states: readonly string[]): Promise<Pick<Finding, "losses" | "lost">>;
  /** When the oldest unfinished activity was opened: files from then on may belong to what it has not saved yet. Null without one. */
  oldestUnfinished(): Promise<number | null>;
}

export interface VerificationEnd {
  readonly at: number;
  /** Null for one that is completed. */
  readonly error: ErrorCode | null;
  readonly counts: VerificationCounts;
}

export interface VerificationStore extends InspectionStore {
  /** Starts nothing where one is under way: returns that one. */
  openVerification(verification: Verification): Promise<Verification>;
  findVerification(id: string): Promise<Verification | null>;
  findOpenVerification(): Promise<Verification | null>;
  /** Newest first. */
  listVerifications(page: Page): Promise<Paged<Verification>>;
  listFindings(verification: string, page: Page): Promise<Paged<Finding>>;
  /** From the beginning: what an earlier attempt found is forgotten. */
  beginVerification(id: string, at: number): Promise<void>;
  saveFindings(id: string, counts: VerificationCounts, found: readonly Finding[]): Promise<void>;
  endVerification(id: string, end: VerificationEnd): Promise<void>;
}

/** Bytes by their owner and their SHA-256, or a state by its id. */
export type DamagedPart = { readonly owner: ArtifactOwner; readonly digest: string } | { readonly state: string };

export interface FoundDamage {
  readonly part: DamagedPart;
  /** The end of a sentence: "are missing". */
  readonly damage: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What is known to be damaged, until the same bytes are stored again. */
export interface DamageStore {
  /** Notes it with the components of snapshots that need it. Changes nothing where it is known. */
  noteDamage(found: FoundDamage): Promise<void>;
  /** The bytes, or the state, are whole now. */
  forgetDamage(part: DamagedPart): Promise<void>;
  /** What is wrong with each damaged component of a snapshot, as the end of a sentence about stored bytes. */
  findDamage(snapshot: string): Promise<ReadonlyMap<ComponentId, string>>;
}
