import t from "tap";
import { AwsError } from "#sandbox/core/contract";
import {
  provision,
  refused,
  reserve,
  rollBackMixes,
  rolledBack,
  scope,
  withAliases,
} from "../support/capacity-mixes.ts";
import {
  createFunction,
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

const mutations = (w: TestAccount) =>
  w.sandbox.calls.mutations().map(({ operation, input }) => {
    const amount = input["ReservedConcurrentExecutions"] ?? input["ProvisionedConcurrentExecutions"] ?? "";
    return [operation, [input["FunctionName"], input["Qualifier"]].filter(Boolean).join(":"), amount].join(" ").trim();
  });

t.test("six hundred executions that moved from one function to another move back", async (t) => {
  for (const [before, after] of [
    ["shop-a", "shop-b"],
    ["shop-b", "shop-a"],
  ] as const) {
    const w = await worldOf(t);
    for (const name of ["shop-a", "shop-b"]) await createFunction(w, name, "v1");
    await reserve(w, before, 600);
    const rollback = await rolledBack(w, async () => {
      await reserve(w, before, 100);
      await reserve(w, after, 600);
    });
    t.match(rollback, { status: "Completed", result: { restored: 1, removed: 1 } });
    t.same(mutations(w), [`DeleteFunctionConcurrency ${after}`, `PutFunctionConcurrency ${before} 600`]);
    const { body } = await w.api("GET", `/v1/rollbacks/${rollback.id}/plan`);
    t.match(
      body.steps.find(({ component }) => component.endsWith(after)),
      { lowers: [{ wave: 1, position: new RegExp(before) }] },
      "and the plan says so",
    );
  }
});

t.test("reservations and provisioned concurrency bound each other in both directions", async (t) => {
  for (const [before, deployed] of [
    [10, 60],
    [60, 10],
  ] as const) {
    const w = await worldOf(t);
    await withAliases(w, "shop-a");
    const put = async (amount: number, first: "reserve" | "provision") => {
      if (first === "provision") await provision(w, "shop-a:live", amount);
      await reserve(w, "shop-a", amount);
      await provision(w, "shop-a:live", amount);
    };
    await put(before, "reserve");
    const rollback = await rolledBack(w, () => put(deployed, deployed < before ? "provision" : "reserve"));
    t.match(rollback, { status: "Completed", result: { restored: 2 } }, `${deployed} back to ${before}`);
    t.same(refused(w), []);
  }
});

t.test("what the account cannot give is refused beforehand with numbers, and the ways out work", async (t) => {
  const w = await worldOf(t);
  for (const name of ["shop-a", "shop-b", "other"]) await createFunction(w, name, "v1");
  await reserve(w, "shop-a", 600);
  const deployment = await openDeployment(w, scope);
  await reserve(w, "shop-a", null);
  await reserve(w, "shop-b", 50);
  await finishDeployment(w, deployment.id);
  await reserve(w, "other", 500);
  w.sandbox.calls.clear();
  const detail =
    /takes 550 executions more than now \(shop-a 600\), and 350 of 1000 are left beside the 100.*by 200, lower .*by 200/;
  t.match(await rollBack(w, deployment.id, "all"), {
    status: "Exception",
    error: { code: "PLAN_REFUSED", errors: [{ code: "LIMIT_EXCEEDED", detail }] },
  });
  t.same(w.sandbox.calls.mutations(), [], "nothing was touched");
  t.match(await rollBack(w, deployment.id, ["lambda-concurrency:shop-b"]), { status: "Completed" }, "left out");
  await reserve(w, "other", 300);
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed" }, "lowered by what was said");
});

t.test("a reservation below what an alias provisions that is not picked is refused, and names it", async (t) => {
  const w = await worldOf(t);
  await withAliases(w, "shop-a");
  await reserve(w, "shop-a", 10);
  const deployment = await openDeployment(w, scope);
  await reserve(w, "shop-a", 60);
  await provision(w, "shop-a:live", 40);
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, ["lambda-concurrency:shop-a"]), {
    error: {
      code: "PLAN_REFUSED",
      errors: [
        { code: "LIMIT_EXCEEDED", detail: /40 executions provisioned \(shop-a:live 40, not picked\) and only 10/ },
      ],
    },
  });
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed" });
  t.same(refused(w), []);
});

