import type { Shape } from "#sandbox/core/contract";
import { call, helperFunction, type Replay, type Stage } from "./replay.ts";

/** Recordings about tags. */

const FunctionName = "fn";
const ACCOUNT = "arn:aws:lambda:us-east-1:000000000000";
const ARN = `${ACCOUNT}:function:${FunctionName}`;
const QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue";

async function create(stage: Stage, more: Shape = {}): Promise<void> {
  await stage.send(call("CreateFunction", { ...helperFunction(FunctionName), ...more }));
  stage.settle();
}

const get = () => call("GetFunction", { FunctionName });

async function createWithTag(stage: Stage) {
  await create(stage, { Tags: { testtag: "custom" } });
  await stage.step("get_function_result", get());
  await stage.step("list_tags_result", call("ListTags", { Resource: ARN }));
}

async function tagMissing(stage: Stage) {
  await create(stage);
  await stage.step("pre_delete_get_function", get());
  await stage.send(call("DeleteFunction", { FunctionName }));
  await tagRefusals(stage, ARN);
}

async function tagRefusals(stage: Stage, Resource: string) {
  await stage.step("not_found_exception_tag", call("TagResource", { Resource, Tags: { A: "B" } }));
  await stage.step("not_found_exception_untag", call("UntagResource", { Resource, TagKeys: ["A"] }));
  await stage.step("not_found_exception_list", call("ListTags", { Resource }));
}

const tagExceptions =
  (Resource: string): Replay =>
  async (stage) => {
    await tagRefusals(stage, Resource);
    const tag = (arn: string) => call("TagResource", { Resource: arn, Tags: { A: "B" } });
    await stage.step("aliased_arn_exception", tag(`${Resource}:alias`));
    await stage.step("invalid_arn_exception", tag(Resource.replace(/:(function|event-source-mapping):/, ":foobar:")));
  };

const tagLifecycle =
  (createResource: (stage: Stage) => Promise<string>): Replay =>
  async (stage) => {
    const Resource = await createResource(stage);
    const tag = async (step: string, Tags: Shape) => {
      await stage.step(step, call("TagResource", { Resource, Tags }));
      await stage.step(`${step}_listtags`, call("ListTags", { Resource }));
    };
    const untag = async (step: string, TagKeys: string[]) => {
      await stage.step(step, call("UntagResource", { Resource, TagKeys }));
      await stage.step(`${step}_listtags`, call("ListTags", { Resource }));
    };
    await tag("tag_single_response", { A: "tag-a" });
    await tag("tag_multiple_response", { B: "tag-b", C: "tag-c" });
    await tag("tag_overlap_response", { C: "tag-c-newsuffix", D: "tag-d" });
    await untag("untag_single_response", ["A"]);
    await untag("untag_multiple_response", ["B", "C"]);
    await untag("untag_nonexisting_response", ["F"]);
    await untag("untag_existing_and_nonexisting_response", ["D", "F"]);
  };

async function functionToTag(stage: Stage): Promise<string> {
  await create(stage);
  return ARN;
}

async function mappingToTag(stage: Stage): Promise<string> {
  await create(stage);
  const mapping = await stage.send(call("CreateEventSourceMapping", { FunctionName, EventSourceArn: QUEUE }));
  return String(mapping["EventSourceMappingArn"]);
}

async function tagsOfFunction(stage: Stage) {
  await create(stage, { Tags: { key_a: "value_a" } });
  const check = async (suffix: string) => {
    await stage.step(`list_tags_response_${suffix}`, call("ListTags", { Resource: ARN }));
    await stage.step(`get_fn_response_${suffix}`, get());
  };
  const tag = (Tags: Shape) => call("TagResource", { Resource: ARN, Tags });
  await check("postfncreate");
  const Tags = { key_b: "value_b", key_c: "value_c", key_d: "value_d", key_e: "value_e" };
  await stage.step("tag_resource_response", tag(Tags));
  await check("postaddtags");
  await stage.step("tag_resource_overwrite", tag({ key_c: "value_x" }));
  await check("overwrite");
  await stage.send(call("UntagResource", { Resource: ARN, TagKeys: ["key_c", "key_d"] }));
  await check("postuntag");
  await stage.send(call("UntagResource", { Resource: ARN, TagKeys: ["key_a", "key_b", "key_e"] }));
  await check("postuntagall");
  await stage.send(call("DeleteFunction", { FunctionName }));
  await stage.step("list_tags_postdelete", call("ListTags", { Resource: ARN }));
}

