import { createHash } from "node:crypto";

/*
 * The Merkle tree of RFC 6962, section 2.1, over the raw hashes of the records. Hashes are 64 hexadecimal digits. A perfect
 * subtree is named by its level (0 for a leaf) and its position among those of its level, counted from 0.
 */

export interface SubtreeName {
  readonly level: number;
  readonly position: number;
}

export interface Subtree extends SubtreeName {
  readonly hash: string;
}

/** The perfect subtrees that cover a tree, largest first: all that it takes to append to it (a compact range). */
export type CompactRange = readonly Subtree[];

const EMPTY_ROOT = createHash("sha256").digest("hex");

/** The leaf of a record's hash. */
export function leafOf(recordHash: string): string {
  return hashOf(0x00, recordHash);
}

function joined(left: string, right: string): string {
  return hashOf(0x01, left + right);
}

function hashOf(prefix: number, hex: string): string {
  return createHash("sha256").update(Uint8Array.of(prefix)).update(Buffer.from(hex, "hex")).digest("hex");
}

export interface Appended {
  readonly range: CompactRange;
  /** The subtrees that the new leaf completes, the leaf first. */
  readonly completed: readonly Subtree[];
}

/** Appends a leaf. It completes two subtrees on the average. */
export function append(range: CompactRange, leaf: string): Appended {
  const rest = [...range];
  let last: Subtree = { level: 0, position: sizeOf(range), hash: leaf };
  const completed = [last];
  for (let left = rest.at(-1); left?.level === last.level; left = rest.at(-1)) {
    rest.pop();
    last = { level: last.level + 1, position: left.position / 2, hash: joined(left.hash, last.hash) };
    completed.push(last);
  }
  return { range: [...rest, last], completed };
}

/** Number of leaves. */
export function sizeOf(range: CompactRange): number {
  return range.reduce((size, { level }) => size + 2 ** level, 0);
}

/** The root of the tree that a compact range covers. */
export function rootOf(range: CompactRange): string {
  return range.length === 0 ? EMPTY_ROOT : foldRight(range.map(({ hash }) => hash));
}

/** The root of the tree over these leaves. */
export function rootOfLeaves(leaves: readonly string[]): string {
  let range: CompactRange = [];
  for (const leaf of leaves) ({ range } = append(range, leaf));
  return rootOf(range);
}

function foldRight(hashes: readonly string[]): string {
  return hashes.reduceRight((right, left) => joined(left, right));
}

/** The leaves from `start` up to `end`, which is not among them. */
interface Leaves {
  readonly start: number;
  readonly end: number;
}

/** Each entry of an inclusion proof, from the leaf's neighbor up, as the perfect subtrees that it is joined from. */
export function inclusionPath(index: number, size: number): readonly (readonly SubtreeName[])[] {
  return siblingsOf(index, { start: 0, end: size }).map(subtreesOf);
}

/** PATH of RFC 6962: the ranges whose roots, joined in this order, lead from a leaf to the root. */
function siblingsOf(index: number, { start, end }: Leaves): Leaves[] {
  if (end - start <= 1) return [];
  const middle = start + largestPowerBelow(end - start);
  return index < middle
    ? [...siblingsOf(index, { start, end: middle }), { start: middle, end }]
    : [...siblingsOf(index, { start: middle, end }), { start, end: middle }];
}

/** The perfect subtrees that cover the first `size` leaves, largest first. */
export function rangeNames(size: number): readonly SubtreeName[] {
  return subtreesOf({ start: 0, end: size });
}

function subtreesOf({ start, end }: Leaves): SubtreeName[] {
  if (end === start) return [];
  const level = Math.floor(Math.log2(end - start));
  return [{ level, position: start / 2 ** level }, ...subtreesOf({ start: start + 2 ** level, end })];
}

function largestPowerBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

/** An inclusion proof: the hashes of `inclusionPath`. `hashOfSubtree` knows those of every complete subtree. */
export function inclusionProof(
  { index, size }: { index: number; size: number },
  hashOfSubtree: (name: SubtreeName) => string,
): string[] {
  return inclusionPath(index, size).map((names) => foldRight(names.map(hashOfSubtree)));
}

/** The root to which a proof leads from a leaf (RFC 9162, section 2.1.3.2); null for a proof of another length, and for no such leaf. */
export function rootFromProof(
  leaf: string,
  { index, size, proof }: { index: number; size: number; proof: readonly string[] },
): string | null {
  // The size may come from a file that somebody changed: no number at all, or one without an end.
  if (!Number.isSafeInteger(size) || index < 0 || index >= size) return null;
  const sides = sidesOf(index, size);
  if (sides.length !== proof.length) return null;
  return proof.reduce(
    (hash, sibling, at) => (sides[at] === "left" ? joined(sibling, hash) : joined(hash, sibling)),
    leaf,
  );
}

/** On which side of the path each entry of a proof stands. */
function sidesOf(index: number, size: number): ("left" | "right")[] {
  return siblingsOf(index, { start: 0, end: size }).map(({ start }) => (start <= index ? "left" : "right"));
}
