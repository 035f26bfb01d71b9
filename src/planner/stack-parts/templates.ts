import { type CapturedComponent, type ComponentId, parseComponentId } from "../../domain/component/component.ts";
import type { CodePlan } from "../../domain/template/code-relocation.ts";
import { type TemplateState, templateStateOf } from "../../domain/template/template.ts";
import { codePlanOf, type DatedFacts } from "../facts.ts";

/** A stack with its two templates, each parsed once. */
export interface StackStates {
  readonly id: ComponentId;
  readonly name: string;
  readonly before: CapturedComponent;
  readonly live: CapturedComponent;
  readonly beforeTemplate: TemplateState;
  readonly liveTemplate: TemplateState;
  /** What becomes of the objects that the backup's template names. */
  readonly code: CodePlan;
}

/** Null where the stack is not in the backup or is gone, or where a template cannot be read: then no part of it can go. */
export function statesOf(id: ComponentId, facts: DatedFacts): StackStates | null {
  const { sources, live } = facts;
  const [before, now] = [sources.before.get(id), live.get(id)];
  if (!before || !now) return null;
  const [beforeTemplate, liveTemplate] = [templateStateOf(before.state), templateStateOf(now.state)];
  if (!beforeTemplate || !liveTemplate) return null;
  const name = parseComponentId(id)?.name ?? "";
  return { id, name, before, live: now, beforeTemplate, liveTemplate, code: codePlanOf(id, facts) };
}
