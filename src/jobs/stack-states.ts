import { type CapturedComponent, type ComponentId, parseComponentId } from "../domain/component.ts";
import { type TemplateState, templateStateOf } from "../domain/template.ts";
import type { DatedFacts } from "./plan-facts.ts";

/** A stack with its two templates, each parsed once. */
export interface StackStates {
  readonly id: ComponentId;
  readonly name: string;
  readonly before: CapturedComponent;
  readonly live: CapturedComponent;
  readonly beforeTemplate: TemplateState;
  readonly liveTemplate: TemplateState;
}

/** Null where the stack is not in the backup or is gone, or where a template cannot be read: then no part of it can go. */
export function statesOf(id: ComponentId, { sources, live }: DatedFacts): StackStates | null {
  const [before, now] = [sources.before.get(id), live.get(id)];
  if (!before || !now) return null;
  const [beforeTemplate, liveTemplate] = [templateStateOf(before.state), templateStateOf(now.state)];
  if (!beforeTemplate || !liveTemplate) return null;
  return { id, name: parseComponentId(id)?.name ?? "", before, live: now, beforeTemplate, liveTemplate };
}
