import t from "tap";
import type { Activity } from "#client/api-types";
import { type CrashStand, startProcessStand } from "../support/crash-stand.ts";
import { linkedTemplate } from "../support/stack-templates.ts";
import { deployStack, firstOf, until } from "../support/test-account.ts";

const NAMES = ["one", "two", "three"];

async function deployAll({ account }: CrashStand, version: string): Promise<void> {
  for (const name of NAMES)
    await deployStack(account, name, linkedTemplate({ exports: { [`${name}-${version}`]: version }, imports: [] }));
}

function ended({ api }: CrashStand, path: string): Promise<Activity> {
  return firstOf(async () => {
    const body = await api("GET", path).catch(() => undefined);
    return body?.status === "Completed" || body?.status === "Exception" ? body : undefined;
  }, 60_000);
}

t.test(
  "after a kill while all stacks of a wave are updating, each update resumes by itself and none is repeated",
  async (t) => {
    const stand = await startProcessStand();
    t.teardown(() => stand.close());
    await deployAll(stand, "v1");
    const request = { application: "links", stage: "prod", scope: { stacks: NAMES } };
    const { id } = await stand.api("POST", "/v1/deployments", request);
    await until(async () => (await stand.api("GET", `/v1/deployments/${id}`)).snapshot.status === "Ready");
    await deployAll(stand, "v2");
    await stand.api("POST", `/v1/deployments/${id}/finish`, { outcome: "succeeded" });
    t.match(await ended(stand, `/v1/deployments/${id}`), { status: "Completed" });

    stand.sandbox.calls.clear();
    const holds = NAMES.map((name, index) =>
      stand.sandbox.faults.hold({
        when: index % 2 === 0 ? "after" : "before",
        match: ({ operation, input }) => operation === "ExecuteChangeSet" && input["StackName"] === name,
      }),
    );
    const opened = await stand.api("POST", "/v1/rollbacks", { deployment: id, components: "all" });
    await Promise.all(holds.map((hold) => hold.reached));
    await stand.killWhileHeld(() => {
      for (const hold of holds) hold.drop();
    });
    const path = `/v1/rollbacks/${opened.id}`;
    t.match(await ended(stand, path), { status: "Completed", result: { restored: 3, failed: 0, skipped: 0 } });
    const executed = stand.sandbox.calls.mutations().filter(({ operation }) => operation === "ExecuteChangeSet");
    t.same(
      executed
        .filter(({ performed }) => performed)
        .map(({ input }) => input["StackName"])
        .sort(),
      [...NAMES].sort(),
    );
    const { items } = await stand.api("GET", `${path}/logs?limit=200`);
    t.same(
      items.map(({ seq }) => seq),
      items.map((_line, index) => index + 1),
      "the log has no gap",
    );
  },
);

t.test("a rollback killed between an empty change set and its verification still ends as Unchanged", async (t) => {
  const stand = await startProcessStand();
  t.teardown(() => stand.close());
  const deploy = (Description: string, DisplayName: string) =>
    deployStack(stand.account, "one", {
      Description,
      Resources: { Orders: { Type: "AWS::SNS::Topic", Properties: { DisplayName } } },
    });
  await deploy("before", "orders");
  const { id } = await stand.api("POST", "/v1/deployments", {
    application: "one",
    stage: "prod",
    scope: { stacks: ["one"] },
  });
  await until(async () => (await stand.api("GET", `/v1/deployments/${id}`)).snapshot.status === "Ready");
  await deploy("after", "other");
  await deploy("after", "orders");
  await stand.api("POST", `/v1/deployments/${id}/finish`, { outcome: "succeeded" });
  t.match(await ended(stand, `/v1/deployments/${id}`), { status: "Completed" });

  stand.sandbox.calls.clear();
  const { faults, calls } = stand.sandbox;
  const isDropped = () => calls.mutations().some(({ operation }) => operation === "DeleteChangeSet");
  const proof = faults.hold({
    when: "before",
    match: ({ operation }) => operation === "GetTemplate" && isDropped(),
  });
  const opened = await stand.api("POST", "/v1/rollbacks", { deployment: id, components: ["stack:one"] });
  await proof.reached;
  await stand.killWhileHeld(() => proof.drop());
  const path = `/v1/rollbacks/${opened.id}`;
  t.match(await ended(stand, path), { status: "Completed", result: { unchanged: 1, failed: 0 } });
  t.match((await stand.api("GET", `${path}/components`)).items, [
    { status: "Unchanged", verified: true, warnings: ["TEMPLATE_TEXT_STAYS"] },
  ]);
  t.same(
    calls.mutations().map(({ operation }) => operation),
    ["CreateChangeSet", "DeleteChangeSet"],
  );
});
