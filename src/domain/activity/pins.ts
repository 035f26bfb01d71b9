import { type CapturedComponent, type ComponentId, type Components, kindOf } from "../component/component.ts";
import { lambdaCodeState } from "../component/states/lambda.ts";
import type { Reason } from "../errors.ts";
import type { Altered } from "./altered.ts";

/** The states that a rollback replaced, so that nobody deploys them again unnoticed. Each such rollback has one pin. */
export interface Pin {
  readonly id: string;
  readonly rollback: string;
  readonly application: string;
  readonly stage: string;
  readonly target: string;
  /** Builds of the reversed deployments; empty for a restore to a snapshot. */
  readonly builds: readonly string[];
  readonly commits: readonly string[];
  readonly states: readonly PinnedState[];
  readonly createdAt: number;
  /** Null until somebody clears the pin. */
  readonly cleared: Cleared | null;
}

export interface PinnedState {
  readonly component: ComponentId;
  /** Digest of the state that was rolled back; null where the component was absent in it. */
  readonly digest: string | null;
  /** Of `lambda-code` only: the same bytes are the same code, even with other settings. */
  readonly codeSha256: string | null;
  /** The rollback that restored this very state; null while the state is pinned. */
  readonly supersededBy: string | null;
}

export interface Cleared {
  readonly at: number;
  readonly by: string;
  readonly reason: string;
}

/** A pinned state that a deployment has deployed again. */
export interface CarriedPin {
  readonly component: ComponentId;
  readonly pin: string;
}

/** The build and the commit that a deployment names when it is opened. */
export interface Announced {
  readonly build: string | null;
  readonly commit: string | null;
}

/** Whether nobody has cleared the pin and at least one of its states has not been restored. */
export function isActive({ cleared, states }: Pick<Pin, "cleared" | "states">): boolean {
  return cleared === null && states.some(({ supersededBy }) => supersededBy === null);
}

/** The pinned form of a state; a null state means that the component was absent. Pure. */
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
    return [{ code: "PINNED", detail: `${pin.rollback} rolled back ${known.join(" and ")}: pin ${pin.id}.` }];
  });
}

/**
 * The altered components that again have a state which a rollback replaced: compared by digest, code also by its bytes
 * alone. A deployment is not blamed for components that it did not alter. Pure.
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

/** The altered rows, with the reason PINNED on each component that has a pinned state. Pure. */
export function markPinned(altered: readonly Altered[], carried: readonly CarriedPin[]): Altered[] {
  return altered.map((row) => {
    const pins = carried.filter(({ component }) => component === row.component).map(({ pin }) => pin);
    if (pins.length === 0) return row;
    const detail = `This state was rolled back before: pin ${pins.join(", ")}.`;
    return { ...row, reasons: [...row.reasons, { code: "PINNED", detail }] };
  });
}

/** What the end of a rollback changes in pins and revalidations, in the transaction that ends it. */
export interface PinChanges {
  /** The new pin; null for an undo, and for a rollback that replaced nothing. */
  readonly pin: Pin | null;
  /** The restored states: pins on exactly these states are superseded. */
  readonly restoredStates: readonly Pick<PinnedState, "component" | "digest">[];
  /** The undone rollback, whose pins on these components are superseded too; null for any other. */
  readonly undone: string | null;
  /** Branches and builds that need revalidation from now on. */
  readonly revalidate: readonly (Suspect & { readonly id: string })[];
}

export const SUSPECT_SUBJECTS = ["branch", "build"] as const;
export type SuspectSubject = (typeof SUSPECT_SUBJECTS)[number];

/** A branch or a build that was rolled back. */
export interface Suspect {
  readonly subject: SuspectSubject;
  readonly name: string;
}

/** A branch or build that has to be deployed again, or cleared by somebody, before it counts as good. */
export interface Revalidation extends Suspect {
  readonly id: string;
  readonly application: string;
  readonly stage: string;
  readonly rollback: string;
  readonly createdAt: number;
  readonly closedAt: number | null;
  /** The deployment or the undo that closed it; null while it is open, and where somebody cleared it. */
  readonly closedBy: string | null;
  readonly cleared: Cleared | null;
}
