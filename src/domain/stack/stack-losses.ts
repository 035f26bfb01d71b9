import { type CapturedComponent, type ComponentId, componentId, nameOf } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { asObject } from "../json.ts";
import type { Loss, LossClass } from "../plan/losses.ts";
import { resourcesOf, templateOf } from "../template/template.ts";
import { logGroupsOfAdded } from "./log-groups.ts";
import { isRetained } from "./retained.ts";
import { lostWith } from "./stateful-types.ts";
import { isShell } from "./status.ts";

/*
 * What is lost when a stack returns to an earlier state: one function for a verdict on the deployment, for a plan, a drill
 * and a run. Replacements of what stays are known only to CloudFormation's change set.
 */

/** What a verdict on losses depends on besides the states. */
export interface LossFacts {
  /** Resources that somebody looked into and found empty. What nobody can look into counts as data. */
  readonly empty: ReadonlySet<ComponentId>;
  /** A policy's rule: what would only be told needs consent, too. */
  readonly askForTold: boolean;
}

export const NO_LOSS_FACTS: LossFacts = { empty: new Set(), askForTold: false };

/** Everything in a stack that is deleted. What a failed creation left behind holds nothing. */
export function wholeStack(present: CapturedComponent, { askForTold }: LossFacts): Loss {
  const { id } = present;
  const type = "AWS::CloudFormation::Stack";
  if (isShell(present) && !askForTold)
    return { id, class: "told", type, detail: `What the failed creation of ${nameOf(id)} left behind is deleted.` };
  return { id, class: "data", type, detail: `The stack ${nameOf(id)} and everything in it is deleted.` };
}

/** Resources that only `present` has, and whose deletion loses something. Those that their policy keeps are not lost. */
export function removedHolders(wanted: CapturedComponent, present: CapturedComponent, facts: LossFacts): Loss[] {
  const others = stackState(wanted.state).settings.resources;
  const template = templateOf(present.state);
  const definitions = asObject(template["Resources"]);
  const logs = logGroupsOfAdded(wanted, present);
  const keepers = new Set(
    resourcesOf(template)
      .filter(keepsLogs)
      .map(({ logicalId }) => logicalId),
  );
  return Object.entries(stackState(present.state).settings.resources).flatMap(([logicalId, type]): Loss[] => {
    const by = others[logicalId] === type ? null : lostWith(type);
    if (!by || isRetained(asObject(definitions[logicalId]))) return [];
    const id = componentId("stack-resource", `${nameOf(present.id)}/${logicalId}`);
    const isNew = !(logicalId in others);
    const why = toldBecause({
      isLog: isNew && logs.has(logicalId),
      isEmpty: isNew && facts.empty.has(id),
      isKeeper: keepers.has(logicalId),
    });
    const lossClass: LossClass = why && !facts.askForTold ? "told" : by;
    const detail = `${logicalId} (${type}) is not in the backup and is deleted${why ?? ""}.`;
    return [{ id, class: lossClass, type, detail }];
  });
}

/** What is known of a resource that is deleted. */
interface Known {
  readonly isLog: boolean;
  readonly isEmpty: boolean;
  readonly isKeeper: boolean;
}

/** Null for what may hold data. */
function toldBecause({ isLog, isEmpty, isKeeper }: Known): string | null {
  if (isKeeper) return "; the log group whose retention it sets stays";
  if (isLog) return ", with the function of the deployment that wrote into it";
  return isEmpty ? "; it is empty" : null;
}

/** CDK's resource that sets a log group's retention: deleted, it leaves the log group alone unless it is told otherwise. */
function keepsLogs({ type, properties }: ReturnType<typeof resourcesOf>[number]): boolean {
  return type === "Custom::LogRetention" && properties["RemovalPolicy"] !== "destroy";
}
