import t from "tap";
import { fn, putCode, queue, stageOf, topic } from "./fixtures.ts";
import { changesOf, refusal } from "./stage.ts";

function many<T>(count: number, value: T): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`N${index}`, value]));
}

t.test(
  "a template has at most 500 resources and 200 parameters, outputs and mappings, a name 128 characters",
  async (t) => {
    const stage = stageOf(t);
    const Resources = { Q: queue() };
    const cases: readonly [string, object][] = [
      ["resources, 501, is greater than maximum allowed, 500", { Resources: many(501, { Type: "AWS::SNS::Topic" }) }],
      [
        "parameters, 201, is greater than maximum allowed, 200",
        { Resources, Parameters: many(201, { Type: "String" }) },
      ],
      ["outputs, 201, is greater than maximum allowed, 200", { Resources, Outputs: many(201, { Value: "x" }) }],
      ["mappings, 201, is greater than maximum allowed, 200", { Resources, Mappings: many(201, { a: { b: "c" } }) }],
    ];
    for (const [words, template] of cases) {
      const message = `Template format error: Number of ${words}`;
      t.match(await refusal(stage.create("shop", template)), { name: "ValidationError", message }, words);
    }
    t.equal((await stage.create("a".repeat(128), { Resources })).StackStatus, "CREATE_COMPLETE");
    t.match(await refusal(stage.create("a".repeat(129), { Resources })), {
      name: "ValidationError",
      message: /at 'stackName' failed to satisfy constraint: Member must have length less than or equal to 128$/,
    });
  },
);

t.test(
  "a change of a DeletionPolicy or an UpdateReplacePolicy alone is an update of the stack, not of the resource",
  async (t) => {
    const stage = stageOf(t);
    for (const attribute of ["DeletionPolicy", "UpdateReplacePolicy"] as const) {
      const name = attribute.toLowerCase();
      const template = (policy: string) => ({ Resources: { T: topic(name, { [attribute]: policy }) } });
      await stage.create(name, template("Delete"));
      const set = await stage.changeSet({ StackName: name, ChangeSetName: "keep", template: template("Retain") });
      t.same(changesOf(set), ["Modify T False"]);
      const change = set.Changes?.[0]?.ResourceChange;
      t.same(change?.Scope, [attribute]);
      t.match(change?.Details, [
        { Target: { Attribute: attribute, RequiresRecreation: "Never" }, Evaluation: "Static" },
      ]);
      t.equal((await stage.update(name, template("Retain"))).StackStatus, "UPDATE_COMPLETE");
      t.notOk((await stage.story(name)).includes("T UPDATE_COMPLETE"));
      t.match(await refusal(stage.update(name, template("Retain"))), { message: "No updates are to be performed." });
    }
  },
);

t.test(
  "an unchanged template with a transform is accepted by UpdateStack, and fails a change set in other words",
  async (t) => {
    const stage = stageOf(t);
    const code = await putCode(stage, "1.zip", "exports.handler = async () => 1");
    const template = { Transform: "AWS::LanguageExtensions", Resources: { Fn: fn(code) } };
    await stage.create("shop", template);
    t.equal((await stage.update("shop", template)).StackStatus, "UPDATE_COMPLETE");
    const set = await stage.changeSet({ StackName: "shop", ChangeSetName: "none", template });
    t.match(set, { Status: "FAILED", StatusReason: "No updates are to be performed." });
  },
);
