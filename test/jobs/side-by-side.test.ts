import t, { type Test } from "tap";
import { AwsError, type CallRecord } from "#sandbox/core/contract";
import {
  configure,
  createFunction,
  ended,
  finishDeployment,
  openDeployment,
  type TestAccount,
  until,
  worldOf,
  zip,
} from "../support/test-account.ts";

const LAYER = zip("layer");
const REFUSED = new AwsError("InvalidParameterValueException", "The role cannot be assumed.", 400);

interface Release {
  readonly w: TestAccount;
  readonly deployment: string;
}

/** Functions outside stacks, of which a deployment has changed the configuration. */
async function released(t: Test, names: readonly string[]): Promise<Release> {
  const w = await worldOf(t);
  await Promise.all(names.map((name) => createFunction(w, name, "says", { Description: "before" })));
  const { id } = await openDeployment(w, { functions: [...names] });
  await Promise.all(names.map((name) => configure(w, name, { Description: "after" })));
  t.match(await finishDeployment(w, id), { status: "Completed", altered: { modified: names.length } });
  w.sandbox.calls.clear();
  return { w, deployment: id };
}

const writes =
  (...names: string[]) =>
  ({ operation, input }: CallRecord): boolean =>
    operation === "UpdateFunctionConfiguration" && names.includes(String(input["FunctionName"]));

async function begin({ w, deployment }: Release, more: object = {}): Promise<string> {
  const { body } = await w.api("POST", "/v1/rollbacks", { deployment, components: "all", ...more });
  return `/v1/rollbacks/${body.id}`;
}

async function statuses(w: TestAccount, path: string): Promise<Record<string, string>> {
  const { items } = (await w.api("GET", `${path as "/v1/rollbacks/1"}/components?limit=200`)).body;
  return Object.fromEntries(items.map(({ component, status }) => [component.split(":")[1], status]));
}

function written({ sandbox }: TestAccount): string[] {
  const found = sandbox.calls.mutations().filter(({ operation }) => operation === "UpdateFunctionConfiguration");
  return found.map(({ input }) => String(input["FunctionName"])).sort();
}

async function descriptions(w: TestAccount, names: readonly string[]): Promise<unknown[]> {
  const found = names.map((FunctionName) => w.aws("lambda", "GetFunctionConfiguration", { FunctionName }));
  return (await Promise.all(found)).map(({ Description }) => Description);
}

t.test("functions outside stacks are restored side by side, ten at a time, and each is written once", async (t) => {
  const names = Array.from({ length: 12 }, (_, index) => `f${String(index + 10)}`);
  const release = await released(t, names);
  const { w } = release;
  const first = names.slice(0, 10);
  const holds = first.map((name) => w.sandbox.faults.hold({ when: "after", match: writes(name) }));
  const path = await begin(release);
  await Promise.all(holds.map((hold) => hold.reached));
  t.same(written(w), first, "ten are under way before any of them has ended");
  t.same(
    Object.entries(await statuses(w, path)).filter(([, status]) => status === "Pending"),
    names.slice(10).map((name) => [name, "Pending"]),
  );
  for (const hold of holds) hold.release();
  t.match(await ended(w, path), { status: "Completed", result: { restored: 12, failed: 0 } });
  t.same(written(w), names);
  t.same(
    await descriptions(w, names),
    names.map(() => "before"),
  );
});

