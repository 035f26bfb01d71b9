import { type CapturedComponent, type ComponentId, componentId, nameOf } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { asObject } from "../json.ts";
import type { Loss, LossClass } from "../plan/losses.ts";
import { affectedBetween } from "../template/affected.ts";
import { resourcesOf, templateOf, templateStateOf } from "../template/template.ts";
import { logGroupsOfAdded } from "./log-groups.ts";
import { isKeptOnReplacement, isRetained } from "./retained.ts";
import { isCustomResource, lostWith } from "./stateful-types.ts";
import { isShell } from "./status.ts";

/*
 * What is lost when a stack returns to an earlier state: one function for a verdict on the deployment, for a plan, a drill
 * and a run. Replacements that no deployment made before are known only to CloudFormation's change set.
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

/**
 * Resources of `present` that go, and whose going loses something: those that only it has, and those that the deployment
 * replaced, because the way back replaces them once more. Those that their policy keeps are not lost.
 */
export function lostHolders(wanted: CapturedComponent, present: CapturedComponent, facts: LossFacts): Loss[] {
  const others = stackState(wanted.state).settings.resources;
  const template = templateOf(present.state);
  const isKept = keptBy(wanted, present);
  const logs = logGroupsOfAdded(wanted, present);
  const replaced = replacedBetween(wanted, present);
  const keepers = new Set(
    resourcesOf(template)
      .filter(keepsLogs)
      .map(({ logicalId }) => logicalId),
  );
  return Object.entries(stackState(present.state).settings.resources).flatMap(([logicalId, type]): Loss[] => {
    const isReplaced = replaced.has(logicalId);
    const by = others[logicalId] === type && !isReplaced ? null : lostWith(type);
    if (!by || isKept(logicalId, { isReplaced })) return [];
    const id = componentId("stack-resource", `${nameOf(present.id)}/${logicalId}`);
    const isNew = !(logicalId in others);
    const why = toldBecause({
      isLog: isNew && logs.has(logicalId),
      isEmpty: (isNew || isReplaced) && facts.empty.has(id),
      isKeeper: keepers.has(logicalId),
    });
    const lossClass: LossClass = why && !facts.askForTold ? "told" : by;
    const what = isReplaced ? "was replaced, and the present one is deleted" : "is not in the backup and is deleted";
    return [{ id, class: lossClass, type, detail: `${logicalId} (${type}) ${what}${why ?? ""}.` }];
  });
}

/** By the policies of both templates for a replacement: nobody documents which of them decides. */
function keptBy(wanted: CapturedComponent, present: CapturedComponent) {
  const [goal, now] = [wanted, present].map(({ state }) => asObject(templateOf(state)["Resources"]));
  return (logicalId: string, { isReplaced }: { readonly isReplaced: boolean }) => {
    const [was, is] = [asObject(goal?.[logicalId]), asObject(now?.[logicalId])];
    return isReplaced ? isKeptOnReplacement(was) && isKeptOnReplacement(is) : isRetained(is);
  };
}

/**
 * Logical ids that stand for another resource now than in the backup, and whose definition, or what it refers to, goes back.
 * A custom resource answers with any id it likes, and CloudFormation does not call that a replacement.
 */
function replacedBetween(wanted: CapturedComponent, present: CapturedComponent): ReadonlySet<string> {
  // Another stack under the same name: its resources have ids of their own, and an update leaves them.
  if (wanted.physicalId !== present.physicalId) return new Set();
  const [goal, now] = [stackState(wanted.state), stackState(present.state)];
  const others = Object.entries(now.settings.resources).filter(([logicalId, type]) => {
    const [was, is] = [goal.evidence.physicalIds[logicalId], now.evidence.physicalIds[logicalId]];
    return goal.settings.resources[logicalId] === type && !isCustomResource(type) && was && is && was !== is;
  });
  const states = { wanted: templateStateOf(wanted.state), present: templateStateOf(present.state) };
  if (others.length === 0 || !states.wanted || !states.present) return new Set();
  const affected = affectedBetween(states.wanted, states.present);
  const definitions = asObject(states.present.template["Resources"]);
  return new Set(others.flatMap(([id]) => (affected.has(id) || !(id in definitions) ? id : [])));
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
