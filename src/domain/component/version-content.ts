import { type Json, type JsonObject, sameJson } from "../json.ts";
import type { ComponentState } from "./component.ts";
import { type AliasTarget, lambdaAliasState } from "./states/lambda.ts";

/** The only version without content of its own: an alias to it follows the function. */
export const LATEST = "$LATEST";

/**
 * AWS patches the runtime under a published version, and nobody can put a patch back: it tells two versions from each other,
 * but not a version from what it was.
 */
export const RUNTIME_VERSION = "RuntimeVersionArn";

/**
 * Members of two contents that differ, or that may differ because one of them could not be read; empty if the contents are
 * the same. What a capture of Stepback 0.1.0 did not hold is unknown and not different: of such a content, only the code and
 * the digest of the configuration count. Pure.
 */
export function differingMembers(one: AliasTarget, other: AliasTarget): string[] {
  if (followsLatest(one) !== followsLatest(other)) return ["version"];
  if (followsLatest(one)) return [];
  if (one.codeSha256 !== other.codeSha256) return ["codeSha256"];
  if (!isWhole(one) || !isWhole(other))
    return one.config !== undefined && one.config === other.config ? [] : ["config"];
  const [settings, others] = [one.settings ?? {}, other.settings ?? {}];
  const unread = new Set([...(one.unread ?? []), ...(other.unread ?? [])]);
  const members = new Set([...Object.keys(settings), ...Object.keys(others), ...unread]);
  return [...members].filter((key) => unread.has(key) || !sameMember(settings, others, key)).sort();
}

/** Whether an alias follows `$LATEST`, so that it has no content of its own. */
export function followsLatest({ version, codeSha256 }: AliasTarget): boolean {
  return version === LATEST && codeSha256 === undefined;
}

function sameMember(one: JsonObject, other: JsonObject, key: string): boolean {
  return sameJson(one[key] ?? null, other[key] ?? null);
}

/** Whether the content holds every member that AWS returned, and names the others. */
export function isWhole({ unread }: AliasTarget): boolean {
  return unread !== undefined;
}

/** A version that an alias points to, with its number: evidence of what the alias was, because no number is used again. */
export interface PointedVersion {
  readonly number: string | null;
  readonly content: AliasTarget;
  /** The share of the calls; null for the alias's main version. */
  readonly weight: number | null;
}

/** The main version first. */
export function pointedVersions(state: ComponentState | null | undefined): PointedVersion[] {
  const { settings, evidence } = lambdaAliasState(state);
  const numbers = Object.keys(evidence.weights);
  return [
    { number: evidence.version, content: settings.target, weight: null },
    ...settings.weights.map((content, index) => ({
      number: numbers[index] ?? null,
      content,
      weight: content.weight ?? null,
    })),
  ];
}

/** Decides whether members of two contents that differ in their text are the same in effect. */
export type SameInEffect = (member: string, one: PointedVersion, other: PointedVersion) => boolean;

const NOTHING_MORE: SameInEffect = () => false;

/** Whether two aliases point to the same content. A version never changes, so an equal number is enough. Pure. */
export function sameVersion(one: PointedVersion, other: PointedVersion, isSame: SameInEffect = NOTHING_MORE): boolean {
  if (one.weight !== other.weight) return false;
  const isSameNumber = one.number !== null && one.number === other.number && one.number !== LATEST;
  if (isSameNumber && one.content.codeSha256 === other.content.codeSha256) return true;
  return differingMembers(one.content, other.content).every((member) => isSame(member, one, other));
}

/** Whether two captured aliases are the same as far as both are known. Pure. */
export function sameAlias(one: ComponentState, other: ComponentState): boolean {
  const [ones, others] = [pointedVersions(one), pointedVersions(other)];
  const [first, second] = [one, other].map((state) => ownSettings(state));
  return (
    sameJson(first ?? null, second ?? null) &&
    ones.length === others.length &&
    ones.every((version, index) => {
      const counterpart = others[index];
      return counterpart !== undefined && sameVersion(version, counterpart);
    })
  );
}

/** The settings of the alias itself, without the versions. */
function ownSettings(state: ComponentState): Json {
  const { description, provisioned = null } = lambdaAliasState(state).settings;
  return { description, provisioned };
}