t.test("where the account's limit may not be read, the plan says so and lowers first", async (t) => {
  const w = await worldOf(t);
  for (const name of ["shop-a", "shop-b"]) await createFunction(w, name, "v1");
  await reserve(w, "shop-a", 600);
  const error = new AwsError("AccessDeniedException", "not authorized to perform: lambda:GetAccountSettings", 403); // biome-ignore format: AWS's own words
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "GetAccountSettings", error });
  const rollback = await rolledBack(w, async () => {
    await reserve(w, "shop-a", null);
    await reserve(w, "shop-b", 600);
  });
  t.match(rollback, { status: "Completed" });
  const { items } = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body;
  t.match(
    items.map(({ component, warnings }) => [component, warnings]),
    [
      ["lambda-concurrency:shop-a", ["LIMIT_UNCHECKED"]],
      ["lambda-concurrency:shop-b", []],
    ],
  );
});

t.test("a rollback that changes no concurrency does not ask for the account's", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "v1");
  await reserve(w, "shop-a", 5);
  t.match(await rolledBack(w, () => updateCode(w, "shop-a", "v2")), { status: "Completed" });
  t.notOk(w.sandbox.calls.all().some(({ operation }) => operation === "GetAccountSettings"));
});

const functionIn = (amount: number | null) => ({
  Resources: {
    Role: {
      Type: "AWS::IAM::Role",
      Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] } },
    },
    Pay: {
      Type: "AWS::Lambda::Function",
      Properties: {
        ...{ FunctionName: "stack-pay", Runtime: "nodejs20.x", Handler: "index.handler" },
        Role: { "Fn::GetAtt": ["Role", "Arn"] },
        Code: { ZipFile: "exports.handler = async () => 1;" },
        ...(amount === null ? {} : { ReservedConcurrentExecutions: amount }),
      },
    },
  },
});

t.test("a stack whose function takes executions back waits for the function outside that has them", async (t) => {
  for (const picked of ["all", ["stack:shop", "lambda-concurrency:shop-b"]] as const) {
    const w = await worldOf(t);
    await createFunction(w, "shop-b", "v1");
    await deployStack(w, "shop", functionIn(600));
    const rollback = await rolledBack(
      w,
      async () => {
        await deployStack(w, "shop", functionIn(null));
        await reserve(w, "shop-b", 600);
      },
      { scope: { stacks: ["shop"], functions: ["shop-*"] }, ...(picked === "all" ? {} : { picked }) },
    );
    t.match(rollback, { status: "Completed" }, String(picked));
    const { Concurrency } = await w.aws("lambda", "GetFunction", { FunctionName: "stack-pay" });
    t.same(Concurrency, { ReservedConcurrentExecutions: 600 });
  }
});

t.test("a step that takes is not tried when the step that should free failed", async (t) => {
  const w = await worldOf(t);
  for (const name of ["shop-a", "shop-b"]) await createFunction(w, name, "v1");
  await reserve(w, "shop-a", 600);
  const error = new AwsError("AccessDeniedException", "not authorized to perform: lambda:DeleteFunctionConcurrency", 403); // biome-ignore format: AWS's own words
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "DeleteFunctionConcurrency", error });
  const rollback = await rolledBack(
    w,
    async () => {
      await w.aws("lambda", "PutFunctionConcurrency", { FunctionName: "shop-a", ReservedConcurrentExecutions: 0 });
      await reserve(w, "shop-b", 600);
    },
    { onError: "continue" },
  );
  t.match(rollback, { status: "Exception", result: { failed: 2 } });
  t.notOk(w.sandbox.calls.all().some(({ operation }) => operation === "PutFunctionConcurrency"));
});

t.test("random mixes near their limits: where the goal fits, nothing is refused on the way", (t) =>
  rollBackMixes(t, 8),
);
