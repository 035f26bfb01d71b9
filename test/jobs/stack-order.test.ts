import t, { type Test } from "tap";
import type { Plan, Rollback } from "#client/api-types";
import { createSandbox } from "#sandbox/sandbox";
import type { StackLinks } from "#src/domain/stack/links";
import { orderStacks, type StackPass } from "#src/domain/stack/order";
import { bridge } from "#src/domain/template/splice/bridge";
import { type Account, sandboxAccount } from "../support/answers.ts";
import { fc } from "../support/seeded.ts";
import { graphText, type StackGraph, stackGraphs } from "../support/stack-graphs.ts";
import { bridgeEnd, linkedTemplate, ownTemplate, yamlTemplate } from "../support/stack-templates.ts";
import { ended, finishDeployment, openDeployment, type TestAccount, until, worldOf } from "../support/test-account.ts";

/** The final statuses of a stack when AWS has refused nothing. */
const GOOD = /^(CREATE|UPDATE|DELETE)_COMPLETE$/;

/** Submits a pass, and returns the stack's status and its reason once the stack has settled. */
async function submit(account: Account, name: string, template: string | null): Promise<string> {
  const known = await describe(account, name);
  const input = { StackName: name, ...(template === null ? {} : { TemplateBody: template }) };
  const operation = template === null ? "DeleteStack" : known ? "UpdateStack" : "CreateStack";
  const answer = await account.aws("cloudformation", operation, input).catch((error: Error) => error.message);
  if (answer === "No updates are to be performed.") return "UPDATE_COMPLETE";
  if (typeof answer === "string") return answer;
  let end = "";
  await until(async () => {
    const stack = await describe(account, answer.StackId ?? known?.StackId);
    end = stack ? `${stack.StackStatus}${GOOD.test(stack.StackStatus) ? "" : ` ${stack.StackStatusReason}`}` : "";
    return end !== "" && !end.includes("_IN_PROGRESS");
  }, 60_000);
  return end;
}

async function describe(account: Account, StackName: unknown) {
  const answer = await account.aws("cloudformation", "DescribeStacks", { StackName }).catch(() => null);
  return answer?.Stacks[0] ?? null;
}

/** Deploys one side of a graph: exporters before importers. */
async function deploy(account: Account, graph: StackGraph): Promise<void> {
  const outside = { name: "outside", links: outsideLinks(graph) };
  const there = [...graph.stacks.map(({ name, live }) => ({ name, links: live })), outside];
  const all = there.flatMap(({ name, links }) => (links ? [{ name, links }] : []));
  // First exports, then imports: live may contain a circle of stacks, which takes two deploys to make.
  for (const { name, links } of all)
    must(await submit(account, name, linkedTemplate({ ...links, imports: [] })), graph);
  for (const { name, links } of all)
    if (links.imports.length > 0) must(await submit(account, name, linkedTemplate(links)), graph);
}

function outsideLinks({ around }: StackGraph): StackLinks {
  const exports = Object.keys(around.exporters ?? {}).map((name) => [name, "outside"]);
  return { exports: Object.fromEntries(exports), imports: Object.keys(around.importers) };
}

function must(end: string, graph: StackGraph, pass?: StackPass): void {
  if (GOOD.test(end)) return;
  throw new Error(`${pass ? `${pass.pass} of ${pass.stack} in wave ${pass.wave}: ` : ""}${end}\n${graphText(graph)}`);
}

/** Runs a wave's passes at once, as a rollback does. */
async function carryOut(account: Account, graph: StackGraph, passes: readonly StackPass[]): Promise<void> {
  for (const wave of new Set(passes.map((pass) => pass.wave))) {
    const running = passes
      .filter((pass) => pass.wave === wave)
      .map(async (pass) => {
        const stack = graph.stacks.find(({ name }) => name === pass.stack);
        const goal = stack?.goal ? bridgeEnd(stack.goal) : null;
        const made = goal && stack?.live ? bridge(goal, bridgeEnd(stack.live), pass.keeps) : goal;
        if (made && "refusal" in made) throw new Error(made.refusal);
        return { pass, end: await submit(account, pass.stack, made?.template ?? null) };
      });
    for (const { pass, end } of await Promise.all(running)) must(end, graph, pass);
  }
}

async function exportsOf(account: Account): Promise<Record<string, string>> {
  const exports: Record<string, string> = {};
  let NextToken: string | undefined;
  do {
    const page = await account.aws("cloudformation", "ListExports", NextToken ? { NextToken } : {});
    for (const { Name, ExportingStackId, Value } of page.Exports)
      exports[Name] = `${String(ExportingStackId).split("/")[1]}=${Value}`;
    NextToken = page.NextToken;
  } while (NextToken);
  return exports;
}

