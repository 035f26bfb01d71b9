import { type CapturedComponent, type ComponentId, captured, componentId, nameOf } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { asObject, type JsonObject } from "../json.ts";
import { asksForConsent, type Loss, type LossClass } from "../plan/losses.ts";
import { affectedBetween } from "../template/affected.ts";
import { resourcesOf, templateOf, templateStateOf } from "../template/template.ts";
import { logGroupsOfAdded } from "./log-groups.ts";
import { isKeptOnReplacement, isRetained } from "./retained.ts";
import { hasNoPosition, isCustomResource, lostWith, readsStreams } from "./stateful-types.ts";
import { isShell } from "./status.ts";

/*
 * What is lost when a stack returns to an earlier state: one function for a verdict on the deployment, for a plan, a drill
 * and a run. Replacements that no deployment made before are known only to CloudFormation's change set.
 */

/** What somebody found who looked into a resource. */
export interface Contents {
  /** Whether its deletion loses nothing. */
  readonly isEmpty: boolean;
  /** A clause about the resource: "it holds 3 messages". */
  readonly words: string;
}

/** What a verdict on losses depends on besides the states. */
export interface LossFacts {
  /** By resource. What nobody looked into is missing, and counts as data. */
  readonly contents: ReadonlyMap<ComponentId, Contents>;
  /** A policy's rule: what would only be told needs consent, too. */
  readonly askForTold: boolean;
}

export const NO_LOSS_FACTS: LossFacts = { contents: new Map(), askForTold: false };

export const NO_POSITION: Contents = { isEmpty: true, words: "it has no position in a stream" };
export const LOST_POSITION: Contents = { isEmpty: false, words: "its position in the stream is lost" };

/** A resource that goes, and whose going loses something, or would if it held anything. */
interface Holder {
  readonly id: ComponentId;
  readonly class: LossClass;
  readonly type: string;
  readonly logicalId: string;
  readonly isReplaced: boolean;
  /** What is known of it; empty for nothing. */
  readonly words: string;
}

/** What returning a stack to an earlier state loses, or to none. */
export function lossesOfStack(wanted: CapturedComponent | null, present: CapturedComponent, facts: LossFacts): Loss[] {
  return wanted ? lostHolders(wanted, present, facts) : [wholeStack(present, facts)];
}

/** Everything in a stack that is deleted. Where nothing in it holds anything, that is only told. */
export function wholeStack(present: CapturedComponent, facts: LossFacts): Loss {
  const { id } = present;
  const type = "AWS::CloudFormation::Stack";
  if (isShell(present) && !facts.askForTold)
    return { id, class: "told", type, detail: `What the failed creation of ${nameOf(id)} left behind is deleted.` };
  const holders = holdersThatGo(withoutResources(present), present, facts);
  const asked = holders.filter(asksForConsent);
  const named = (asked.length > 0 ? asked : holders).map((one) => `${one.logicalId} (${one.type})${one.words}`);
  const inside = named.length > 0 ? `: ${named.join(", ")}` : "; no resource in it holds data";
  const detail = `The stack ${nameOf(id)} and everything in it is deleted${inside}.`;
  return { id, class: heaviest(asked, facts), type, detail };
}

function heaviest(asked: readonly Holder[], { askForTold }: LossFacts): LossClass {
  if (asked.length === 0) return askForTold ? "data" : "told";
  return asked.every((one) => one.class === "address") ? "address" : "data";
}

/** The stack as it was before it had any resource. */
export function withoutResources(stack: CapturedComponent): CapturedComponent {
  return captured(stack.id, { settings: {}, evidence: {}, artifacts: [] }, { parent: null, physicalId: null });
}

/**
 * Resources of `present` that go, and whose going loses something: those that only it has, and those that the deployment
 * replaced, because the way back replaces them once more. Those that their policy keeps are not lost.
 */
export function lostHolders(wanted: CapturedComponent, present: CapturedComponent, facts: LossFacts): Loss[] {
  return holdersThatGo(wanted, present, facts).map(({ id, class: lossClass, type, logicalId, isReplaced, words }) => {
    const what = isReplaced ? "was replaced, and the present one is deleted" : "is not in the backup and is deleted";
    return { id, class: lossClass, type, detail: `${logicalId} (${type}) ${what}${words}.` };
  });
}

function holdersThatGo(wanted: CapturedComponent, present: CapturedComponent, facts: LossFacts): Holder[] {
  const others = stackState(wanted.state).settings.resources;
  const template = templateOf(present.state);
  const [goals, definitions] = [asObject(templateOf(wanted.state)["Resources"]), asObject(template["Resources"])];
  const isKept = keptBy(goals, definitions);
  const logs = logGroupsOfAdded(wanted, present);
  const replaced = replacedBetween(wanted, present);
  const keepers = new Set(
    resourcesOf(template)
      .filter(keepsLogs)
      .map(({ logicalId }) => logicalId),
  );
  return Object.entries(stackState(present.state).settings.resources).flatMap(([logicalId, type]): Holder[] => {
    const isReplaced = replaced.has(logicalId);
    const by = others[logicalId] === type && !isReplaced ? null : lostWith(type);
    if (!by || isKept(logicalId, { isReplaced })) return [];
    const id = componentId("stack-resource", `${nameOf(present.id)}/${logicalId}`);
    const goal = isReplaced ? asObject(goals[logicalId]) : null;
    const contents = positionOf(type, { present: asObject(definitions[logicalId]), goal }) ?? facts.contents.get(id);
    const why = whyTold({ isLog: !(logicalId in others) && logs.has(logicalId), isKeeper: keepers.has(logicalId) });
    const isTold = (why !== "" || contents?.isEmpty === true) && !facts.askForTold;
    const words = `${why}${contents ? `; ${contents.words}` : ""}`;
    return [{ id, class: isTold ? "told" : by, type, logicalId, isReplaced, words }];
  });
}

/**
 * What is known of a reader's position in a stream: the present one, and the one of a goal that is created again. Null for
 * other types, and for a definition that only a transform knows.
 */
function positionOf(
  type: string,
  { present, goal }: { readonly present: JsonObject; readonly goal: JsonObject | null },
): Contents | null {
  if (!readsStreams(type) || !("Type" in present)) return null;
  const isEmpty = hasNoPosition(type, present) && (goal === null || hasNoPosition(type, goal));
  return isEmpty ? NO_POSITION : LOST_POSITION;
}

/** By the policies of both templates for a replacement: nobody documents which of them decides. */
function keptBy(goals: JsonObject, definitions: JsonObject) {
  return (logicalId: string, { isReplaced }: { readonly isReplaced: boolean }) => {
    const [was, is] = [asObject(goals[logicalId]), asObject(definitions[logicalId])];
    return isReplaced ? isKeptOnReplacement(was) && isKeptOnReplacement(is) : isRetained(is);
  };
}

/**
 * Logical ids that stand for another resource now than in the backup, and whose definition, or what it refers to, is rolled back.
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

/** Empty for what may hold data, as far as the templates tell. */
function whyTold({ isLog, isKeeper }: { readonly isLog: boolean; readonly isKeeper: boolean }): string {
  if (isKeeper) return "; the log group whose retention it sets stays";
  return isLog ? ", with the function of the deployment that wrote into it" : "";
}

/** CDK's resource that sets a log group's retention: deleted, it leaves the log group alone unless it is told otherwise. */
function keepsLogs({ type, properties }: ReturnType<typeof resourcesOf>[number]): boolean {
  return type === "Custom::LogRetention" && properties["RemovalPolicy"] !== "destroy";
}
