import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import { payResource } from "../support/stack-templates.ts";
import {
  configure,
  deployStack,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  stackSettled,
  startTestAccount,
  type TestAccount,
  updateCode,
  zip,
} from "../support/test-account.ts";

const BUCKET = "deploys";

async function account(t: Test): Promise<TestAccount> {
  const made = await startTestAccount();
  t.teardown(() => made.close());
  await made.aws("s3", "CreateBucket", { Bucket: BUCKET });
  return made;
}

type Resources = Record<string, { Type: string; Properties: Shape }>;

interface Version {
  readonly pay: string;
  readonly memory: number;
  readonly level: string;
  readonly more?: Resources;
  readonly without?: readonly string[];
}

/** Two functions with a role, a topic and a table; code by S3 key, as deploy tools write it. */
function shop({ pay, memory, level, more = {}, without = [] }: Version): { Parameters: Shape; Resources: Resources } {
  const fn = (name: string, S3Key: string, settings: Shape) => ({
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: name,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: { "Fn::GetAtt": ["Role", "Arn"] },
      Code: { S3Bucket: BUCKET, S3Key },
      ...settings,
    },
  });
  const resources: Resources = {
    Role: {
      Type: "AWS::IAM::Role",
      Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] } },
    },
    Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "orders" } },
    Pay: fn("shop-pay", `${pay}/pay.zip`, { MemorySize: memory, Environment: { Variables: { LEVEL: level } } }),
    Cart: fn("shop-cart", `${pay}/cart.zip`, {
      MemorySize: memory,
      Environment: { Variables: { TOPIC: { Ref: "Topic" } } },
    }),
    ...more,
  };
  for (const name of without) delete resources[name];
  return { Parameters: { Secret: { Type: "String", NoEcho: true } }, Resources: resources };
}

const PARAMETERS = { Parameters: [{ ParameterKey: "Secret", ParameterValue: "hunter2" }] };

async function deploy(w: TestAccount, version: Version): Promise<void> {
  for (const name of ["pay", "cart", "new"])
    await w.aws("s3", "PutObject", {
      Bucket: BUCKET,
      Key: `${version.pay}/${name}.zip`,
      Body: zip(`${name} ${version.pay}`),
    });
  await deployStack(w, "shop", shop(version), PARAMETERS);
}

async function templateOf(w: TestAccount): Promise<{ Resources: Resources }> {
  return JSON.parse(
    (await w.aws("cloudformation", "GetTemplate", { StackName: "shop", TemplateStage: "Original" })).TemplateBody,
  );
}

const V1: Version = { pay: "v1", memory: 128, level: "info" };
const V2: Version = { pay: "v2", memory: 512, level: "wrong" };

async function badDeploy(w: TestAccount, second: Version = V2): Promise<string> {
  await deploy(w, V1);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deploy(w, second);
  for (const name of ["pay", "cart"]) await w.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: `v1/${name}.zip` });
  const finished = await finishDeployment(w, id);
  if (finished.status !== "Completed") throw new Error(JSON.stringify(finished.error));
  return id;
}

t.test("one function's code is rolled back through its stack, and the rest of the stack stays", async (t) => {
  const w = await account(t);
  const deployment = await badDeploy(w);
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, deployment, ["lambda-code:shop-pay"]);
  t.match(rollback, { status: "Completed", error: null, result: { restored: 1, failed: 0 } });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  t.equal(await invoke(w, "shop-cart"), "cart v2");
  const { Resources } = await templateOf(w);
  t.match(Resources["Pay"]?.Properties, {
    Code: { S3Key: "v1/pay.zip" },
    MemorySize: 512,
    Environment: { Variables: { LEVEL: "wrong" } },
  });
  t.match(Resources["Cart"]?.Properties, { Code: { S3Key: "v2/cart.zip" } });
  const writes = w.sandbox.calls
    .mutations()
    .map(({ operation, input }) => `${operation} ${input["Key"] ?? input["StackName"] ?? ""}`);
  t.same(
    writes,
    ["CreateChangeSet shop", "PutObject v1/pay.zip", "ExecuteChangeSet shop"],
    "the calls that one function needs",
  );
  const steps = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body.items;
  t.match(steps, [
    { component: "lambda-code:shop-pay", strategy: "stack", status: "Restored", verified: true, warnings: [] },
  ]);
});

