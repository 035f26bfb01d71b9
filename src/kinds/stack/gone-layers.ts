import { type CapturedComponent, nameOf } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import type { Reason } from "../../domain/errors.ts";
import { canonicalText } from "../../domain/json.ts";
import { partOf } from "../../domain/template/part.ts";
import type { Part } from "../../domain/template/splice/request.ts";
import { resourcesOf, type TemplateState } from "../../domain/template/template.ts";

const FUNCTIONS: ReadonlySet<string> = new Set(["AWS::Lambda::Function", "AWS::Serverless::Function"]);
const LAYER_VERSION = /arn:[\w-]+:lambda:[\w-]+:\d+:layer:[\w-]+:\d+/g;

interface Templates {
  /** Null where the stack is created. */
  readonly live: TemplateState | null;
  readonly wanted: TemplateState;
}

/**
 * Why functions cannot be given the layers that the template names: the versions were deleted, and a template cannot name
 * the one that a restore would publish again, which gets another number. For these parts, or all functions. Pure.
 */
export function goneLayerBlockers(
  backup: CapturedComponent,
  { live, wanted }: Templates,
  { isLayerGone, parts }: { readonly isLayerGone: (arn: string) => boolean; readonly parts?: readonly Part[] },
): Reason[] {
  const functions = resourcesOf(wanted.template).filter(({ type }) => FUNCTIONS.has(type));
  const wholes = functions.map(({ logicalId }): Part => ({ logicalId, take: "all" }));
  const ofFunctions = (parts ?? wholes).filter((part) => functions.some((one) => one.logicalId === part.logicalId));
  return ofFunctions.flatMap((part) => {
    const kept = live ? layersIn(live, part) : [];
    const gone = layersIn(wanted, part).filter((arn) => !kept.includes(arn) && isLayerGone(arn));
    return gone.map((arn): Reason => ({ code: "LAYER_GONE", detail: words(backup, part, arn) }));
  });
}

function layersIn(state: TemplateState, part: Part): string[] {
  const text = canonicalText(partOf(state, part) ?? {});
  return [...new Set([...text.matchAll(LAYER_VERSION)].map(([arn]) => arn))];
}

function words({ id, state }: CapturedComponent, { logicalId }: Part, arn: string): string {
  const name = stackState(state).evidence.physicalIds[logicalId] ?? logicalId;
  const instead = `Pick lambda-config:${name} with \`strategy: auto\` or \`strategy: direct\` instead, which publishes it again.`;
  return `The template of ${nameOf(id)} gives ${logicalId} the layer version ${arn}, which was deleted. ${instead}`;
}