const numbered = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}_key`, `${at}_value`]));

async function tagLimits(stage: Stage) {
  await create(stage);
  const tag = (Tags: Shape) => call("TagResource", { Resource: ARN, Tags });
  await stage.step("tag_lambda_too_many_tags", tag(numbered(51)));
  await stage.step("tag_response", tag(numbered(50)));
  await stage.step("list_tags_response", call("ListTags", { Resource: ARN }));
  await stage.step("get_fn_response", get());
  await stage.step("tag_lambda_too_many_tags_additional", tag({ a_key: "a_value" }));
  const Tags = numbered(51);
  await stage.step("create_function_invalid_tags", call("CreateFunction", { ...helperFunction("other"), Tags }));
}

async function tagVersions(stage: Stage) {
  await create(stage, { Publish: true });
  const tag = (qualifier: string) => call("TagResource", { Resource: `${ARN}:${qualifier}`, Tags: { key: "value" } });
  await stage.step("tag_resource_exception", tag("1"));
  await stage.step("tag_resource_latest_exception", tag("$LATEST"));
}

async function tagFunctionExceptions(stage: Stage) {
  await create(stage);
  const tag = (Resource: string, Tags: Shape = { key_a: "value_a" }) => call("TagResource", { Resource, Tags });
  await stage.step("tag_lambda_invalidarn", tag("arn:aws:something"));
  await stage.step("tag_lambda_doesnotexist", tag(`${ACCOUNT}:function:doesnotexist`));
  await stage.step("tag_lambda_qualifier_doesnotexist", tag(`${ARN}:v1`));
  await stage.step("list_tag_lambda_empty", call("ListTags", { Resource: ARN }));
  await stage.step("untag_nomatch", call("UntagResource", { Resource: ARN, TagKeys: ["somekey"] }));
  await stage.step("untag_empty_keys", call("UntagResource", { Resource: ARN, TagKeys: [] }));
  await stage.step("tag_empty_tags", tag(ARN, {}));
}

async function tagOnMappingCreate(stage: Stage) {
  await create(stage);
  const Tags = { testtag: "custom" };
  const mapping = await stage.send(call("CreateEventSourceMapping", { FunctionName, EventSourceArn: QUEUE, Tags }));
  const { UUID, EventSourceMappingArn } = mapping;
  const found = await stage.send(call("GetEventSourceMapping", { UUID }));
  stage.check("get_event_source_mapping_with_tag", found["UUID"] === UUID);
  await stage.step("list_tags_result", call("ListTags", { Resource: EventSourceMappingArn }));
}

export const TAG_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestLambdaTag::test_create_tag_on_fn_create": createWithTag,
  "TestLambdaTag::test_create_tag_on_esm_create": tagOnMappingCreate,
  "TestLambdaTag::test_tag_nonexisting_resource": tagMissing,
  "TestLambdaTag::test_tag_lifecycle": tagLifecycle(functionToTag),
  "TestLambdaTag::test_tag_lifecycle[lambda_function]": tagLifecycle(functionToTag),
  "TestLambdaTag::test_tag_lifecycle[event_source_mapping]": tagLifecycle(mappingToTag),
  "TestLambdaTag::test_tag_exceptions[lambda_function]": tagExceptions(`${ACCOUNT}:function:missing`),
  "TestLambdaTag::test_tag_exceptions[event_source_mapping]": tagExceptions(
    `${ACCOUNT}:event-source-mapping:01234567-89ab-cdef-0123-456789abcdef`,
  ),
  "TestLambdaTags::test_tag_lifecycle": tagsOfFunction,
  "TestLambdaTags::test_tag_limits": tagLimits,
  "TestLambdaTags::test_tag_versions": tagVersions,
  "TestLambdaTags::test_tag_exceptions": tagFunctionExceptions,
};