t.test(
  "the calls of a part do not grow with its stack: Stepback asks only about exports that the part may change",
  async (t) => {
    const w = await account(t);
    const template = (key: string, memory: number, functions: number, added = false) => {
      const names = Array.from({ length: functions }, (_, index) => `F${index}`);
      const { Resources } = shop({ pay: key, memory, level: "info" }) as { Resources: Record<string, Shape> };
      const fn = (name: string) => {
        const Properties = { ...(Resources["Pay"]?.["Properties"] as Shape), FunctionName: `shop-${name}` };
        return { ...Resources["Pay"], Properties };
      };
      const exported = (name: string) => ({
        Value: { "Fn::GetAtt": [name, "Arn"] },
        Export: { Name: `shop-${name}` },
      });
      const all = [...names, ...(added ? ["Added"] : [])];
      return {
        Resources: { Role: Resources["Role"], ...Object.fromEntries(all.map((name) => [name, fn(name)])) },
        Outputs: Object.fromEntries(all.map((name) => [name, exported(name)])),
      };
    };
    for (const key of ["v1", "v2"])
      await w.aws("s3", "PutObject", { Bucket: BUCKET, Key: `${key}/pay.zip`, Body: zip(`pay ${key}`) });
    const costs: Record<string, number>[] = [];
    for (const functions of [1, 12]) {
      await deployStack(w, "shop", template("v1", 128, functions));
      const { id } = await openDeployment(w, { stacks: ["shop"] });
      await deployStack(w, "shop", template("v2", 256, functions, true));
      await finishDeployment(w, id);
      const cost: Record<string, number> = {};
      for (const picked of ["lambda-code:shop-F0", "stack-resource:shop/F0", "stack-resource:shop/Added"]) {
        w.sandbox.calls.clear();
        t.match(await rollBack(w, id, [picked]), { status: "Completed", error: null });
        for (const { operation } of w.sandbox.calls.all())
          if (!/^Describe/.test(operation)) cost[`${picked} ${operation}`] = (cost[`${picked} ${operation}`] ?? 0) + 1;
      }
      costs.push(cost);
    }
    t.same(costs[1], costs[0]);
    const importers = Object.entries(costs[1] ?? {}).filter(([name]) => name.endsWith("ListImports"));
    t.same(
      importers,
      [["stack-resource:shop/Added ListImports", 3]],
      "only the part's own export: for the plan, before the change set, and once more at its turn",
    );
  },
);

t.test("one change set rolls back several parts of a stack", async (t) => {
  const w = await account(t);
  const deployment = await badDeploy(w);
  w.sandbox.calls.clear();
  const picked = ["lambda-config:shop-pay", "lambda-code:shop-cart", "lambda-config:shop-cart"];
  t.match(await rollBack(w, deployment, picked), { status: "Completed", result: { restored: 3 } });
  t.equal(w.sandbox.calls.mutations().filter(({ operation }) => operation === "ExecuteChangeSet").length, 1);
  const { Resources } = await templateOf(w);
  t.match(Resources["Pay"]?.Properties, {
    Code: { S3Key: "v2/pay.zip" },
    MemorySize: 128,
    Environment: { Variables: { LEVEL: "info" } },
  });
  t.match(Resources["Cart"]?.Properties, { Code: { S3Key: "v1/cart.zip" }, MemorySize: 128 });
  t.equal(await invoke(w, "shop-pay"), "pay v2");
  t.equal(await invoke(w, "shop-cart"), "cart v1");
});

