import t, { type Test } from "tap";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

const stream = (name: string) => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;
const queue = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const mapping = (EventSourceArn: string, more: object = {}) => ({
  Type: "AWS::Lambda::EventSourceMapping",
  Properties: { FunctionName: { Ref: "Pay" }, EventSourceArn, ...more },
});
const ofStream = (name: string) => mapping(stream(name), { StartingPosition: "TRIM_HORIZON" });
const ofQueue = (name: string) => mapping(queue(name));

const shop = (more: object) => ({
  Resources: {
    Pay: {
      Type: "AWS::Lambda::Function",
      Properties: {
        ...{ Runtime: "nodejs22.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/shop" },
        Code: { ZipFile: "exports.handler = async () => 1;" },
      },
    },
    ...more,
  },
});

async function deployed(t: Test, good: object, bad: object): Promise<{ w: TestAccount; id: string }> {
  const w = await worldOf(t);
  await deployStack(w, "shop", shop(good));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  t.match(await deployStack(w, "shop", shop(bad)), "UPDATE_COMPLETE");
  await finishDeployment(w, id);
  return { w, id };
}

const LOST = "its position in the stream is lost";

for (const [what, { good, bad }] of Object.entries({
  "that the deployment added": { good: {}, bad: { Reader: ofStream("orders") } },
  "that the deployment replaced": { good: { Reader: ofStream("orders") }, bad: { Reader: ofStream("refunds") } },
  "that the deployment made of a queue's": { good: { Reader: ofQueue("orders") }, bad: { Reader: ofStream("orders") } },
  "of which the deployment made a queue's": {
    good: { Reader: ofStream("orders") },
    bad: { Reader: ofQueue("orders") },
  },
}))
  t.test(
    `the trigger of a stream ${what} loses its position: the plan names it, and consent to all holds`,
    async (t) => {
      const { w, id } = await deployed(t, good, bad);
      const refused = await rollBack(w, id, "all");
      const detail = new RegExp(`^stack-resource:shop/Reader: .*${LOST}`);
      t.match(refused, { error: { code: "PLAN_REFUSED", errors: [{ code: "DESTRUCTIVE", detail }] } });
      const { body: rows } = await w.api("GET", `/v1/deployments/${id}/components?limit=200`);
      t.match(
        rows.items.find((row) => row.id === "stack-resource:shop/Reader"),
        { readiness: "reversible-with-loss" },
      );
      t.match(await rollBack(w, id, "all", { allowDestructive: true }), { status: "Completed" });
    },
  );

for (const [what, { good, bad }] of Object.entries({
  added: { good: {}, bad: { Reader: ofQueue("orders") } },
  replaced: { good: { Reader: ofQueue("orders") }, bad: { Reader: ofQueue("refunds") } },
}))
  t.test(`the trigger of a queue that the deployment ${what} has no position: it is told`, async (t) => {
    const { w, id } = await deployed(t, good, bad);
    const done = await rollBack(w, id, "all");
    t.match(done, { status: "Completed" });
    const { body: plan } = await w.api("GET", `/v1/rollbacks/${done.id}/plan`);
    const losses = plan.steps.flatMap((step) => step.losses ?? []);
    t.match(losses, [{ id: "stack-resource:shop/Reader", class: "told", detail: /no position in a stream/ }]);
  });

t.test("a trigger that the deployment deleted says what it comes back without", async (t) => {
  const good = { Stream: ofStream("orders"), Queue: ofQueue("orders") };
  const { w, id } = await deployed(t, good, {});
  const { body: rows } = await w.api("GET", `/v1/deployments/${id}/components?limit=200`);
  const rowOf = (logicalId: string) => rows.items.find((row) => row.id === `stack-resource:shop/${logicalId}`);
  const detail = /created again without its position in the stream/;
  t.match(rowOf("Stream"), { readiness: "reversible-with-loss", details: [{ detail }] });
  t.match(rowOf("Queue"), { readiness: "reversible" });
});
