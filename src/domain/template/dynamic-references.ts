import type { CapturedComponent } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Reason } from "../errors.ts";
import { canonicalText, sameJson } from "../json.ts";
import { usedIn } from "./meaning.ts";
import { templateStateOf } from "./template.ts";

/** Where dynamic references may be: in SSM parameters, by name, and anywhere in a text. */
export interface ReferencePlaces {
  readonly parameters: readonly string[];
  readonly text: string;
}

/**
 * The reason for dynamic references, whose values CloudFormation resolves at each update of the stack (facts D), so that the
 * values of the backup are not restored. For the whole stack or for `within`. Names the parameters whose values `live` shows
 * to have changed, but never a value. Pure.
 */
export function dynamicReferences(
  backup: CapturedComponent,
  { within = wholeOf(backup), live = null }: { within?: ReferencePlaces; live?: CapturedComponent | null } = {},
): Reason[] {
  const { resolvedParameters } = stackState(backup.state).evidence;
  const parameters = Object.keys(resolvedParameters).filter((key) => within.parameters.includes(key));
  const references = [...within.text.matchAll(/\{\{resolve:([^}]+)\}\}/g)].flatMap(([, to = ""]) => to);
  const named = [
    ...parameters.map((key) => `the parameter ${key}`),
    ...[...new Set(references)].filter((to) => !isPinned(to)).map((to) => `{{resolve:${to}}}`),
  ];
  if (named.length === 0) return [];
  const changed = parameters.filter((key) => live && hasChanged(key, backup, live));
  const detail = [
    `CloudFormation resolves ${named.join(", ")} to the present value; an earlier value is not restored.`,
    ...(changed.length > 0
      ? [`The live stack already has a different value of ${changed.join(", ")} than the backup.`]
      : []),
  ].join(" ");
  return [{ code: "VALUE_LOOKED_UP", detail }];
}

/** What has an effect in the template; all of a template that cannot be parsed. */
function wholeOf({ state }: CapturedComponent): ReferencePlaces {
  const { settings, evidence } = stackState(state);
  const parsed = templateStateOf(state);
  if (parsed) {
    const { parameters, values } = usedIn(parsed);
    return { parameters, text: values.map((value) => canonicalText(value)).join("\n") };
  }
  return {
    parameters: Object.keys(evidence.resolvedParameters),
    text: `${settings.template}\n${canonicalText(settings.parameters)}`,
  };
}

/** Whether the same SSM parameter has another value now. Another SSM parameter says nothing about the one of the backup. */
function hasChanged(key: string, backup: CapturedComponent, live: CapturedComponent): boolean {
  const [was, is] = [stackState(backup.state), stackState(live.state)];
  const [gave, gives] = [was.evidence.resolvedParameters[key], is.evidence.resolvedParameters[key]];
  if (gave === undefined || gives === undefined) return false;
  return gave !== gives && sameJson(was.settings.parameters[key] ?? null, is.settings.parameters[key] ?? null);
}

/** Whether a dynamic reference names a version: `ssm:name:3`, `secretsmanager:id:SecretString:key:stage:version-id`. */
function isPinned(reference: string): boolean {
  if (reference.startsWith("ssm")) return /:\d+$/.test(reference);
  return /:[0-9a-f]{8}-[0-9a-f-]{27,55}$/.test(reference);
}
