import { type CapturedComponent, type ComponentId, type Components, kindOf } from "../component/component.ts";
import { lambdaCodeState } from "../component/states/lambda.ts";
import type { Reason } from "../errors.ts";
import type { Altered } from "./altered.ts";

/** What a rollback took back, so that it does not come again unseen (N13). One pin for each rollback that took something. */
export interface Pin {
  readonly id: string;
  readonly rollback: string;
  readonly application: string;
  readonly stage: string;
  readonly target: string;
  /** Of the deployments that were reversed; empty for a restore to a snapshot. */
  readonly builds: readonly string[];
  readonly commits: readonly string[];
  readonly states: readonly PinnedState[];
  readonly createdAt: number;
  /** Null while nobody has cleared it. */
  readonly cleared: Cleared | null;
}

export interface PinnedState {
  readonly component: ComponentId;
  /** Digest of the state that was rolled back; null where that was the component's absence. */
  readonly digest: string | null;
  /** Of `lambda-code`: the same bytes are the same code, also under other settings. */
  readonly codeSha256: string | null;
  /** The rollback that brought this very state back; null while it is pinned. */
  readonly supersededBy: string | null;
}

export interface Cleared {
  readonly at: number;
  readonly by: string;
  readonly reason: string;
}

/** A pinned state that a deployment carries. */
export interface CarriedPin {
  readonly component: ComponentId;
  readonly pin: string;
}

/** What a deployment says of itself when it is opened. */
export interface Announced {
  readonly build: string | null;
  readonly commit: string | null;
}

/** Nobody cleared it, and at least one of its states has not been brought back. */
export function isActive({ cleared, states }: Pick<Pin, "cleared" | "states">): boolean {
  return cleared === null && states.some(({ supersededBy }) => supersededBy === null);
}

/** The pinned form of a state. Null stands for a component that was not there. Pure. */
export function pinnedState(component: ComponentId, state: CapturedComponent | null): PinnedState {
  const code = kindOf(component) === "lambda-code" ? lambdaCodeState(state?.state).settings.CodeSha256 : "";
  return { component, digest: state?.digest ?? null, codeSha256: code === "" ? null : code, supersededBy: null };
}

/** One reason for each active pin that names the announced build or commit. Pure. */
export function announcedPins({ build, commit }: Announced, pins: readonly Pin[]): Reason[] {
  return pins.filter(isActive).flatMap((pin): Reason[] => {
    const known = [
      ...(build !== null && pin.builds.includes(build) ? [`the build ${build}`] : []),
      ...(commit !== null && pin.commits.includes(commit) ? [`the commit ${commit}`] : []),
    ];
    if (known.length === 0) return [];
    return [{ code: "PINNED", detail: `${pin.rollback} rolled ${known.join(" and ")} back: pin ${pin.id}.` }];
  });
}

/**
 * Which altered components are as a rollback found them: the whole state by its digest, code also by its bytes alone.
 * What a deployment did not alter it did not bring. Pure.
 */
export function carriedPins(altered: readonly Altered[], deployed: Components, pins: readonly Pin[]): CarriedPin[] {
  const active = pins.filter(isActive);
  return altered.flatMap(({ component }) => {
    const now = pinnedState(component, deployed.get(component) ?? null);
    const carrying = active.filter(({ states }) => states.some((pinned) => isSameState(pinned, now)));
    return carrying.map(({ id }) => ({ component, pin: id }));
  });
}

function isSameState(pinned: PinnedState, now: PinnedState): boolean {
  if (pinned.component !== now.component || pinned.supersededBy !== null) return false;
  return pinned.digest === now.digest || (pinned.codeSha256 !== null && pinned.codeSha256 === now.codeSha256);
}

/** The altered rows with a reason beside each component that carries a pinned state. Pure. */
export function markPinned(altered: readonly Altered[], carried: readonly CarriedPin[]): Altered[] {
  return altered.map((row) => {
    const pins = carried.filter(({ component }) => component === row.component).map(({ pin }) => pin);
    if (pins.length === 0) return row;
    const detail = `This state was rolled back before: pin ${pins.join(", ")}.`;
    return { ...row, reasons: [...row.reasons, { code: "PINNED", detail }] };
  });
}

/** What the end of a rollback does to pins and marks, in the same transaction as the end. */
export interface PinChanges {
  /** The pin that it makes; null where it took nothing back, or where it is an undo. */
  readonly pin: Pin | null;
  /** States that it brought back: whatever pins exactly them is superseded. */
  readonly broughtBack: readonly Pick<PinnedState, "component" | "digest">[];
  /** The rollback that it undoes: what that one pinned of these components is superseded too. Null for any other. */
  readonly undone: string | null;
  /** Branches and builds that need revalidation now (F17). */
  readonly revalidate: readonly (Suspect & { readonly id: string })[];
}

export const SUSPECT_SUBJECTS = ["branch", "build"] as const;
export type SuspectSubject = (typeof SUSPECT_SUBJECTS)[number];

/** A branch or a build that was rolled back. */
export interface Suspect {
  readonly subject: SuspectSubject;
  readonly name: string;
}

/** A branch or build that needs to be deployed anew, or looked at by somebody, before it counts as good again. */
export interface Revalidation extends Suspect {
  readonly id: string;
  readonly application: string;
  readonly stage: string;
  readonly rollback: string;
  readonly createdAt: number;
  readonly closedAt: number | null;
  /** The deployment that completed, or the undo; null while it is open and where somebody cleared it. */
  readonly closedBy: string | null;
  readonly cleared: Cleared | null;
}
