import type { ArtifactInspection, FileDamage } from "../artifacts/artifacts.ts";
import {
  type Finding,
  isDamage,
  isInSubset,
  NOTHING_VERIFIED,
  type Verification,
  type VerificationCounts,
  type VerificationOptions,
} from "../domain/activity/verification.ts";
import type { Clock } from "../domain/ids.ts";
import type {
  CheckedPart,
  DamageStore,
  InspectionStore,
  StoredBytes,
  VerificationStore,
} from "../store/port/verifications.ts";

/** What is checked. */
export interface Inspected {
  readonly store: InspectionStore;
  readonly files: ArtifactInspection;
}

/** A part of what a verification has looked at. `whole`: bytes that were read and are as they were stored. */
export interface VerifiedPart {
  readonly counts: VerificationCounts;
  readonly findings: readonly Finding[];
  readonly bytes: readonly CheckedBytes[];
}

/** Bytes that were looked at, and what is wrong with them; null for nothing. */
export interface CheckedBytes {
  readonly bytes: StoredBytes;
  readonly damage: FileDamage | null;
  readonly isRead: boolean;
}

/**
 * Checks all that is stored against its digests: the file of the database, every sealed value, the audit, and the files of bytes, in
 * that order. Changes nothing. Yields often, with the counts so far; ends early once the signal has aborted.
 */
export async function* inspectData(
  { store, files }: Inspected,
  options: VerificationOptions,
  signal: AbortSignal,
): AsyncGenerator<VerifiedPart> {
  let counts = NOTHING_VERIFIED;
  const counted = (more: Partial<VerificationCounts>, findings: readonly Finding[]) => {
    const damaged = findings.filter(isDamage).length;
    const sum = (name: keyof VerificationCounts) => counts[name] + (more[name] ?? 0);
    counts = {
      ...{ rows: sum("rows"), records: sum("records"), files: sum("files"), bytes: sum("bytes") },
      damaged: counts.damaged + damaged,
      leftOver: counts.leftOver + findings.length - damaged,
    };
    return counts;
  };
  const parts: [AsyncGenerator<CheckedPart>, "rows" | "records"][] = [
    [store.inspectDatabase(), "rows"],
    [store.inspectRows(), "rows"],
    [store.inspectAudit(), "records"],
  ];
  for (const [part, unit] of parts) {
    for await (const { checked, findings } of part) {
      yield { counts: counted({ [unit]: checked }, findings), findings, bytes: [] };
      if (signal.aborted) return;
    }
  }
  // Asked before the files are listed, so that what is stored meanwhile counts as still under way.
  const unfinished = await store.oldestUnfinished();
  const stored = await store.listStoredBytes();
  const known = new Set<string>();
  for (const bytes of stored) {
    const name = await files.nameOf(bytes);
    known.add(name);
    const isRead = options.readData && isInSubset(name, options.subset);
    const damage = await files.inspect(bytes, isRead);
    const findings = damage === null ? [] : [await damagedBytes(store, bytes, damage)];
    const read = isRead && damage === null ? bytes.sizeBytes : 0;
    yield { counts: counted({ files: 1, bytes: read }, findings), findings, bytes: [{ bytes, damage, isRead }] };
    if (signal.aborted) return;
  }
  for await (const file of files.listFiles()) {
    if (known.has(file.name) || (unfinished !== null && file.lastChange >= unfinished - CLOCK_MARGIN_MS)) continue;
    const findings = [await unknownFile(files, file)];
    yield { counts: counted({ files: 1 }, findings), findings, bytes: [] };
  }
}

/** The clock of the disk and that of the rows may differ. */
const CLOCK_MARGIN_MS = 60_000;

async function damagedBytes(store: InspectionStore, bytes: StoredBytes, damage: FileDamage): Promise<Finding> {
  const { digest } = bytes;
  const detail = `The stored bytes ${DAMAGE_TEXTS[damage]}.`;
  if (bytes.package !== null) {
    const losses = [{ package: bytes.package }];
    return { kind: "package", name: `${bytes.package} ${digest}`, damage, detail, losses, lost: 1 };
  }
  return { kind: "artifact", name: digest, damage, detail, ...(await store.findLosses(bytes.states)) };
}

/** The end of a sentence about stored bytes, or about a state. */
export const DAMAGE_TEXTS: Readonly<Record<FileDamage, string>> = {
  lost: "are missing",
  cut: "are damaged: their end is missing",
  extended: "are damaged: others follow their end",
  swapped: "are those of something else",
  altered: "are damaged: they are not those that were sealed",
  unreadable: "cannot be read, or name a key that is lost",
};

async function unknownFile(
  files: ArtifactInspection,
  { name, isArtifact }: { readonly name: string; readonly isArtifact: boolean },
): Promise<Finding> {
  const isWhole = isArtifact && (await files.isWhole(name));
  const nothing = { losses: [], lost: 0 };
  return isWhole
    ? { kind: "file", name, damage: "left-over", detail: "Nothing refers to it any more.", ...nothing }
    : {
        kind: "file",
        name,
        damage: "altered",
        detail: "Nothing refers to it, and Stepback has not written it so.",
        ...nothing,
      };
}

interface VerifyDeps {
  readonly store: VerificationStore & DamageStore;
  readonly files: ArtifactInspection;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Goes through with the verification that somebody asked for, from its beginning: what is stored may have changed since it broke
 * off. What is found damaged is known from then on, and what is whole again is forgotten. Returns it once it has ended, null where there was nothing to do.
 */
export async function verifyData(deps: VerifyDeps): Promise<Verification | null> {
  const { store, clock, signal } = deps;
  const open = await store.findOpenVerification();
  if (!open) return null;
  await store.beginVerification(open.id, clock.now());
  let counts = NOTHING_VERIFIED;
  let parts = 0;
  for await (const part of inspectData(deps, open, signal)) {
    ({ counts } = part);
    parts += 1;
    if (part.findings.length > 0 || parts % PARTS_PER_SAVE === 0)
      await store.saveFindings(open.id, counts, part.findings);
    await noteParts(deps, part);
  }
  if (signal.aborted) return null;
  await store.endVerification(open.id, { at: clock.now(), error: null, counts });
  return store.findVerification(open.id);
}

/** How often the counts are saved where nothing is found. */
const PARTS_PER_SAVE = 200;

async function noteParts({ store, clock }: VerifyDeps, { findings, bytes }: VerifiedPart): Promise<void> {
  const at = clock.now();
  for (const { kind, name, damage } of findings)
    if (kind === "state" && damage !== "left-over")
      await store.noteDamage({ part: { state: name }, damage: DAMAGE_TEXTS[damage], at });
  for (const { bytes: stored, damage, isRead } of bytes) {
    const part = { owner: stored.owner, digest: stored.digest };
    if (damage !== null) await store.noteDamage({ part, damage: DAMAGE_TEXTS[damage], at });
    else if (isRead) await store.forgetDamage(part);
  }
}
