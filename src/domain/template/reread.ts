import {
  type CapturedComponent,
  type Components,
  captured,
  kindOf,
  nameOf,
  splitResource,
  stackOf,
} from "../component/component.ts";
import { sameJson } from "../json.ts";
import { partOf } from "./part.ts";
import { type TemplateState, templateStateOf } from "./template.ts";

/**
 * The number of the rules by which templates are read as data. Raise it when a rule changes: what was captured by other rules
 * is then read again before it is compared with anything.
 */
export const TEMPLATE_READING = 1;

/**
 * The components of a snapshot, with each resource of a stack as today's rules read it in the template that the snapshot
 * holds: what an older version read in another way is no change. Resources whose stack is not in the snapshot stay. Pure.
 */
export function reread(components: Components): Components {
  const stacks = new Map<string, TemplateState | null>();
  const templateFor = (id: CapturedComponent["id"]) => {
    const owner = stackOf(id);
    const stack = owner && components.get(owner);
    if (!stack) return null;
    const known = stacks.get(stack.id);
    if (known !== undefined) return known;
    const template = templateStateOf(stack.state);
    stacks.set(stack.id, template);
    return template;
  };
  return new Map([...components].map(([id, component]) => [id, rereadIn(templateFor(id), component)]));
}

function rereadIn(template: TemplateState | null, component: CapturedComponent): CapturedComponent {
  if (!template || kindOf(component.id) !== "stack-resource") return component;
  const { logicalId } = splitResource(nameOf(component.id));
  const settings = partOf(template, { logicalId, take: "all" });
  if (!settings || sameJson(settings, component.state.settings)) return component;
  return captured(component.id, { ...component.state, settings }, component);
}
