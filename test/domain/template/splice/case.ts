import { asObject, type Json } from "#src/domain/json";
import { matchesPattern } from "#src/domain/name-pattern";
import type { Part, Refused, Spliced, SpliceRequest, Submitted } from "#src/domain/template/splice/request";
import { splice } from "#src/domain/template/splice/splice";
import { readTemplateText } from "#src/domain/template/splice/template-text";
import { parseTemplate } from "#src/domain/template/template";
import { badVariant } from "./bad-variant.ts";
import { CDK } from "./cdk-templates.ts";
import type { Fixture } from "./fixture.ts";
import { SAM_TEMPLATES } from "./sam-templates.ts";
import { SERVERLESS } from "./serverless-templates.ts";
import { defaultsOf } from "./witness.ts";
import { YAML } from "./yaml-templates.ts";

export const FIXTURES: readonly Fixture[] = [...SERVERLESS, ...SAM_TEMPLATES, ...CDK, ...YAML];

/** A template before and after a bad deploy, with the logical ids of both. */
export interface Case {
  readonly good: string;
  readonly bad: string;
  readonly backup: Submitted;
  readonly current: Submitted;
  readonly ids: readonly string[];
}

export function submitted(text: string, parameters: Readonly<Record<string, Json>> = defaultsOf(text)): Submitted {
  return { template: readTemplateText(text), parameters };
}

export function caseOf({ text: good }: Fixture): Case {
  const bad = badVariant(good);
  const ids = new Set([bad, good].flatMap((text) => Object.keys(asObject(parseTemplate(text)["Resources"]))));
  return { good, bad, backup: submitted(good), current: submitted(bad), ids: [...ids] };
}

export function whole(...ids: readonly string[]): Part[] {
  return ids.map((logicalId) => ({ logicalId, take: "all" }));
}

/** Splices JSON values or texts, with the defaults as parameters. */
export function spliceTexts(
  current: string | object,
  backup: string | object,
  more: Partial<SpliceRequest> & Pick<SpliceRequest, "parts">,
): Spliced | Refused {
  const text = (template: string | object) =>
    typeof template === "string" ? template : JSON.stringify(template, null, 2);
  return splice({ current: submitted(text(current)), backup: submitted(text(backup)), ...more });
}

/** The spliced result; fails with the reasons of a refusal. */
export function spliced(result: Spliced | Refused): Spliced {
  if (result.outcome === "spliced") return result;
  throw new Error(`refused: ${result.refusals.map(({ code, detail }) => `${code} ${detail}`).join("; ")}`);
}

export function refused(result: Spliced | Refused): Refused {
  if (result.outcome === "refused") return result;
  throw new Error(`not refused: ${result.template}`);
}

/** The parameters that a stack has once the result was deployed over the current one. */
export function deployedParameters(current: Submitted, { parameters }: Spliced): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [key, value ?? current.parameters[key] ?? ""]),
  );
}

/** Whether the affected resources of a splice include a change of this id. */
export function isDeclared({ affected }: Spliced, id: string): boolean {
  const { picked, dynamic, generated } = affected;
  return picked.includes(id) || dynamic.includes(id) || generated.some((pattern) => matchesPattern(pattern, id));
}
