import {
  type CreateChangeSetInput,
  DeleteStackCommand,
  type DescribeChangeSetOutput,
  ExecuteChangeSetCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { failing, fn, queue, stageOf, topic } from "./fixtures.ts";
import { changesOf, refusal, type Stage } from "./stage.ts";

const CODE = { ZipFile: "exports.handler = async () => 1" };
const KEPT = { DeletionPolicy: "Retain" };
const TOPIC_ARN = "arn:aws:sns:us-east-1:000000000000:news";
const QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/000000000000/jobs";

const RESOURCES = {
  Fn: { ...fn(CODE, { MemorySize: 128 }), ...KEPT },
  Box: { Type: "AWS::S3::Bucket", Properties: { BucketName: "box" }, ...KEPT },
  News: topic("news", KEPT),
  Jobs: { ...queue({ QueueName: "jobs" }), ...KEPT },
  Logs: { Type: "AWS::Logs::LogGroup", Properties: { LogGroupName: "/shop" }, ...KEPT },
  Table: { Type: "AWS::DynamoDB::Table", Properties: { TableName: "orders", KeySchema: [] }, ...KEPT },
};
const IDENTIFIERS: Readonly<Record<string, Record<string, string>>> = {
  Fn: { FunctionName: "pay" },
  Box: { BucketName: "box" },
  News: { TopicArn: TOPIC_ARN },
  Jobs: { QueueUrl: QUEUE_URL },
  Logs: { LogGroupName: "/shop" },
  Table: { TableName: "orders" },
};
type Id = keyof typeof RESOURCES;
const toImport = (ids: readonly Id[]) =>
  ids.map((id) => ({
    LogicalResourceId: id,
    ResourceType: RESOURCES[id].Type,
    ResourceIdentifier: IDENTIFIERS[id] ?? {},
  }));

/** Leaves the resources in the account without a stack. */
async function orphan(stage: Stage): Promise<void> {
  const { StackId = "" } = await stage.create("former", { Resources: RESOURCES });
  await stage.client.send(new DeleteStackCommand({ StackName: "former" }));
  await stage.settled(StackId);
}

let sets = 1;
async function importSet(
  stage: Stage,
  StackName: string,
  template: object,
  more: Partial<CreateChangeSetInput>,
): Promise<DescribeChangeSetOutput> {
  return await stage.changeSet({
    StackName,
    ChangeSetName: `import-${sets++}`,
    ChangeSetType: "IMPORT",
    template,
    ...more,
  });
}

async function executed(stage: Stage, { ChangeSetId, StackId }: DescribeChangeSetOutput): Promise<Stack> {
  await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
  return await stage.settled(StackId ?? "");
}

async function reasons(stage: Stage, name: string): Promise<(string | undefined)[]> {
  return (await stage.events(name)).map(({ ResourceStatusReason }) => ResourceStatusReason);
}

t.test("a retained resource keeps its name until a stack imports it", async (t) => {
  const stage = stageOf(t);
  await orphan(stage);
  for (const [id, resource] of Object.entries(RESOURCES)) {
    const { StackStatus } = await stage.create(`rival-${id}`, { Resources: { [id]: resource } });
    t.equal(StackStatus, "ROLLBACK_COMPLETE", `${id} collides by its name`);
  }
  const ids = Object.keys(RESOURCES) as Id[];
  const set = await importSet(stage, "heir", { Resources: RESOURCES }, { ResourcesToImport: toImport(ids) });
  t.same(changesOf(set), ["Import Box", "Import Fn", "Import Jobs", "Import Logs", "Import News", "Import Table"]);
  t.match(set.Changes?.[4]?.ResourceChange, { PhysicalResourceId: TOPIC_ARN });
  const heir = await executed(stage, set);
  t.equal(heir.StackStatus, "IMPORT_COMPLETE");
  const story = await stage.story("heir");
  t.same(story.slice(0, 2), ["heir REVIEW_IN_PROGRESS", "heir IMPORT_IN_PROGRESS"]);
  t.same(
    story.filter((event) => event.startsWith("Fn ")),
    ["Fn IMPORT_IN_PROGRESS", "Fn IMPORT_COMPLETE"],
  );
  const { Tags } = await stage.call("lambda", "GetFunction", { FunctionName: "pay" });
  t.match(Tags, { "aws:cloudformation:stack-name": "heir" });
  t.equal(
    (await stage.update("heir", { Resources: { ...RESOURCES, News: topic("news-2", KEPT) } })).StackStatus,
    "UPDATE_COMPLETE",
    "and then belongs to the stack like any other resource",
  );
});

t.test("an import changes nothing else, requires a deletion policy, and accepts only orphans", async (t) => {
  const stage = stageOf(t);
  await orphan(stage);
  const { News, Jobs } = RESOURCES;
  const news = { ResourcesToImport: toImport(["News"]) };
  t.match(await refusal(importSet(stage, "heir", { Resources: { News: topic("news") } }, news)), {
    name: "ValidationError",
    message: "The following resources to import [News] must have DeletionPolicy attribute specified in the template.",
  });
  t.match(await refusal(importSet(stage, "heir", { Resources: { News } }, {})), { name: "ValidationError" });
  t.match(await importSet(stage, "heir", { Resources: { News, More: queue() } }, news), {
    Status: "FAILED",
    StatusReason: "As part of the import operation, you cannot modify or add [Resources]",
  });

  const holder = await stage.create("holder", { Resources: { Q: queue() } });
  const both = { Resources: { Q: queue(), News, Jobs } };
  t.equal(
    (await executed(stage, await importSet(stage, "holder", { Resources: { Q: queue(), News } }, news))).StackStatus,
    "IMPORT_COMPLETE",
  );
  const taken = await executed(
    stage,
    await importSet(stage, "thief", { Resources: { Jobs, News } }, { ResourcesToImport: toImport(["Jobs", "News"]) }),
  );
  t.equal(taken.StackStatus, "IMPORT_ROLLBACK_COMPLETE");
  t.ok((await reasons(stage, "thief")).includes(`${TOPIC_ARN} already exists in stack ${holder.StackId}`));
  t.ok((await stage.story("thief")).includes("Jobs IMPORT_ROLLBACK_COMPLETE"), "the others are released");
  const lost = toImport(["Jobs"]).map((item) => ({ ...item, ResourceIdentifier: { QueueUrl: `${QUEUE_URL}-gone` } }));
  const gone = await executed(stage, await importSet(stage, "holder", both, { ResourcesToImport: lost }));
  t.equal(gone.StackStatus, "IMPORT_ROLLBACK_COMPLETE");
  t.match((await reasons(stage, "holder")).join("\n"), /identifier '.*jobs-gone' was not found/);
  const last = await executed(stage, await importSet(stage, "holder", both, { ResourcesToImport: toImport(["Jobs"]) }));
  t.equal(last.StackStatus, "IMPORT_COMPLETE", "released resources can be imported again");
});

t.test("ImportExistingResources imports what would collide, and a failed update releases it unchanged", async (t) => {
  const stage = stageOf(t);
  await orphan(stage);
  await stage.create("shop", { Resources: { Q: queue() } });
  const { Fn, News } = RESOURCES;
  const more = { Q: queue(), Fn: { ...fn(CODE, { MemorySize: 512 }), DeletionPolicy: "RetainExceptOnCreate" } };
  const set = (template: object) =>
    stage.changeSet({ StackName: "shop", ChangeSetName: `adopt-${sets++}`, ImportExistingResources: true, template });
  t.match(await set({ Resources: { Q: queue(), News: topic("news") } }), {
    Status: "FAILED",
    StatusReason: /^CloudFormation is attempting to import some resources .* affected resources are News \(\{TopicArn=/,
  });
  const doomed = await set({ Resources: { ...more, Broken: failing(["Fn"]) } });
  t.same(changesOf(doomed), ["Add Broken", "Import Fn"]);
  t.equal((await executed(stage, doomed)).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  t.ok(await stage.call("lambda", "GetFunction", { FunctionName: "pay" }), "it existed before and still exists");
  const good = await set({ Resources: { ...more, News } });
  t.same(changesOf(good), ["Import Fn", "Import News"]);
  t.equal((await executed(stage, good)).StackStatus, "UPDATE_COMPLETE");
  const live = await stage.call("lambda", "GetFunctionConfiguration", { FunctionName: "pay" });
  t.equal(live["MemorySize"], 128, "the import does not apply its definition");
  t.same(
    changesOf(await set({ Resources: { ...more, News, Other: Fn } })),
    ["Add Other"],
    "a resource of a stack is no orphan",
  );
});