function wantedExports(graph: StackGraph): Record<string, string> {
  const outside = Object.keys(graph.around.exporters ?? {}).map((name) => [name, "outside=outside"]);
  const own = graph.stacks.flatMap(({ name, goal }) =>
    Object.entries(goal?.exports ?? {}).map(([key, value]) => [key, `${name}=${value}`]),
  );
  return Object.fromEntries([...outside, ...own]);
}

/** Deploys the graph to the sandbox and carries out its order: the sandbox must refuse nothing. */
async function proveOrder(t: Test, graph: StackGraph): Promise<void> {
  const { passes, faults } = orderStacks(graph.stacks, graph.around);
  if (faults.length > 0) return;
  const sandbox = createSandbox({ updateMs: 1 });
  const account = sandboxAccount(sandbox);
  await deploy(account, graph);
  await carryOut(account, graph, passes);
  t.same(await exportsOf(account), wantedExports(graph));
  await sandbox.close();
}

t.test("a strict CloudFormation refuses no pass of random stacks", async (t) => {
  const graphs = stackGraphs({ stacks: 6, exports: 8, faulty: false });
  await fc.assert(
    fc.asyncProperty(graphs, (graph) => proveOrder(t, graph)),
    { numRuns: 20 },
  );
});

t.test("a strict CloudFormation refuses no pass of 40 stacks with bridges", async (t) => {
  const drawn = fc.sample(stackGraphs({ stacks: 40, fewest: 40, exports: 40, faulty: false }), {
    numRuns: 200,
    seed: 11,
  });
  const ofForty = drawn.filter(({ stacks }) => stacks.length === 40);
  const found = ofForty.find((graph) => {
    const { passes, faults } = orderStacks(graph.stacks, graph.around);
    return faults.length === 0 && passes.some(({ pass }) => pass === "bridge");
  });
  if (!found) return t.fail("no graph of that size has an order with a bridge");
  return proveOrder(t, found);
});

interface Move {
  readonly before: StackLinks;
  readonly deployed: StackLinks;
}

async function put(w: TestAccount, name: string, template: string): Promise<void> {
  const end = await submit(w, name, template);
  if (!GOOD.test(end)) throw new Error(`${name}: ${end}`);
}

/** Deploys `before`, opens a deployment, removes all imports, deploys `deployed`, and finishes the deployment. */
async function redeploy(
  w: TestAccount,
  moves: Readonly<Record<string, Move>>,
  write: (links: StackLinks) => string = linkedTemplate,
): Promise<string> {
  const deployAll = async (side: keyof Move) => {
    for (const [name, move] of Object.entries(moves)) await put(w, name, write({ ...move[side], imports: [] }));
    for (const [name, move] of Object.entries(moves)) await put(w, name, write(move[side]));
  };
  await deployAll("before");
  const deployment = await openDeployment(w, { stacks: Object.keys(moves) });
  for (const [name, { before }] of Object.entries(moves)) await put(w, name, write({ ...before, imports: [] }));
  await deployAll("deployed");
  await finishDeployment(w, deployment.id);
  const { status } = await ended(w, `/v1/deployments/${deployment.id}`);
  if (status !== "Completed") throw new Error(`the deployment ended in ${status}`);
  return deployment.id;
}

async function rolledBack(
  w: TestAccount,
  deployment: string,
  more: object = {},
): Promise<{ rollback: Rollback; plan: Plan }> {
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all", ...more });
  const rollback = await ended(w, `/v1/rollbacks/${opened.body.id}`);
  const plan = (await w.api("GET", `/v1/rollbacks/${opened.body.id}/plan`)).body;
  return { rollback, plan: { ...plan, steps: plan.steps.filter(isStack) } };
}

/** Excludes the resources, which follow their stack: these tests are about stacks. */
function isStack({ component }: { component: string }): boolean {
  return component.startsWith("stack:");
}

const links = (exports: readonly string[], imports: readonly string[] = []): StackLinks => ({
  exports: Object.fromEntries(exports.map((name) => [name, `arn:${name}`])),
  imports,
});

