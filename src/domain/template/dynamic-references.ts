import type { CapturedComponent } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Reason } from "../errors.ts";
import { canonicalText, sameJson } from "../json.ts";

/** Where values may be looked up: parameters by their names, and text that may hold dynamic references. */
export interface LookUps {
  readonly parameters: readonly string[];
  readonly text: string;
}

/**
 * Values that CloudFormation looks up whenever it updates the stack (facts D): today's come, not those of the backup. Of
 * the whole stack, or of `within`. Where `live` tells that a value has changed since, that is said; what it is, never. Pure.
 */
export function dynamicReferences(
  backup: CapturedComponent,
  { within = wholeOf(backup), live = null }: { within?: LookUps; live?: CapturedComponent | null } = {},
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
    `CloudFormation looks up today's value of ${named.join(", ")}; an earlier one does not come back.`,
    ...(changed.length > 0
      ? [`The live stack already has another value of ${changed.join(", ")} than the backup.`]
      : []),
  ].join(" ");
  return [{ code: "VALUE_LOOKED_UP", detail }];
}

function wholeOf({ state }: CapturedComponent): LookUps {
  const { settings, evidence } = stackState(state);
  return {
    parameters: Object.keys(evidence.resolvedParameters),
    text: `${settings.template}\n${canonicalText(settings.parameters)}`,
  };
}

/** The same SSM parameter gave another value. One that names another SSM parameter now tells nothing of the backup's. */
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
