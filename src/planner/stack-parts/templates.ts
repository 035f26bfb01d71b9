import type { CapturedComponent, ComponentId } from "../../domain/component/component.ts";
import { type CodePlan, NO_CODE_PLAN } from "../../domain/template/code-relocation.ts";
import { type TemplateState, templateStateOf } from "../../domain/template/template.ts";
import type { Subject } from "../subject.ts";

/** A stack with its two templates, each parsed once. */
export interface StackTemplates {
  readonly id: ComponentId;
  readonly name: string;
  readonly before: CapturedComponent;
  readonly live: CapturedComponent;
  readonly beforeTemplate: TemplateState;
  readonly liveTemplate: TemplateState;
  /** What becomes of the code objects that the backup's template names. */
  readonly code: CodePlan;
}

/** Null where the stack is not in the backup or is gone, or where a template cannot be read: then no part can be restored. */
export function readTemplates(
  { id, name, before, live }: Subject,
  codePlans: ReadonlyMap<ComponentId, CodePlan>,
): StackTemplates | null {
  if (!before || !live) return null;
  const [beforeTemplate, liveTemplate] = [templateStateOf(before.state), templateStateOf(live.state)];
  if (!beforeTemplate || !liveTemplate) return null;
  return { id, name, before, live, beforeTemplate, liveTemplate, code: codePlans.get(id) ?? NO_CODE_PLAN };
}