t.test(
  "a quick failure lets no other function begin, and a slow one that succeeds later does not hide it",
  async (t) => {
    const names = ["a", "b", ...Array.from({ length: 12 }, (_, index) => `f${String(index + 10)}`)];
    const release = await released(t, names);
    const { w } = release;
    const slow = names.slice(1, 10);
    const holds = slow.map((name) => w.sandbox.faults.hold({ when: "before", match: writes(name) }));
    const failing = w.sandbox.faults.hold({ when: "before", match: writes("a") });
    w.sandbox.faults.fail({ match: writes("a"), error: REFUSED });
    const path = await begin(release);
    await Promise.all([...holds, failing].map((hold) => hold.reached));
    failing.release();
    await until(async () => (await statuses(w, path))["a"] === "Failed");
    for (const hold of holds) hold.release();
    t.match(await ended(w, path), {
      status: "Exception",
      error: { code: "STEP_FAILED", detail: /^lambda-config:a: / },
      result: { failed: 1, restored: slow.length, skipped: 4 },
    });
    const found = await statuses(w, path);
    t.same(
      names.map((name) => [name, found[name]]),
      names.map((name) => [name, name === "a" ? "Failed" : slow.includes(name) ? "Restored" : "Skipped"]),
    );
    t.same(
      written(w).filter((name) => name !== "a"),
      slow,
      "nothing of the others was touched",
    );
  },
);

t.test("with onError continue, a failure of one function does not keep the others from being restored", async (t) => {
  const release = await released(t, ["a", "b", "c"]);
  const { w } = release;
  w.sandbox.faults.fail({ match: writes("b"), error: REFUSED });
  const path = await begin(release, { onError: "continue" });
  t.match(await ended(w, path), { status: "Exception", result: { failed: 1, restored: 2, skipped: 0 } });
  t.same(await statuses(w, path), { a: "Restored", b: "Failed", c: "Restored" });
});

t.test(
  "a cancellation ends every function's running step and begins no other; an undo reverses what was done",
  async (t) => {
    const names = Array.from({ length: 12 }, (_, index) => `f${String(index + 10)}`);
    const release = await released(t, names);
    const { w } = release;
    const first = names.slice(0, 10);
    const holds = first.map((name) => w.sandbox.faults.hold({ when: "before", match: writes(name) }));
    const path = await begin(release);
    await Promise.all(holds.map((hold) => hold.reached));
    await w.api("POST", `${path}/cancel`);
    for (const hold of holds) hold.release();
    t.match(await ended(w, path), {
      status: "Exception",
      error: { code: "CANCELLED" },
      result: { restored: 10, skipped: 2 },
    });
    t.same(written(w), first);
    const opened = await w.api("POST", "/v1/rollbacks", { rollback: path.split("/")[3], components: "all" });
    t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Completed", result: { restored: 10 } });
    t.same(
      await descriptions(w, names),
      names.map(() => "after"),
    );
  },
);

t.test(
  "a service that stops while functions are being restored goes on with each of them, and writes none twice",
  async (t) => {
    const names = ["a", "b", "c", "d"];
    const release = await released(t, names);
    const { w } = release;
    const holds = names.map((name) => w.sandbox.faults.hold({ when: "after", match: writes(name) }));
    const path = await begin(release);
    await Promise.all(holds.map((hold) => hold.reached));
    const restarted = w.restart();
    for (const hold of holds) hold.release();
    await restarted;
    t.match(await ended(w, path), { status: "Completed", result: { restored: 4, failed: 0 } });
    t.same(written(w), names);
  },
);

t.test("two functions that lost the same layer version get it again, and it is published once", async (t) => {
  const w = await worldOf(t);
  const layer = async () =>
    (await w.aws("lambda", "PublishLayerVersion", { LayerName: "deps", Content: { ZipFile: LAYER } })).LayerVersionArn;
  const first = await layer();
  for (const name of ["a", "b"]) await createFunction(w, name, "says", { Layers: [first] });
  const { id } = await openDeployment(w, { functions: ["a", "b"] });
  for (const name of ["a", "b"]) await configure(w, name, { Layers: [] });
  await w.aws("lambda", "DeleteLayerVersion", { LayerName: "deps", VersionNumber: 1 });
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  const path = await begin({ w, deployment: id });
  t.match(await ended(w, path), { status: "Completed", result: { restored: 2 } });
  const published = w.sandbox.calls.mutations().filter(({ operation }) => operation === "PublishLayerVersion");
  t.equal(published.length, 1);
});