t.test(
  "added functions are removed, deleted ones are recreated, and the plan only suggests what they need",
  async (t) => {
    const w = await account(t);
    const added: Resources = {
      New: {
        Type: "AWS::Lambda::Function",
        Properties: {
          ...shop(V2).Resources["Pay"]?.Properties,
          FunctionName: "shop-new",
          Code: { S3Bucket: BUCKET, S3Key: "v2/new.zip" },
        },
      },
      NewRule: {
        Type: "AWS::Events::Rule",
        Properties: { Targets: [{ Arn: { "Fn::GetAtt": ["New", "Arn"] }, Id: "new" }] },
      },
    };
    const deployment = await badDeploy(w, { ...V2, more: added, without: ["Cart", "Topic"] });
    const { items } = (await w.api("GET", `/v1/deployments/${deployment}/components?limit=200`)).body;
    t.same(
      items.filter(({ kind }) => kind === "stack-resource").map(({ id, change, parent }) => [id, change, parent]),
      [
        ["stack-resource:shop/Cart", "deleted", "stack:shop"],
        ["stack-resource:shop/New", "added", "stack:shop"],
        ["stack-resource:shop/NewRule", "added", "stack:shop"],
        ["stack-resource:shop/Pay", "modified", "stack:shop"],
        ["stack-resource:shop/Topic", "deleted", "stack:shop"],
      ],
    );
    t.match(
      items.find(({ id }) => id === "lambda-code:shop-new"),
      { parent: "stack-resource:shop/New" },
    );
    const alone = await rollBack(w, deployment, ["lambda-code:shop-new", "lambda-code:shop-cart"]);
    t.match(alone, {
      status: "Exception",
      error: {
        code: "PLAN_REFUSED",
        errors: [
          { code: "REQUIRES_COMPONENT", detail: /Topic/ },
          { code: "REQUIRES_COMPONENT", detail: /NewRule/ },
        ],
      },
    });
    const picked = [
      "stack-resource:shop/New",
      "stack-resource:shop/NewRule",
      "stack-resource:shop/Cart",
      "stack-resource:shop/Topic",
    ];
    const whole = await rollBack(w, deployment, picked);
    t.match(whole, { status: "Completed", error: null });
    const rows = (await w.api("GET", `/v1/rollbacks/${whole.id}/components?limit=200`)).body.items;
    t.same(
      Object.fromEntries(rows.map(({ component, status }) => [component, status])),
      {
        "stack-resource:shop/Cart": "Recreated",
        "stack-resource:shop/New": "Removed",
        "stack-resource:shop/NewRule": "Removed",
        "stack-resource:shop/Topic": "Recreated",
        "lambda-code:shop-cart": "Recreated",
        "lambda-config:shop-cart": "Recreated",
        "lambda-runtime:shop-cart": "Recreated",
        "lambda-tags:shop-cart": "Recreated",
        "lambda-code:shop-new": "Removed",
        "lambda-config:shop-new": "Removed",
        "lambda-runtime:shop-new": "Removed",
        "lambda-tags:shop-new": "Removed",
      },
      "a picked resource restores its contents",
    );
    t.equal(await invoke(w, "shop-cart"), "cart v1");
    t.equal(await invoke(w, "shop-pay"), "pay v2", "components that were not picked stay as deployed");
  },
);

t.test(
  "a change outside the template is rolled back directly, and repeating the rollback changes nothing",
  async (t) => {
    const w = await account(t);
    await deploy(w, V1);
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await updateCode(w, "shop-pay", "hot patch");
    await finishDeployment(w, id);
    w.sandbox.calls.clear();
    t.match(await rollBack(w, id, ["lambda-code:shop-pay"]), { status: "Completed", result: { restored: 1 } });
    t.same(
      w.sandbox.calls.mutations().map(({ operation }) => operation),
      ["UpdateFunctionCode"],
    );
    t.match(await rollBack(w, id, ["lambda-code:shop-pay"], { strategy: "stack" }), {
      status: "Completed",
      result: { unchanged: 1 },
    });
  },
);

t.test("after a direct restore the strategy stack restores the template, too", async (t) => {
  const w = await account(t);
  const deployment = await badDeploy(w);
  const direct = await rollBack(w, deployment, ["lambda-code:shop-pay"], { strategy: "direct" });
  const [row] = (await w.api("GET", `/v1/rollbacks/${direct.id}/components`)).body.items;
  t.match(row, { status: "Restored", strategy: "direct", warnings: ["LEAVES_STACK_BEHIND"] });
  t.match((await templateOf(w)).Resources["Pay"]?.Properties, { Code: { S3Key: "v2/pay.zip" } });
  t.match(await rollBack(w, deployment, ["lambda-code:shop-pay"], { strategy: "stack" }), { status: "Completed" });
  t.match((await templateOf(w)).Resources["Pay"]?.Properties, { Code: { S3Key: "v1/pay.zip" } });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
});

t.test("a template that changed after the plan ends the run before anything is touched", async (t) => {
  const w = await account(t);
  const deployment = await badDeploy(w);
  const draft = (await w.api("POST", "/v1/rollbacks", { deployment, components: ["lambda-code:shop-pay"], run: false }))
    .body;
  await w.api("POST", `/v1/rollbacks/${draft.id}/plan`);
  const plan = (await w.api("GET", `/v1/rollbacks/${draft.id}/plan?wait=30`)).body;
  await deploy(w, { ...V2, level: "moved" });
  w.sandbox.calls.clear();
  await w.api("POST", `/v1/rollbacks/${draft.id}/run`, { planDigest: plan.digest });
  t.match((await w.api("GET", `/v1/rollbacks/${draft.id}?wait=30`)).body, {
    status: "Exception",
    error: { code: "PLAN_STALE" },
  });
  t.same(w.sandbox.calls.mutations(), []);
});

