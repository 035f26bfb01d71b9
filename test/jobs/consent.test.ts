import t, { type Test } from "tap";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

/** A table whose key decides whether it is replaced, and a topic that a deploy can change without any loss. */
function shop({ key, title, more = {} }: { key: string; title: string; more?: object }) {
  return {
    Resources: {
      Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: title } },
      Orders: {
        Type: "AWS::DynamoDB::Table",
        Properties: {
          KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
        },
      },
      ...more,
    },
  };
}

async function deployed(t: Test, good: object, bad: object): Promise<{ w: TestAccount; id: string }> {
  const w = await worldOf(t);
  await deployStack(w, "shop", good);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", bad);
  await finishDeployment(w, id);
  return { w, id };
}

t.test(
  "a replacement that only the change set shows needs consent by name: `true` is for what the plan names",
  async (t) => {
    const { w, id } = await deployed(t, shop({ key: "id", title: "1" }), shop({ key: "sku", title: "2" }));
    for (const allowDestructive of [false, true, ["Topic"]]) {
      const refused = await rollBack(w, id, "all", { allowDestructive });
      t.match(
        refused,
        { status: "Exception", error: { detail: /stack-resource:shop\/Orders/ } },
        `${allowDestructive}`,
      );
      t.match(refused.allowDestructive, allowDestructive, "it is shown as it was given");
    }
    t.match(await rollBack(w, id, "all", { allowDestructive: ["stack-resource:shop/Orders"] }), {
      status: "Completed",
    });
  },
);

t.test("a plan names what it deletes, and both forms of consent hold for it", async (t) => {
  const queue = { Queue: { Type: "AWS::SQS::Queue" }, Jobs: { Type: "AWS::SQS::Queue" } };
  const good = shop({ key: "id", title: "1" });
  for (const allowDestructive of [true, ["Queue", "stack-resource:shop/Jobs"]]) {
    const { w, id } = await deployed(t, good, shop({ key: "id", title: "2", more: queue }));
    t.match(await rollBack(w, id, "all", { allowDestructive: ["Queue"] }), {
      error: { code: "PLAN_REFUSED", errors: [{ code: "DESTRUCTIVE", detail: /^stack-resource:shop\/Jobs: / }] },
    });
    const done = await rollBack(w, id, "all", { allowDestructive });
    t.match(done, { status: "Completed" });
    const { body: plan } = await w.api("GET", `/v1/rollbacks/${done.id}/plan`);
    const { losses = [], destructive } = plan.steps.find(({ component }) => component === "stack:shop") ?? {};
    t.equal(destructive, true);
    t.match(
      [...losses].sort((one, other) => (one.id < other.id ? -1 : 1)),
      [
        { id: "stack-resource:shop/Jobs", class: "data", type: "AWS::SQS::Queue", detail: /is deleted/ },
        { id: "stack-resource:shop/Queue", class: "data", type: "AWS::SQS::Queue" },
      ],
    );
  }
});
