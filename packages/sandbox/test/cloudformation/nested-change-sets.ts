import {
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  ListStacksCommand,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { queue, ROLE, stageOf } from "./fixtures.ts";
import { child, nested, putTemplate } from "./nested-fixtures.ts";
import { changesOf, refusal } from "./stage.ts";

t.test("change sets include nested stacks on request", async (t) => {
  const stage = stageOf(t);
  const leaf = await putTemplate(stage, "leaf.json", child());
  const middle = (name: string) => ({ Resources: { Leaf: nested(leaf, { Name: name }), Q: queue() } });
  const middleUrl = async (name: string) => await putTemplate(stage, `middle-${name}.json`, middle(name));
  const other = await putTemplate(stage, "other.json", child());
  const root = (url: string) => ({ Resources: { Nested: nested(url), Other: nested(other, { Name: "other" }) } });
  const include = { IncludeNestedStacks: true, Capabilities: ["CAPABILITY_AUTO_EXPAND" as const] };
  const created = await stage.deploy("shop", root(await middleUrl("a")), include);
  t.equal(created.StackStatus, "CREATE_COMPLETE");
  const names = (await stage.client.send(new ListStacksCommand({}))).StackSummaries?.length;
  t.equal(names, 4, "the stacks that the change set prepared are the ones that were created");

  const plain = await stage.changeSet({
    StackName: "shop",
    ChangeSetName: "plain",
    template: root(await middleUrl("b")),
  });
  t.same(changesOf(plain), ["Modify Nested False", "Modify Other False"]);
  t.match(plain.Changes?.[1]?.ResourceChange, {
    ChangeSetId: undefined,
    Details: [{ ChangeSource: "Automatic", Evaluation: "Dynamic", Target: { RequiresRecreation: "Never" } }],
  });

  const template = root(await middleUrl("b"));
  const set = await stage.changeSet({ StackName: "shop", ChangeSetName: "deep", template, ...include });
  t.same(changesOf(set), ["Modify Nested False"], "a nested stack in which nothing changes is no change");
  const below = async (ChangeSetName: string | undefined) =>
    await stage.client.send(new DescribeChangeSetCommand({ ChangeSetName }));
  const second = await below(set.Changes?.[0]?.ResourceChange?.ChangeSetId);
  t.match(second, { ParentChangeSetId: set.ChangeSetId, RootChangeSetId: set.ChangeSetId, IncludeNestedStacks: true });
  t.same(changesOf(second), ["Modify Leaf False"]);
  const third = await below(second.Changes?.[0]?.ResourceChange?.ChangeSetId);
  t.match(third, { ParentChangeSetId: second.ChangeSetId, RootChangeSetId: set.ChangeSetId });
  t.same(changesOf(third), ["Modify T True"]);
  t.match(
    await refusal(stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: second.ChangeSetId }))),
    { name: "ValidationError" },
    "only the root's set can be executed",
  );
  await putTemplate(stage, "leaf.json", child({ Sneaked: queue() }));
  await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  t.equal((await stage.settled("shop")).StackStatus, "UPDATE_COMPLETE");
  const deepest = third.StackId ?? "";
  t.match(await stage.describe(deepest), { Outputs: [{ OutputValue: /:b$/ }], RootId: created.StackId });
  t.notOk(
    (await stage.story(deepest)).includes("Sneaked CREATE_COMPLETE"),
    "the templates are those that the change set read",
  );
});

t.test("a failed nested set fails its parent set; deleting a set deletes what it prepared", async (t) => {
  const stage = stageOf(t);
  const url = await putTemplate(stage, "role.json", { Resources: { R: ROLE } });
  const template = { Resources: { Nested: nested(url) } };
  const create = { StackName: "shop", ChangeSetType: "CREATE", IncludeNestedStacks: true, template } as const;
  const bad = await stage.changeSet({ ...create, ChangeSetName: "bad", Capabilities: [] });
  t.match(bad, { Status: "FAILED", StatusReason: /CAPABILITY_IAM|was not successfully created/ });
  const good = await stage.changeSet({ ...create, ChangeSetName: "good", Capabilities: ["CAPABILITY_IAM"] });
  t.equal(good.Status, "CREATE_COMPLETE");
  const count = async () => (await stage.client.send(new ListStacksCommand({}))).StackSummaries?.length;
  t.equal(await count(), 2);
  await stage.client.send(new DeleteChangeSetCommand({ ChangeSetName: good.ChangeSetId }));
  t.equal(await count(), 1);
  const failed = await stage.create("direct", template, { Capabilities: [] });
  t.equal(failed.StackStatus, "ROLLBACK_COMPLETE");
  const reasons = (await stage.events("direct")).flatMap((event) => event.ResourceStatusReason ?? []);
  t.ok(reasons.includes("Requires capabilities : [CAPABILITY_IAM]"), "children have their parent's capabilities");
});
