import t, { type Test } from "tap";
import type { Activity } from "#client/api-types";
import type { CallRecord } from "#sandbox/core/contract";
import { type CrashStand, startProcessStand } from "../support/crash-stand.ts";
import { configure, createFunction, firstOf, invoke, until, updateCode } from "../support/test-account.ts";

async function standFor(t: Test): Promise<CrashStand> {
  const stand = await startProcessStand();
  t.teardown(() => stand.close());
  return stand;
}

function ended({ api }: CrashStand, path: string): Promise<Activity> {
  return firstOf(async () => {
    const body = await api("GET", path).catch(() => undefined);
    return body?.status === "Completed" || body?.status === "Exception" ? body : undefined;
  }, 60_000);
}

/** A finished deployment of these functions in which `deploy` was done. */
async function deployed(
  stand: CrashStand,
  functions: readonly string[],
  deploy: () => Promise<unknown>,
): Promise<string> {
  const request = { application: "crash", stage: "prod", scope: { functions } };
  const { id } = await stand.api("POST", "/v1/deployments", request);
  await until(async () => (await stand.api("GET", `/v1/deployments/${id}`)).snapshot.status === "Ready");
  await deploy();
  await stand.api("POST", `/v1/deployments/${id}/finish`, { outcome: "succeeded" });
  const { status } = await ended(stand, `/v1/deployments/${id}`);
  if (status !== "Completed") throw new Error(`the deployment ended in ${status}`);
  stand.sandbox.calls.clear();
  return id;
}

interface Kill {
  readonly when: "before" | "after";
  readonly match: (call: CallRecord) => boolean;
}

/** Rolls back, and kills the service once all of these calls are held. Returns how the rollback ends by itself. */
async function killedAt(
  stand: CrashStand,
  { deployment, components }: { deployment: string; components: readonly string[] | "all" },
  kills: readonly Kill[],
): Promise<Activity> {
  const holds = kills.map((kill) => stand.sandbox.faults.hold(kill));
  const opened = await stand.api("POST", "/v1/rollbacks", { deployment, components });
  await Promise.all(holds.map((hold) => hold.reached));
  await stand.killWhileHeld(() => {
    for (const hold of holds) hold.drop();
  });
  return ended(stand, `/v1/rollbacks/${opened.id}`);
}

/** The mutations that took effect, in their order. */
function effects({ sandbox }: CrashStand): string[] {
  const performed = sandbox.calls.mutations().filter((call) => call.performed);
  return performed.map(({ operation, input }) => {
    const amount = input["ReservedConcurrentExecutions"] ?? input["ProvisionedConcurrentExecutions"] ?? "";
    return [operation, input["FunctionName"], amount].join(" ").trim();
  });
}

for (const when of ["before", "after"] as const) {
  t.test(
    `killed ${when} what frees executions takes effect, the rollback frees them once and then takes them`,
    async (t) => {
      const stand = await standFor(t);
      const { account } = stand;
      const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
        account.aws("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions });
      for (const name of ["free-a", "free-b"]) await createFunction(account, name, "v1");
      await reserve("free-a", 600);
      await reserve("free-b", 100);
      const deployment = await deployed(stand, ["free-*"], async () => {
        await reserve("free-a", 100);
        await reserve("free-b", 600);
      });
      const lowering = ({ operation, input }: CallRecord) =>
        operation === "PutFunctionConcurrency" && input["FunctionName"] === "free-b";
      const rollback = await killedAt(stand, { deployment, components: "all" }, [{ when, match: lowering }]);
      t.match(rollback, { status: "Completed", result: { restored: 2, failed: 0, skipped: 0 } });
      t.same(effects(stand), ["PutFunctionConcurrency free-b 100", "PutFunctionConcurrency free-a 600"]);
    },
  );
}

/** Calls between which a deleted version is published again from a `$LATEST` of other content, and the alias is turned. */
const REPUBLISHING: Record<string, Kill> = {
  "after $LATEST got the version's code": {
    when: "after",
    match: ({ operation }) => operation === "UpdateFunctionCode",
  },
  "before the version is published": { when: "before", match: ({ operation }) => operation === "PublishVersion" },
  "after the version was published": { when: "after", match: ({ operation }) => operation === "PublishVersion" },
  "before the alias is turned": { when: "before", match: ({ operation }) => operation === "UpdateAlias" },
  "after the alias was turned": { when: "after", match: ({ operation }) => operation === "UpdateAlias" },
};

for (const [moment, kill] of Object.entries(REPUBLISHING)) {
  t.test(`killed ${moment}, the version is published once and $LATEST gets its own code back`, async (t) => {
    const stand = await standFor(t);
    const { account } = stand;
    const at = { FunctionName: "kept" };
    await createFunction(account, "kept", "v1");
    await account.aws("lambda", "PublishVersion", at);
    await account.aws("lambda", "CreateAlias", { ...at, Name: "live", FunctionVersion: "1" });
    const deployment = await deployed(stand, ["kept"], async () => {
      await updateCode(account, "kept", "v2");
      await account.aws("lambda", "PublishVersion", at);
      await account.aws("lambda", "UpdateAlias", { ...at, Name: "live", FunctionVersion: "2" });
      await account.aws("lambda", "DeleteFunction", { ...at, Qualifier: "1" });
    });
    const rollback = await killedAt(stand, { deployment, components: ["lambda-alias:kept:live"] }, [kill]);
    t.match(rollback, { status: "Completed", result: { restored: 1, failed: 0 } });
    t.same(effects(stand), [
      "UpdateFunctionCode kept",
      "PublishVersion kept",
      "UpdateFunctionCode kept",
      "UpdateAlias kept",
    ]);
    t.equal(await invoke(account, "kept", "live"), "v1");
    t.equal(await invoke(account, "kept"), "v2");
  });
}

t.test(
  "killed while functions are restored side by side, each resumes by itself and none is written twice",
  async (t) => {
    const names = ["side-a", "side-b", "side-c", "side-d"];
    const stand = await standFor(t);
    const { account } = stand;
    for (const name of names) await createFunction(account, name, "v1", { Description: "before" });
    const deployment = await deployed(stand, ["side-*"], async () => {
      for (const name of names) {
        await configure(account, name, { Description: "after" });
        await updateCode(account, name, "v2");
      }
    });
    const kills = names.map(
      (name, index): Kill => ({
        when: index % 2 === 0 ? "after" : "before",
        match: ({ operation, input }) => operation === "UpdateFunctionConfiguration" && input["FunctionName"] === name,
      }),
    );
    const rollback = await killedAt(stand, { deployment, components: "all" }, kills);
    t.match(rollback, { status: "Completed", result: { restored: 8, failed: 0, skipped: 0 } });
    const written = (operation: string) => names.map((name) => `${operation} ${name}`);
    t.same(
      effects(stand).sort(),
      [...written("UpdateFunctionCode"), ...written("UpdateFunctionConfiguration")],
      "each effect once",
    );
    for (const name of names) t.equal(await invoke(account, name), "v1");
  },
);
