import type { ComponentId } from "../component/component.ts";
import type { ErrorCode } from "../errors.ts";
import type { Status } from "./activity.ts";

/** What was looked at. `row`: any other row with sealed values; `record`: of the audit; `database`: the file and its tables. */
export const FINDING_KINDS = ["state", "artifact", "package", "row", "record", "database", "file"] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/**
 * What is wrong with it. `lost`: it is not there. `cut`: its end is not there. `extended`: bytes follow its end. `swapped`: it is
 * something else that is whole. `altered`: bytes are not those that were stored. `unreadable`: the disk or the key refuses it, so that
 * nothing is known. `left-over`: it is whole, and nothing refers to it: no loss.
 */
export const DAMAGES = ["lost", "cut", "extended", "swapped", "altered", "unreadable", "left-over"] as const;
export type Damage = (typeof DAMAGES)[number];

/** What can no longer be restored: a component of a snapshot, or the package of a build. */
export type Loss =
  | { readonly activity: string; readonly snapshot: string; readonly component: ComponentId }
  | { readonly package: string };

export interface Finding {
  readonly kind: FindingKind;
  /** What people find it by: a digest, a table with the public id of its row, `record 17`, a file below the artifacts. */
  readonly name: string;
  readonly damage: Damage;
  /** In words, without any value of a setting. */
  readonly detail: string;
  /** The first of `lost`, up to `MAX_LOSSES`. */
  readonly losses: readonly Loss[];
  readonly lost: number;
}

/** Losses that a finding names; code that nobody changed for years is in every snapshot. */
export const MAX_LOSSES = 200;

/** Whether a finding means that something is damaged. */
export function isDamage({ damage }: Pick<Finding, "damage">): boolean {
  return damage !== "left-over";
}

/** The n-th of t parts of the stored bytes, from 1: parts that are read on different days cover all of them. */
export interface Subset {
  readonly part: number;
  readonly of: number;
}

export interface VerificationOptions {
  /** Whether bytes of artifacts and packages are read; otherwise only their presence and their size are checked. */
  readonly readData: boolean;
  /** Null for all of them. */
  readonly subset: Subset | null;
}

/** What has been looked at so far. `bytes`: of artifacts and packages that were read. */
export interface VerificationCounts {
  readonly rows: number;
  readonly records: number;
  readonly files: number;
  readonly bytes: number;
  /** Findings of damage, and left-over files. */
  readonly damaged: number;
  readonly leftOver: number;
}

export const NOTHING_VERIFIED: VerificationCounts = {
  ...{ rows: 0, records: 0, files: 0, bytes: 0, damaged: 0, leftOver: 0 },
};

export interface Verification extends VerificationCounts, VerificationOptions {
  /** `ver_…` */
  readonly id: string;
  /** The subject of the principal. */
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly status: Exclude<Status, "Draft">;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: ErrorCode | null;
}

/** `2/7` as a subset; null for a text that is none. */
export function subsetIn(text: string): Subset | null {
  const [, part, of] = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(text) ?? [];
  return part !== undefined && Number(part) <= Number(of) ? { part: Number(part), of: Number(of) } : null;
}

/** Whether a file belongs to the subset, by the first digits of its keyed name, which are spread evenly. Pure. */
export function isInSubset(name: string, subset: Subset | null): boolean {
  return subset === null || Number.parseInt(name.slice(0, 8), 16) % subset.of === subset.part - 1;
}