t.test("a rollback bridges a stack when it removes one export and restores another for one importer", async (t) => {
  const w = await worldOf(t);
  const deployment = await redeploy(w, {
    "a-shop": { before: links(["old"]), deployed: links(["new"]) },
    "b-jobs": { before: links([], ["old"]), deployed: links([], ["new"]) },
  });
  const { rollback, plan } = await rolledBack(w, deployment);
  t.match(rollback, { status: "Completed", result: { restored: 2 } });
  t.match(plan.steps, [
    { component: "stack:b-jobs", wave: 2, bridges: [], after: ["stack:a-shop"] },
    {
      component: "stack:a-shop",
      wave: 3,
      position: "after b-jobs, which imports new until then",
      bridges: [{ wave: 1, keeps: ["new"], position: /keeps the export new.*brings back the export old for b-jobs/ }],
    },
  ]);
  t.same(await exportsOf(w), { old: "a-shop=arn:old" });
  const log = (await w.api("GET", `/v1/rollbacks/${rollback.id}/logs?component=stack:a-shop&limit=200`)).body.items;
  t.ok(log.some(({ message }) => message === "Bridging: it keeps new for a while."));
});

t.test(
  "a service that stops between a bridge and the final pass resumes there, and bridges nothing twice",
  async (t) => {
    const w = await worldOf(t);
    const deployment = await redeploy(w, {
      "a-shop": { before: links(["old"]), deployed: links(["new"]) },
      "b-jobs": { before: links([], ["old"]), deployed: links([], ["new"]) },
    });
    w.sandbox.calls.clear();
    const hold = w.sandbox.faults.hold({
      when: "after",
      match: ({ operation, input }) => operation === "ExecuteChangeSet" && input["StackName"] === "b-jobs",
    });
    const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
    await hold.reached;
    const restarted = w.restart();
    hold.release();
    await restarted;
    const rollback = await ended(w, `/v1/rollbacks/${opened.body.id}`);
    t.match(rollback, { status: "Completed", result: { restored: 2 } });
    const executed = w.sandbox.calls.mutations().filter(({ operation }) => operation === "ExecuteChangeSet");
    t.same(
      executed.map(({ input }) => input["StackName"]),
      ["a-shop", "b-jobs", "a-shop"],
    );
    t.same(await exportsOf(w), { old: "a-shop=arn:old" });
  },
);

t.test("a bridge keeps all that the kept export needs, and the stack ends with the backup's text", async (t) => {
  const w = await worldOf(t);
  const [shop, jobs] = [
    { before: links(["a-shop-old"]), deployed: links(["a-shop-new"]) },
    { before: links([], ["a-shop-old"]), deployed: links([], ["a-shop-new"]) },
  ];
  const deployment = await redeploy(w, { "a-shop": shop, "b-jobs": jobs }, yamlTemplate);
  const hold = w.sandbox.faults.hold({
    when: "before",
    match: ({ operation, input }) => operation === "CreateChangeSet" && input["StackName"] === "b-jobs",
  });
  const rolling = rolledBack(w, deployment);
  await hold.reached;
  t.same(Object.keys(await exportsOf(w)).sort(), ["a-shop-new", "a-shop-old"]);
  hold.release();
  t.match((await rolling).rollback, { status: "Completed", result: { restored: 2 } });
  t.same(Object.keys(await exportsOf(w)), ["a-shop-old"]);
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", { StackName: "a-shop" });
  t.equal(TemplateBody, yamlTemplate(shop.before));
});

t.test("where no bridge is possible, the plan is refused with the reason and nothing is touched", async (t) => {
  const w = await worldOf(t);
  const moves = {
    "a-shop": { before: links(["old"]), deployed: links(["new"]) },
    "b-jobs": { before: links([], ["old"]), deployed: links([], ["new"]) },
  };
  const deployment = await redeploy(w, moves, ownTemplate);
  const mutations = w.sandbox.calls.mutations().length;
  const { rollback, plan } = await rolledBack(w, deployment);
  t.match(rollback, { status: "Exception", error: { code: "PLAN_REFUSED" }, result: { restored: 0 } });
  t.match(plan, { refusals: 2 });
  t.match(rollback.error?.errors, [{ code: "ORDER_IMPOSSIBLE" }, { code: "ORDER_IMPOSSIBLE" }]);
  t.match(
    rollback.error?.detail,
    /a-shop cannot keep new for that long: the output Outnew needs the resource Own as it is now, and the backup has another/,
  );
  t.equal(w.sandbox.calls.mutations().length, mutations);
});

t.test("the plan names an importer that is not picked and still needs an export", async (t) => {
  const w = await worldOf(t);
  const deployment = await redeploy(w, { shop: { before: links(["kept"]), deployed: links(["kept", "added"]) } });
  await put(w, "billing", linkedTemplate(links([], ["added"])));
  const { rollback } = await rolledBack(w, deployment);
  t.match(rollback.error, {
    code: "PLAN_REFUSED",
    errors: [
      {
        code: "EXPORT_IN_USE",
        detail: /billing stays as it is and imports added, which is deleted: .* or pick stack:billing too/,
      },
    ],
  });
  t.same(Object.keys(await exportsOf(w)).sort(), ["added", "kept"]);
});

