import { lambdaAliasState } from "../../domain/component/states/lambda.ts";
import type { Action } from "../../domain/plan/plan.ts";
import type { PlanInput } from "../kind.ts";
import { aliasDiff } from "./alias-diff.ts";

/**
 * The actions that point an alias and provision it, in an order that AWS takes: what is provisioned can only be managed
 * while the alias has no weights, and an alias that has it does not move to another version together with weights
 * (facts I2). Pure.
 */
export function aliasActions(input: Pick<PlanInput, "name" | "goal" | "live">, isOnOtherRuntime = false): Action[] {
  const change = changeOf(input, isOnOtherRuntime);
  const { name, live } = input;
  const created = live ? {} : { writes: ["CreateAlias"] };
  const point: Action = { do: "put-alias", name };
  const manage: Action[] = change.manages ? [managing(name, change.provisioned)] : [];
  if (needsNoWeights(change)) return [{ do: "unweight-alias", name, ...created }, ...manage, point];
  const pointing = change.points ? [{ ...point, ...created }] : [];
  return managesFirst(change) ? [...manage, ...pointing] : [...pointing, ...manage];
}

interface AliasChange {
  readonly points: boolean;
  /** Whether the alias comes, or goes to another version. */
  readonly moves: boolean;
  readonly manages: boolean;
  readonly provisioned: number | null;
  readonly hasWeights: boolean;
  readonly hadWeights: boolean;
}

function changeOf({ goal, live }: Pick<PlanInput, "goal" | "live">, isOnOtherRuntime: boolean): AliasChange {
  const [wanted, present] = [lambdaAliasState(goal?.state).settings, lambdaAliasState(live?.state).settings];
  const differing = goal && live ? aliasDiff(goal.state, live.state) : [];
  const differs = (key: keyof typeof wanted) => !live || differing.some((path) => path.startsWith(`/${key}`));
  const moves = differs("target") || isOnOtherRuntime;
  const { provisioned = null } = wanted;
  return {
    points: moves || differs("description") || differs("weights"),
    moves,
    manages: differs("provisioned") && (live !== null || provisioned !== null),
    provisioned,
    hasWeights: wanted.weights.length > 0,
    hadWeights: present.weights.length > 0,
  };
}

function managing(name: string, provisioned: number | null): Action {
  const removing = provisioned === null ? { writes: ["DeleteProvisionedConcurrencyConfig"] } : {};
  return { do: "put-provisioned-concurrency", name, ...removing };
}

/** Whether the alias has to serve the goal's version alone for a while. */
function needsNoWeights({ manages, moves, provisioned, hasWeights, hadWeights }: AliasChange): boolean {
  if (!hasWeights) return false;
  if (!manages) return moves && provisioned !== null;
  return hadWeights || (moves && provisioned !== null);
}

/**
 * Before the weights come. And deleted before the alias moves: otherwise AWS would start to provision the version that
 * the alias is pointed to.
 */
function managesFirst({ provisioned, hasWeights, hadWeights }: AliasChange): boolean {
  return hasWeights || (provisioned === null && !hadWeights);
}
