import type { FunctionFacts } from "../aws/gateways/lambda.ts";
import type { CapturedComponent } from "../domain/component/component.ts";
import { componentId } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, type Json, type JsonObject } from "../domain/json.ts";
import type { CachedReader } from "./cached-reader.ts";
import { type Kind, type PlanInput, type RestoreContext, restoredBy, type StepPlan } from "./kind.ts";
import { alreadySo, capturedFacet, goalOf, oneAction, planFacet } from "./lambda/facet.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/** Tags of AWS's own services; only they may set them (facts F2). */
const RESERVED_PREFIX = "aws:";

/** The tags that people and tools put on a function. */
export const lambdaTags: Kind = {
  name: "lambda-tags",
  capture,
  diff: settingsDiff,
  plan,
  restore: (action, context) => put(action.name, context),
  async verify(reader, name, goal) {
    return verdictOf(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts) return null;
  const tags = ownTags(facts);
  const incomplete = tags ? null : `AWS did not tell the tags of ${name}: grant lambda:ListTags.`;
  return capturedFacet(
    reader,
    { kind: "lambda-tags", name, facts },
    { settings: tags ? { Tags: tags } : {}, incomplete },
  );
}

/** Null where the principal may not read them. */
function ownTags({ tags }: FunctionFacts): Record<string, string> | null {
  return tags && Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(RESERVED_PREFIX)));
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, { put: () => planPut(input), remove: null });
}

/** A function comes back without tags; where it had none, nothing is left to do. */
function planPut(input: PlanInput): StepPlan {
  const hasTags = Object.keys(asObject(input.goal?.state.settings["Tags"])).length > 0;
  if (!input.live && !hasTags) return restoredBy(componentId("lambda-code", input.name), "recreate");
  const [wanted, live] = [input.goal, input.live].map((side) => asObject(side?.state.settings["Tags"]));
  return oneAction(input, { do: "put-tags", writes: tagWrites(wanted ?? {}, live ?? {}) });
}

async function put(name: string, context: RestoreContext): Promise<Json> {
  const wanted = asObject(goalOf(context).settings["Tags"]);
  const facts = await context.aws.lambda.getFunction(name);
  if (!facts) throw new StepbackError("AWS_NOT_FOUND", `The function ${name} does not exist any more.`);
  const live = ownTags(facts);
  if (!live) throw new StepbackError("AWS_DENIED", `The tags of ${name} cannot be read: grant lambda:ListTags.`);
  const { changed, extra } = difference(wanted, live);
  if (Object.keys(changed).length + extra.length === 0) return alreadySo(context, `The tags of ${name} are as before`);
  const arn = facts.configuration.FunctionArn ?? "";
  if (Object.keys(changed).length > 0) await context.aws.lambda.tagFunction(name, arn, changed);
  if (extra.length > 0) await context.aws.lambda.untagFunction(name, arn, extra);
  context.note(`Put the tags of ${name} back: ${[...Object.keys(changed), ...extra].join(", ")}.`);
  return { tagged: Object.keys(changed), untagged: extra };
}

/** The calls that bring tags to what they should be. Pure. */
export function tagWrites(wanted: JsonObject, live: JsonObject): string[] {
  const { changed, extra } = difference(wanted, live);
  return [...(Object.keys(changed).length > 0 ? ["TagResource"] : []), ...(extra.length > 0 ? ["UntagResource"] : [])];
}

function difference(wanted: JsonObject, live: JsonObject) {
  const changed = Object.entries(wanted).filter(([key, value]) => live[key] !== value);
  return {
    changed: Object.fromEntries(changed.map(([key, value]) => [key, String(value)])),
    extra: Object.keys(live).filter((key) => !Object.hasOwn(wanted, key) && !key.startsWith(RESERVED_PREFIX)),
  };
}
