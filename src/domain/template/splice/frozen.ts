import { sameJson } from "../../json.ts";
import type { Merge } from "./merge.ts";
import { child, type Node, readingOf } from "./node.ts";
import { impossible, type Offer, type Refusal, requirement } from "./request.ts";
import { typeOf } from "./resources.ts";
import { SharedNames } from "./shared-names.ts";
import { namesIn, usesIn, usesOf } from "./uses.ts";

/** How resources of a type keep what others were when they were created. */
interface Freezing {
  /** The property that names what is kept. */
  readonly subject: string;
  /** Types whose resources name the same subject by the same property, and are kept with it. */
  readonly with?: RegExp;
}

/**
 * Types whose resources are snapshots inside AWS: they keep what others were at their creation, and callers are served from
 * them (facts I10). Types that only carry versions of their own content (layers, task definitions, job definitions, launch
 * templates, hosted configurations) freeze nothing else, and are none of these.
 */
const FREEZING: ReadonlyMap<string, Freezing> = new Map<string, Freezing>([
  ["AWS::Lambda::Version", { subject: "FunctionName" }],
  [
    "AWS::ApiGateway::Deployment",
    {
      subject: "RestApiId",
      with: /^AWS::ApiGateway::(Method|Resource|Model|Authorizer|RequestValidator|GatewayResponse)$/,
    },
  ],
  [
    "AWS::ApiGatewayV2::Deployment",
    {
      subject: "ApiId",
      with: /^AWS::ApiGatewayV2::(Route|RouteResponse|Integration|IntegrationResponse|Model|Authorizer)$/,
    },
  ],
  ["AWS::StepFunctions::StateMachineVersion", { subject: "StateMachineArn" }],
  ["AWS::Lex::BotVersion", { subject: "BotId" }],
  ["AWS::Bedrock::AgentAlias", { subject: "AgentId" }],
  ["AWS::Bedrock::FlowVersion", { subject: "FlowArn" }],
  ["AWS::Bedrock::PromptVersion", { subject: "PromptArn" }],
  ["AWS::Bedrock::GuardrailVersion", { subject: "GuardrailIdentifier" }],
  ["AWS::Connect::ContactFlowVersion", { subject: "ContactFlowId" }],
  ["AWS::Connect::ViewVersion", { subject: "ViewArn" }],
  ["AWS::Wisdom::AIAgentVersion", { subject: "AIAgentId" }],
  ["AWS::Wisdom::AIGuardrailVersion", { subject: "AIGuardrailId" }],
  ["AWS::Wisdom::AIPromptVersion", { subject: "AIPromptId" }],
]);

/**
 * A snapshot that the splice creates needs all that it keeps to be as in the backup by then, or it would keep, and serve, what
 * the deploy left; and CloudFormation has to know the order.
 */
export function frozenFaults(merge: Merge): Refusal[] {
  return [...merge.changes].flatMap(([logicalId, change]): Refusal[] => {
    const definition = merge.backup.definitions.get(logicalId);
    if (!definition || (change.to !== "added" && change.to !== "replaced")) return [];
    const kept = keptBy(merge, definition);
    const missing = kept.filter((id) => !isAsInBackup(merge, id));
    if (missing.length > 0) {
      const why = `${logicalId} keeps ${listed(kept)} as they are when it is created, so ${listed(missing)} have to be restored with it.`;
      return [requirement(logicalId, missing, why)];
    }
    const unordered = kept.filter((id) => isChanged(merge, id) && !waitsFor(merge, logicalId, id));
    if (unordered.length === 0) return [];
    const why = `${logicalId} keeps ${listed(unordered)} as they are when it is created, and does not wait for them. Restore ${listed(unordered)} first and ${logicalId} after that.`;
    return [impossible(logicalId, why)];
  });
}

/** Snapshots of the backup that are not there, and without which nobody is served by what is rolled back. */
export function frozenOffers(merge: Merge): Offer[] {
  const offers = new Map<string, string[]>();
  for (const [logicalId, definition] of merge.backup.definitions) {
    if (merge.merged.definitions.has(logicalId) || typeOf(definition) === "AWS::Lambda::Version") continue;
    const changed = keptBy(merge, definition).filter((id) => isChanged(merge, id));
    if (changed.length === 0) continue;
    offers.set(changed.join(), [...(offers.get(changed.join()) ?? []), logicalId]);
  }
  return [...offers].map(([changed, logicalIds]) => {
    const what = logicalIds.some((id) => /::Deployment$/.test(typeOf(merge.backup.definitions.get(id)) ?? ""))
      ? "a new deployment of the API"
      : "a new version";
    return { logicalIds, why: `${changed.replaceAll(",", ", ")} takes effect only with ${what}.` };
  });
}

/** Logical ids of all that a snapshot keeps, on either side; empty for other types, and for subjects that are named by text. */
function keptBy({ backup, merged }: Merge, definition: Node): string[] {
  const freezing = FREEZING.get(typeOf(definition) ?? "");
  if (!freezing) return [];
  const subjects = subjectsOf(definition, freezing.subject);
  const members = [...backup.definitions, ...merged.definitions].flatMap(([id, node]) => {
    const isMember = freezing.with?.test(typeOf(node) ?? "") ?? false;
    return isMember && subjectsOf(node, freezing.subject).some((subject) => subjects.includes(subject)) ? [id] : [];
  });
  return [...new Set([...subjects.filter((id) => backup.definitions.has(id)), ...members])];
}

function subjectsOf(definition: Node, property: string): string[] {
  const name = child(child(definition, "Properties"), property);
  return name ? [...namesIn(usesIn(name, "value"))] : [];
}

/** Whether the properties will be those of the backup, including everything that they refer to; both may lack the resource. */
function isAsInBackup({ request, backup, merged, names }: Merge, logicalId: string): boolean {
  const [then, now] = [backup.definitions.get(logicalId), merged.definitions.get(logicalId)];
  if (!then || !now) return then === now;
  // A separate instance, because names that the comparison copies must not be in the result.
  const trial = new SharedNames(request.current, request.backup);
  trial.take(usesIn(then, "resource"), logicalId);
  const properties = (node: Node) => child(node, "Properties") ?? node;
  return sameJson(readingOf(properties(then), trial.rewrites), readingOf(properties(now), names.rewrites));
}

function isChanged({ changes }: Merge, logicalId: string): boolean {
  return (changes.get(logicalId)?.to ?? "unchanged") !== "unchanged";
}

/** Whether the resource is created after the other one, which CloudFormation knows by references and DependsOn. */
function waitsFor({ merged }: Merge, logicalId: string, other: string): boolean {
  const reached = new Set([logicalId]);
  for (const id of reached) {
    const definition = merged.definitions.get(id);
    if (definition) for (const name of namesIn(usesOf(id, definition, "resource"))) reached.add(name);
  }
  // CloudFormation deletes last whatever the order, also where the whole stack is rolled back.
  return reached.has(other) || !merged.definitions.has(other);
}

function listed(logicalIds: readonly string[]): string {
  return logicalIds.join(", ");
}
