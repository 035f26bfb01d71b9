import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  kindOf,
  stackOf,
} from "../domain/component/component.ts";
import { type Reference, type ReferenceFacts, referencesOf, remedyFor } from "../domain/component/references.ts";
import { stackState } from "../domain/component/states/stack.ts";
import type { Reason } from "../domain/errors.ts";
import type { StepStrategy } from "../domain/plan/plan.ts";
import { refused, type StepPlan } from "../kinds/kind.ts";
import type { Subject, Subjects } from "./subject.ts";

/*
 * What a step writes names things that are no components: a role, a key, a queue. AWS refuses most of them when they are gone,
 * CloudFormation after minutes.
 */

interface Named {
  readonly by: ComponentId;
  readonly reference: Reference;
}

/**
 * What the backup's states name and nothing live does: only that can be gone. What a picked stack or resource creates again
 * is none of it, and neither is what a stack itself owned, where the step goes through it: its template says what takes that place.
 */
export function referencesAtStake(subject: Subject, subjects: Subjects, path: StepStrategy): Named[] {
  const { before, live } = subjects.states;
  const used = namesIn(live);
  const owner = path === "stack" ? (stackOf(subject.id) ?? subject.owner) : null;
  const own = owner ? physicalIdsOf(before.get(owner)) : [];
  const made = new Set([...own, ...madeByPicked(subjects)]);
  return writtenWith(subject, before).flatMap((component) =>
    referencesOf(component)
      .filter(({ name, identifier }) => !used.has(name) && !made.has(name) && !made.has(identifier))
      .map((reference) => ({ by: component.id, reference })),
  );
}

/** The states that a step writes: its own goal, or those of all functions in a stack or a resource. */
function writtenWith({ id, kind, goal }: Subject, before: Components): readonly CapturedComponent[] {
  if (kind === "stack") return [...before.values()].filter(({ parent }) => parent && stackOf(parent) === id);
  if (kind === "stack-resource") return [...before.values()].filter(({ parent }) => parent === id);
  return goal ? [goal] : [];
}

function namesIn(live: Components): ReadonlySet<string> {
  const known = NAMES.get(live) ?? new Set([...live.values()].flatMap(referencesOf).map(({ name }) => name));
  NAMES.set(live, known);
  return known;
}

const NAMES = new WeakMap<Components, ReadonlySet<string>>();

function madeByPicked({ request, states }: Subjects): string[] {
  return request.picked.flatMap((id) => {
    if (kindOf(id) === "stack") return physicalIdsOf(states.before.get(id));
    return kindOf(id) === "stack-resource"
      ? (states.before.get(id)?.physicalId ?? [])
      : functionMade(id, states.before);
  });
}

function functionMade(id: ComponentId, before: Components): string[] {
  const name = id.slice("lambda-code:".length);
  return kindOf(id) === "lambda-code" && before.has(componentId("lambda-code", name)) ? [name] : [];
}

function physicalIdsOf(stack: CapturedComponent | undefined): string[] {
  const ids = Object.values(stackState(stack?.state).evidence.physicalIds);
  return ids.filter((id) => typeof id === "string");
}

/** Why the subject cannot be restored, and what could not be looked up. */
export function judgeReferences(
  named: readonly Named[],
  { unusable, unchecked }: ReferenceFacts,
): { readonly blockers: Reason[]; readonly told: Reason[] } {
  const blockers = named.flatMap(({ by, reference }): Reason[] => {
    const why = unusable.get(reference.name);
    return why === undefined ? [] : [{ code: "REFERENCE_GONE", detail: goneDetail(by, reference, why) }];
  });
  const told = named.flatMap(({ by, reference: { what, name } }): Reason[] => {
    const why = unchecked.get(name);
    const detail = `Nobody could look whether ${what} ${name} of ${by} still is there: ${why}`;
    return why === undefined ? [] : [{ code: "REFERENCE_UNCHECKED", detail }];
  });
  return { blockers, told };
}

function goneDetail(by: ComponentId, reference: Reference, why: string): string {
  const { what, name } = reference;
  const remedy = remedyFor(reference);
  const way = remedy ? `${remedy}, or leave ${by} out` : `its id never comes back, so leave ${by} out`;
  return `${what} ${name} of ${by} ${why}: ${way}.`.replace(/^./, (first) => first.toUpperCase());
}

/** A step that writes something, refused where what it names is gone. */
export function withReferences(
  subject: Subject,
  planned: StepPlan,
  { subjects, references }: { readonly subjects: Subjects; readonly references: ReferenceFacts },
): StepPlan {
  if (planned.actions.length === 0 || planned.action === "remove") return planned;
  const path = subject.kind === "stack" ? "stack" : "direct";
  const { blockers, told } = judgeReferences(referencesAtStake(subject, subjects, path), references);
  if (blockers.length > 0) return refused(...blockers);
  return told.length > 0 ? { ...planned, reasons: [...planned.reasons, ...told] } : planned;
}