t.test("stacks of one wave run side by side, and each line of the log belongs to its own step", async (t) => {
  const w = await worldOf(t);
  const names = ["one", "two", "three"];
  const move = (name: string) => ({ before: links([`${name}-old`]), deployed: links([`${name}-new`]) });
  const deployment = await redeploy(w, Object.fromEntries(names.map((name) => [name, move(name)])));
  const holds = names.map((name) =>
    w.sandbox.faults.hold({
      when: "before",
      match: ({ operation, input }) => operation === "ExecuteChangeSet" && input["StackName"] === name,
    }),
  );
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
  await Promise.all(holds.map((hold) => hold.reached));
  const path = `/v1/rollbacks/${opened.body.id}`;
  const rows = (await w.api("GET", `${path}/components`)).body.items;
  t.same(
    rows.map(({ status }) => status),
    ["Running", "Running", "Running"],
    "none waits for another",
  );
  for (const hold of holds) hold.release();
  t.match(await ended(w, path), { status: "Completed", result: { restored: 3 } });
  for (const name of names) {
    const lines = (await w.api("GET", `${path}/logs?component=stack:${name}&limit=200`)).body.items;
    const about = lines.filter(({ message }) => /change set|stack .* is in|Read back/.test(message));
    t.equal(about.length, 4, `${name} has each of its lines once`);
    t.ok(about.slice(0, 3).every(({ message }) => message.includes(name)));
  }
});

t.test("a failure stops the run although another stack of its wave succeeds after it", async (t) => {
  const w = await worldOf(t);
  const deployment = await redeploy(w, {
    exporter: { before: links(["kept"]), deployed: links(["kept", "added"]) },
    failing: { before: links([]), deployed: links([], ["added"]) },
    other: { before: links(["o1"]), deployed: links(["o2"]) },
  });
  const executes = (stack: string) => (call: { operation: string; input: Readonly<Record<string, unknown>> }) =>
    call.operation === "ExecuteChangeSet" && call.input["StackName"] === stack;
  const hold = w.sandbox.faults.hold({ when: "before", match: executes("other") });
  w.sandbox.faults.fail({ match: executes("failing"), error: "reset" });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
  await hold.reached;
  const path = `/v1/rollbacks/${opened.body.id}`;
  const statusOf = async (id: string) =>
    (await w.api("GET", `${path}/components`)).body.items.find(({ component }) => component === id)?.status;
  await until(async () => (await statusOf("stack:failing")) === "Failed");
  hold.release();
  t.match(await ended(w, path), { status: "Exception", error: { code: "STEP_FAILED" } });
  t.equal(await statusOf("stack:other"), "Restored");
  t.equal(await statusOf("stack:exporter"), "Skipped", "the next wave has not begun");
});

t.test("a failure stops the run before the next wave, once the other steps of its wave have ended", async (t) => {
  const w = await worldOf(t);
  const deployment = await redeploy(w, {
    exporter: { before: links(["kept"]), deployed: links(["kept", "added"]) },
    failing: { before: links([]), deployed: links([], ["added"]) },
    other: { before: links(["o1"]), deployed: links(["o2"]) },
  });
  w.sandbox.faults.fail({
    match: ({ operation, input }) => operation === "ExecuteChangeSet" && input["StackName"] === "failing",
    error: "reset",
  });
  const { rollback } = await rolledBack(w, deployment);
  t.match(rollback, { status: "Exception", result: { failed: 1, restored: 1 } });
  const status = async (id: string) => {
    const rows = (await w.api("GET", `/v1/rollbacks/${id}/components`)).body.items.filter(isStack);
    return Object.fromEntries(rows.map((row) => [row.component, row.status]));
  };
  t.same(await status(rollback.id), {
    "stack:failing": "Failed",
    "stack:other": "Restored",
    "stack:exporter": "Skipped",
  });
  const going = await rolledBack(w, deployment, { onError: "continue", onConflict: "restore" });
  t.match(
    await status(going.rollback.id),
    { "stack:failing": "Failed", "stack:exporter": "Failed" },
    "a stack that waits for the failed one is skipped, since AWS would refuse it",
  );
  t.match(going.rollback.error?.detail, /stack:failing had to be restored first and failed/);
  w.sandbox.faults.off();
  t.match((await rolledBack(w, deployment, { onConflict: "restore" })).rollback, { status: "Completed" });
});
