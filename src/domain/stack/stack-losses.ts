import { type CapturedComponent, componentId, nameOf } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { asObject } from "../json.ts";
import type { Loss } from "../plan/losses.ts";
import { templateStateOf } from "../template/template.ts";
import { isRetained } from "./retained.ts";
import { lostWith } from "./stateful-types.ts";

/*
 * What is lost when a stack returns to an earlier state: the same for a verdict on the deployment, a plan and a drill.
 * Replacements of what stays are known only to CloudFormation's change set.
 */

/** Everything in a stack that is deleted. */
export function wholeStack({ id }: CapturedComponent): Loss {
  const detail = `The stack ${nameOf(id)} and everything in it is deleted.`;
  return { id, class: "data", type: "AWS::CloudFormation::Stack", detail };
}

/** Resources that only `present` has, and whose deletion loses something. Those that their policy keeps are not lost. */
export function removedHolders(wanted: CapturedComponent, present: CapturedComponent): Loss[] {
  const others = stackState(wanted.state).settings.resources;
  const definitions = asObject(templateStateOf(present.state)?.template["Resources"]);
  return Object.entries(stackState(present.state).settings.resources).flatMap(([logicalId, type]) => {
    const lossClass = others[logicalId] === type ? null : lostWith(type);
    if (!lossClass || isRetained(asObject(definitions[logicalId]))) return [];
    const id = componentId("stack-resource", `${nameOf(present.id)}/${logicalId}`);
    return [{ id, class: lossClass, type, detail: `${logicalId} (${type}) is not in the backup and is deleted.` }];
  });
}
