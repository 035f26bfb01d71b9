import { type CapturedComponent, nameOf } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Reason } from "../errors.ts";
import { asObject, type JsonObject, sameJson } from "../json.ts";
import { partOf } from "../template/part.ts";
import { resourcesOf, templateStateOf } from "../template/template.ts";

/** An alias whose calls CodeDeploy moves to another version, instead of CloudFormation at once (facts F3). */
interface ShiftedAlias {
  /** What the template defines: the alias, or the function that SAM makes it of. */
  readonly logicalId: string;
  readonly aliasId: string;
  /** The deployment configuration; null where the template names none that can be read. */
  readonly pace: string | null;
}

/** What to know of the aliases that an update of the stack, or of these parts, leaves to CodeDeploy. Pure. */
export function trafficShifts(
  goal: CapturedComponent | null,
  live: CapturedComponent | null,
  isMeant: (logicalId: string) => boolean = () => true,
): Reason[] {
  const [wanted, present] = [goal && templateStateOf(goal.state), live && templateStateOf(live.state)];
  if (!goal || !wanted || !present) return [];
  const changes = ({ logicalId }: ShiftedAlias) => {
    const part = { logicalId, take: "all" } as const;
    const there = partOf(present, part);
    return there !== null && !sameJson(partOf(wanted, part), there);
  };
  const shifted = shiftedAliases(wanted.template).filter((alias) => isMeant(alias.logicalId) && changes(alias));
  return shifted.flatMap((alias): Reason[] => {
    const minutes = alias.pace === null ? null : minutesOf(alias.pace);
    return minutes === 0 ? [] : [{ code: "TRAFFIC_SHIFTS", detail: detailOf(goal, alias, minutes) }];
  });
}

function detailOf(stack: CapturedComponent, { aliasId, pace }: ShiftedAlias, minutes: number | null): string {
  const arn = stackState(stack.state).evidence.physicalIds[aliasId];
  const alias = typeof arn === "string" ? /:function:([^:]+:[^:]+)$/.exec(arn)?.[1] : undefined;
  const how = pace === null ? "at the pace of its deployment group" : `as ${pace} says`;
  const long = minutes === null ? "" : `: about ${minutes} minutes until all calls get the restored version`;
  const direct = alias ? ` To switch at once, pick lambda-alias:${alias} alone with \`strategy: direct\`.` : "";
  return `CodeDeploy moves the traffic of ${alias ?? `${aliasId} in ${nameOf(stack.id)}`} ${how}${long}. Its alarms and hooks may refuse the version.${direct}`;
}

function shiftedAliases(template: JsonObject): ShiftedAlias[] {
  return resourcesOf(template).flatMap(({ logicalId, type }): ShiftedAlias[] => {
    const resource = asObject(asObject(template["Resources"])[logicalId]);
    if (type === "AWS::Lambda::Alias") {
      const policy = asObject(asObject(resource["UpdatePolicy"])["CodeDeployLambdaAliasUpdate"]);
      const isShifted = Object.keys(policy).length > 0;
      return isShifted ? [{ logicalId, aliasId: logicalId, pace: paceOfGroup(policy, template) }] : [];
    }
    return type === "AWS::Serverless::Function" ? shiftedBySam(logicalId, withGlobals(resource, template)) : [];
  });
}

/** What SAM's Globals say holds for every function that says nothing itself. */
function withGlobals(resource: JsonObject, template: JsonObject): JsonObject {
  return { ...asObject(asObject(template["Globals"])["Function"]), ...asObject(resource["Properties"]) };
}

function shiftedBySam(logicalId: string, properties: JsonObject): ShiftedAlias[] {
  const alias = properties["AutoPublishAlias"];
  const preference = asObject(properties["DeploymentPreference"]);
  const isOff = preference["Enabled"] === false || Object.keys(preference).length === 0;
  if (isOff || typeof alias !== "string") return [];
  return [{ logicalId, aliasId: `${logicalId}Alias${alias}`, pace: textOrNull(preference["Type"]) }];
}

/** The group is named by a reference where the template makes it, too. */
function paceOfGroup(policy: JsonObject, template: JsonObject): string | null {
  const group = asObject(policy["DeploymentGroupName"])["Ref"];
  if (typeof group !== "string") return null;
  const properties = asObject(asObject(asObject(template["Resources"])[group])["Properties"]);
  return textOrNull(properties["DeploymentConfigName"]);
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/**
 * How long a deployment configuration of AWS takes, by its name: `LambdaCanary10Percent5Minutes` moves the rest after five minutes,
 * `LambdaLinear10PercentEvery1Minute` ten percent each minute. Null for one of somebody's own.
 */
function minutesOf(pace: string): number | null {
  if (/AllAtOnce$/.test(pace)) return 0;
  const canary = /Canary\d+Percent(\d+)Minutes?$/.exec(pace);
  if (canary) return Number(canary[1]);
  const linear = /Linear(\d+)PercentEvery(\d+)Minutes?$/.exec(pace);
  return linear ? Math.ceil(100 / Number(linear[1])) * Number(linear[2]) : null;
}