t.test("an undo restores the part of the template that the rollback changed", async (t) => {
  const w = await account(t);
  const deployment = await badDeploy(w);
  const before = await templateOf(w);
  const rollback = await rollBack(w, deployment, ["lambda-code:shop-pay", "lambda-config:shop-pay"]);
  t.match(rollback, { status: "Completed" });
  const undo = (await w.api("POST", "/v1/rollbacks", { rollback: rollback.id, components: "all" })).body;
  t.match((await w.api("GET", `/v1/rollbacks/${undo.id}?wait=60`)).body, { status: "Completed", error: null });
  t.same(await templateOf(w), before);
  t.equal(await invoke(w, "shop-pay"), "pay v2");
});

t.test("keep-live keeps a manual change while the rest is rolled back through the stack", async (t) => {
  const w = await account(t);
  const deployment = await badDeploy(w);
  await configure(w, "shop-pay", { Timeout: 30 });
  t.match(await rollBack(w, deployment, ["lambda-config:shop-pay"], { onConflict: "keep-live" }), {
    status: "Completed",
    error: null,
  });
  await stackSettled(w, "shop");
  const live = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "shop-pay" });
  t.match(live, { Timeout: 30, MemorySize: 128, Environment: { Variables: { LEVEL: "info" } } });
});

t.test("a stack policy that protects the part is named before anything is touched", async (t) => {
  const w = await account(t);
  const deployment = await badDeploy(w);
  const allow = { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" };
  const deny = { Effect: "Deny", Action: "Update:*", Principal: "*", Resource: "LogicalResourceId/Pay" };
  await w.aws("cloudformation", "SetStackPolicy", {
    StackName: "shop",
    StackPolicyBody: JSON.stringify({ Statement: [allow, deny] }),
  });
  w.sandbox.calls.clear();
  t.match(await rollBack(w, deployment, ["lambda-code:shop-pay"]), {
    status: "Exception",
    error: { code: "PLAN_REFUSED", errors: [{ code: "STACK_POLICY_DENIES", detail: /Update:Modify of Pay/ }] },
  });
  t.same(w.sandbox.calls.mutations(), []);
  t.match(
    await rollBack(w, deployment, ["lambda-code:shop-cart"]),
    { status: "Completed" },
    "a part that the policy does not protect",
  );
});

t.test("a hot fix that keep-live keeps survives its stack, its resource and the strategy stack", async (t) => {
  const picks: [string[] | "all", object][] = [
    [["lambda-code:shop-pay"], { strategy: "stack" }],
    [["stack-resource:shop/Pay"], {}],
    ["all", {}],
  ];
  for (const [picked, more] of picks) {
    await t.test(String(picked), async (t) => {
      const w = await account(t);
      const deployment = await badDeploy(w);
      await updateCode(w, "shop-pay", "hot fix");
      const rollback = await rollBack(w, deployment, picked, { onConflict: "keep-live", ...more });
      t.match(rollback, { status: "Completed", error: null, result: { failed: 0 } });
      t.equal(await invoke(w, "shop-pay"), "hot fix");
    });
  }
});

t.test(
  "a NoEcho value that the deploy changed is reported, and a function's facet is rolled back outside its stack",
  async (t) => {
    const w = await account(t);
    const template = (memory: number): Shape => ({
      Parameters: { Secret: { Type: "String", NoEcho: true } },
      Resources: {
        Pay: payResource(
          { ZipFile: "exports.handler = async () => 1;" },
          { MemorySize: memory, Environment: { Variables: { SECRET: { Ref: "Secret" } } } },
        ),
      },
    });
    const deployWith = (memory: number, ParameterValue: string) =>
      deployStack(w, "shop", template(memory), { Parameters: [{ ParameterKey: "Secret", ParameterValue }] });
    await deployWith(128, "one");
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deployWith(256, "two");
    await finishDeployment(w, id);
    const rollback = await rollBack(w, id, ["lambda-config:shop-pay"]);
    t.match(rollback, { status: "Completed", result: { restored: 1 } });
    const live = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "shop-pay" });
    t.match(live, { MemorySize: 128, Environment: { Variables: { SECRET: "one" } } });
    const [row] = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body.items;
    t.match(row, { status: "Restored", warnings: ["SECRET_KEPT", "VALUE_ROLLED_BACK", "LEAVES_STACK_BEHIND"] });
    const [step] = (await w.api("GET", `/v1/rollbacks/${rollback.id}/plan`)).body.steps;
    t.match(step?.details, [{ code: "SECRET_KEPT", detail: /^Secret: CloudFormation keeps the NoEcho value/ }]);
  },
);
