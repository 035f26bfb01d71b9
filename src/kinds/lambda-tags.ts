import { type CapturedComponent, componentId } from "../domain/component/component.ts";
import { lambdaTagsState } from "../domain/component/states/lambda.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { alreadyDone, missingFunction, requiredGoal, restoreBy } from "./action-handlers.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { SettingsOf } from "./captured-state.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import { type Kind, type PlanInput, type RestoreContext, refused, restoredBy, type StepPlan } from "./kind.ts";
import { capturedFacet, oneAction, planFacet } from "./lambda/facet.ts";
import { MAX_TAGS, ownTags, tagChanges, tagWrites } from "./lambda/tags.ts";

/** The tags that people and tools put on a function. */
export const lambdaTags: Kind = {
  name: "lambda-tags",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreBy({ "put-tags": putTags }),
  async verify(reader, name, goal) {
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts) return null;
  const reading = { kind: "lambda-tags", name, facts } as const;
  if (!facts.tags) {
    return capturedFacet(reader, reading, { incomplete: `The tags of ${name} cannot be read: grant lambda:ListTags.` });
  }
  const settings: SettingsOf<typeof lambdaTagsState> = { Tags: ownTags(facts.tags) };
  return capturedFacet(reader, reading, { settings });
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, { put: () => planPut(input), remove: null });
}

/** A function is created without tags, so a backup without tags needs no call. */
function planPut(input: PlanInput): StepPlan {
  const [wanted, live] = [tagsOf(input.goal), tagsOf(input.live)];
  if (!input.live && Object.keys(wanted).length === 0)
    return restoredBy(componentId("lambda-code", input.name), "recreate");
  const count = Object.keys(wanted).length;
  if (count > MAX_TAGS) return refused({ code: "LIMIT_EXCEEDED", detail: tooMany(input.name, count) });
  return oneAction(input, { do: "put-tags", writes: tagWrites(wanted, live) });
}

/** Only what somebody added since the deploy can make so many. */
function tooMany(name: string, count: number): string {
  const over = count - MAX_TAGS;
  return `${name} would have ${count} tags, and AWS allows ${MAX_TAGS}: remove ${over} of those that were added since, or use \`onConflict: restore\`.`;
}

function tagsOf(component: CapturedComponent | null) {
  return lambdaTagsState(component?.state).settings.Tags;
}

async function putTags({ name }: Action, context: RestoreContext): Promise<Json> {
  const wanted = lambdaTagsState(requiredGoal(context)).settings.Tags;
  const facts = await context.aws.lambda.getFunction(name);
  if (!facts) throw missingFunction(name);
  if (!facts.tags) throw new StepbackError("AWS_DENIED", `The tags of ${name} cannot be read: grant lambda:ListTags.`);
  const { changed, extra } = tagChanges(wanted, facts.tags);
  const keys = Object.keys(changed);
  if (keys.length + extra.length === 0) return alreadyDone(context, `The tags of ${name} are those of the backup`);
  const arn = facts.configuration.FunctionArn ?? "";
  // First: fifty tags are the limit at every moment (facts I4).
  if (extra.length > 0) await context.aws.lambda.untagFunction(name, arn, extra);
  if (keys.length > 0) await context.aws.lambda.tagFunction(name, arn, changed);
  context.note(`Restored the tags of ${name}: ${[...keys, ...extra].join(", ")}.`);
  return { tagged: keys, untagged: extra };
}
