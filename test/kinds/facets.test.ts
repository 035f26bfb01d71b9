import t, { type Test } from "tap";
import { AwsError, type Shape } from "#sandbox/core/contract";
import { openDiskArtifacts } from "#src/artifacts/disk-artifacts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  captured,
  functionOf,
  KIND_NAMES,
  parseComponentId,
} from "#src/domain/component/component";
import { digestOf, type Json, type JsonObject } from "#src/domain/json";
import type { PlanStep } from "#src/domain/plan/plan";
import { exposed } from "#src/domain/secrets/exposed";
import { captureScope } from "#src/jobs/capture/capture-scope";
import { createCachedReader } from "#src/kinds/cached-reader";
import { KINDS } from "#src/kinds/index";
import type { RestoreContext } from "#src/kinds/kind";
import { hasSid, statementsById, toPermission } from "#src/kinds/lambda/policy-statements";
import { openStage, ownFunction, type Stage } from "../aws/aws-stage.ts";
import { type PlanCase, planFor } from "../support/plan-case.ts";
import { diskSealing } from "../support/sealing.ts";
import { fc } from "../support/seeded.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:pay";
const FunctionName = "pay";
const BUCKET = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };

async function openPay(t: Test, more: Shape = {}): Promise<Stage> {
  const stage = openStage(t, { sandbox: { updateMs: 0 } });
  await ownFunction(stage, "pay", "v1", more);
  return stage;
}

async function addAlias({ own }: Stage): Promise<void> {
  await own("lambda", "PublishVersion", { FunctionName });
  await own("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
}

async function capture(t: Test, { aws }: Stage): Promise<Components> {
  const reader = createCachedReader(aws, (await openDiskArtifacts(t.testdir(), diskSealing())).ofTarget("default"));
  const found = await captureScope(reader, { stacks: [], functions: ["pay*"] }, new Map(), async () => {});
  return new Map(found.map((component) => [component.id, component]));
}

function part(id: ComponentId, settings: JsonObject, more: Partial<CapturedComponent> = {}): CapturedComponent {
  const state = { settings, evidence: more.state?.evidence ?? {}, artifacts: [] };
  return captured(id, state, { parent: null, physicalId: null, ...more });
}

const components = (...list: CapturedComponent[]): Components => new Map(list.map((one) => [one.id, one]));

function plan(given: PlanCase): PlanStep[] {
  return [...planFor(given, { onConflict: "restore" }).steps];
}

const planBack = (picked: ComponentId[], before: Components, live: Components) =>
  plan({ picked, sources: { before, deployed: live }, live });

function restoring({ aws }: Stage, goal: JsonObject): RestoreContext {
  const state = { settings: goal, evidence: {}, artifacts: [] };
  const artifacts = {} as RestoreContext["artifacts"];
  return {
    aws,
    artifacts,
    goal: state,
    goalOf: () => null,
    stateAtEnd: async () => null,
    token: "t",
    mayLose: () => true,
    note: () => {},
  };
}

t.test("the name of a facet leads to its function, with and without a qualifier", async (t) => {
  for (const kind of KIND_NAMES.filter((name) => name.startsWith("lambda-"))) {
    t.equal(functionOf(`${kind}:pay`), "pay");
    t.equal(functionOf(`${kind}:pay:live`), "pay");
    t.same(parseComponentId(`${kind}:pay:live`), { kind, name: "pay:live" });
  }
});

t.test("a capture finds every facet of a function and of its aliases, with few calls", async (t) => {
  const stage = await openPay(t, { Tags: { team: "shop" } });
  await addAlias(stage);
  for (const Qualifier of [undefined, "live"]) {
    const at = { FunctionName, ...(Qualifier ? { Qualifier } : {}) };
    await stage.own("lambda", "PutFunctionEventInvokeConfig", { ...at, MaximumRetryAttempts: 0 });
    await stage.own("lambda", "AddPermission", { ...at, ...BUCKET, StatementId: "s3" });
    await stage.own("lambda", "CreateFunctionUrlConfig", { ...at, AuthType: "AWS_IAM" });
  }
  await stage.own("lambda", "PutFunctionEventInvokeConfig", { FunctionName, Qualifier: "1", MaximumRetryAttempts: 1 });
  await stage.own("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: 0 });
  stage.sandbox.calls.clear();
  const found = await capture(t, stage);
  t.same([...found.keys()].sort(), [
    "lambda-alias:pay:live",
    "lambda-async:pay",
    "lambda-async:pay:1",
    "lambda-async:pay:live",
    "lambda-code:pay",
    "lambda-concurrency:pay",
    "lambda-config:pay",
    "lambda-policy:pay",
    "lambda-policy:pay:live",
    "lambda-runtime:pay",
    "lambda-tags:pay",
    "lambda-url:pay",
    "lambda-url:pay:live",
  ]);
  t.same(found.get("lambda-concurrency:pay")?.state.settings, { ReservedConcurrentExecutions: 0 }, "0 is a state");
  t.match(found.get("lambda-url:pay:live")?.state.evidence["functionUrl"], /^https:/, "the address is evidence");
  const count = new Map<string, number>();
  for (const operation of stage.sent()) count.set(operation, (count.get(operation) ?? 0) + 1);
  t.same(Object.fromEntries(count), {
    "lambda:ListEventSourceMappings": 1,
    "lambda:ListProvisionedConcurrencyConfigs": 1,
    "lambda:ListFunctions": 1,
    "lambda:GetFunction": 2,
    "lambda:ListAliases": 1,
    "lambda:GetRuntimeManagementConfig": 1,
    "lambda:GetFunctionRecursionConfig": 1,
    "lambda:GetFunctionCodeSigningConfig": 1,
    "lambda:ListFunctionEventInvokeConfigs": 1,
    "lambda:GetPolicy": 3,
    "lambda:ListFunctionUrlConfigs": 1,
  });
});

t.test("a denied read makes a facet incomplete or is named in it; it is never empty and never fatal", async (t) => {
  const stage = await openPay(t);
  const denied = /^(GetPolicy|ListFunctionUrlConfigs|ListFunctionEventInvokeConfigs|GetFunctionRecursionConfig)$/;
  stage.sandbox.faults.fail({
    match: ({ operation }) => denied.test(operation),
    error: new AwsError("AccessDeniedException", "User is not authorized", 403),
  });
  stage.sandbox.faults.fail({
    match: ({ operation }) => operation === "GetRuntimeManagementConfig",
    error: new AwsError("UnknownOperationException", "", 404),
  });
  const found = await capture(t, stage);
  for (const kind of ["lambda-async", "lambda-policy", "lambda-url"] as const)
    t.match(found.get(`${kind}:pay`), { incomplete: /is not allowed/, state: { settings: {} } });
  const switches = found.get("lambda-runtime:pay");
  t.match(switches, { incomplete: null });
  t.same(switches?.state.settings, { CodeSigningConfigArn: null });
  t.match(switches?.state.evidence["unavailable"], {
    RecursiveLoop: /lambda:GetFunctionRecursionConfig is not allowed/,
    UpdateRuntimeOn: /lacks the call/,
  });

  const before = components(part("lambda-policy:pay", { Statements: {} }), part("lambda-code:pay", {}));
  t.match(planBack(["lambda-policy:pay"], before, found), [
    { action: "refused", reasons: [{ code: "LIVE_UNREADABLE", detail: /lambda:GetPolicy/ }] },
  ]);
  const known = components(part("lambda-runtime:pay", { RecursiveLoop: "Terminate", CodeSigningConfigArn: null }));
  t.match(planBack(["lambda-runtime:pay"], known, found), [
    { action: "refused", reasons: [{ code: "LIVE_UNREADABLE", detail: /RecursiveLoop/ }] },
  ]);
  const same = components(part("lambda-runtime:pay", { CodeSigningConfigArn: null }));
  const more = part("lambda-runtime:pay", { CodeSigningConfigArn: null, RecursiveLoop: "Allow" });
  t.match(
    planBack(["lambda-runtime:pay"], same, components(part("lambda-code:pay", {}), more)),
    [{ action: "unchanged" }],
    "what the backup does not know is not compared",
  );
});

t.test("unreadable tags are incomplete, and AWS's own tags are never written", async (t) => {
  const stage = await openPay(t);
  const Resource = ARN;
  await stage.sandbox
    .service("lambda")
    .call(
      "TagResource",
      { Resource, Tags: { "aws:cloudformation:stack-name": "shop", team: "shop" } },
      "cloudformation",
    );
  const tags = (await capture(t, stage)).get("lambda-tags:pay");
  t.same(tags?.state.settings, { Tags: { team: "shop" } });
  stage.sandbox.calls.clear();
  await KINDS["lambda-tags"].restore({ do: "put-tags", name: "pay" }, restoring(stage, { Tags: { cost: "low" } }));
  t.match(
    stage.sandbox.calls.mutations().map(({ input }) => input),
    [{ TagKeys: ["team"] }, { Tags: { cost: "low" } }],
  );
  const lambda = stage.sandbox.service("lambda");
  const call = lambda.call.bind(lambda);
  lambda.call = async (operation, input, caller) => ({
    ...(await call(operation, input, caller)),
    ...(operation === "GetFunction"
      ? { Tags: undefined, TagsError: { ErrorCode: "AccessDenied", Message: "no" } }
      : {}),
  });
  t.match((await capture(t, stage)).get("lambda-tags:pay"), { incomplete: /lambda:ListTags/ });
});

t.test("a URL that has to be created or deleted is destructive, one that is only changed is not", async (t) => {
  const code = part("lambda-code:pay", {});
  const url = (AuthType: string) =>
    part(
      "lambda-url:pay",
      { AuthType, InvokeMode: "BUFFERED", Cors: {} },
      {
        state: { settings: {}, evidence: { functionUrl: "https://old.lambda-url.on.aws/" }, artifacts: [] },
      },
    );
  const id = "lambda-url:pay" as const;
  const [one, other, none] = [components(code, url("NONE")), components(code, url("AWS_IAM")), components(code)];
  t.match(planBack([id], one, other), [{ action: "restore", destructive: false, actions: [{ do: "update-url" }] }]);
  t.match(planBack([id], one, none), [
    {
      action: "recreate",
      destructive: true,
      reasons: [{ code: "DESTRUCTIVE", detail: /another address than https:..old/ }],
    },
  ]);
  t.match(planBack([id], none, one), [
    { action: "remove", destructive: true, reasons: [{ code: "DESTRUCTIVE", detail: /https:..old/ }] },
  ]);
});

t.test(
  "a facet is deleted with its function or alias, and created only if that exists or is created, too",
  async (t) => {
    const [code, alias] = [part("lambda-code:pay", {}), part("lambda-alias:pay:live", {})];
    const retries = { MaximumRetryAttempts: 1 };
    const onAlias = part("lambda-async:pay:live", retries);
    const onVersion = part("lambda-async:pay:7", retries);
    const all = components(code, alias, onAlias);
    const [nothing, bare] = [components(), components(code)];

    t.match(planBack(["lambda-code:pay", "lambda-async:pay:live"], nothing, all).at(-1), {
      action: "remove",
      via: "lambda-code:pay",
    });
    t.match(planBack(["lambda-alias:pay:live", "lambda-async:pay:live"], bare, all).at(-1), {
      action: "remove",
      via: "lambda-alias:pay:live",
    });
    t.match(planBack(["lambda-async:pay:live"], all, nothing), [
      { action: "refused", reasons: [{ code: "REQUIRES_COMPONENT", detail: /add lambda-code:pay\./ }] },
    ]);
    t.match(planBack(["lambda-async:pay:live"], all, bare), [
      { action: "refused", reasons: [{ code: "REQUIRES_COMPONENT", detail: /add lambda-alias:pay:live\./ }] },
    ]);
    t.match(planBack(["lambda-async:pay:live"], all, components(code, alias)), [{ action: "recreate", via: null }]);
    const withVersion = {
      picked: ["lambda-async:pay:7" as const],
      sources: { before: components(code, onVersion), deployed: bare },
      live: bare,
    };
    t.match(plan(withVersion), [{ action: "refused", reasons: [{ code: "VERSION_GONE" }] }]);
    const versions = new Map([["pay", [{ version: "7", codeSha256: "" }]]]);
    t.match(plan({ ...withVersion, versions }), [{ action: "recreate" }]);
  },
);

t.test("code signing is restored before the code that it might refuse", async (t) => {
  const switches = (CodeSigningConfigArn: Json) => part("lambda-runtime:pay", { CodeSigningConfigArn });
  const code = (CodeSha256: string) => part("lambda-code:pay", { PackageType: "Zip", CodeSha256 });
  const steps = planBack(
    ["lambda-code:pay", "lambda-runtime:pay"],
    components(code("A"), switches(null)),
    components(code("B"), switches("arn:csc")),
  );
  t.same(
    steps.flatMap(({ actions }) => actions.map((action) => action.do)),
    ["put-code-signing", "update-code"],
  );
});

t.test("statements are restored one by one: added before removed, and a changed one at once", async (t) => {
  const stage = await openPay(t);
  const add = (StatementId: string, more: Shape = {}) =>
    stage.own("lambda", "AddPermission", { FunctionName, ...BUCKET, StatementId, ...more });
  await add("kept");
  await add("changed", { SourceAccount: "000000000000" });
  await add("gone");
  const before = await capture(t, stage);
  for (const StatementId of ["changed", "gone"])
    await stage.own("lambda", "RemovePermission", { FunctionName, StatementId });
  await add("changed", { SourceArn: "arn:aws:s3:::other" });
  await add("extra");
  stage.sandbox.calls.clear();
  const goal = before.get("lambda-policy:pay")?.state.settings ?? {};
  await KINDS["lambda-policy"].restore({ do: "put-policy", name: "pay" }, restoring(stage, goal));
  t.same(
    stage.sandbox.calls
      .mutations()
      .map(({ operation, input }) => [operation, input["StatementId"], "RevisionId" in input]),
    [
      ["AddPermission", "gone", true],
      ["RemovePermission", "changed", true],
      ["AddPermission", "changed", true],
      ["RemovePermission", "extra", true],
    ],
    "each on the policy's own revision",
  );
  t.same((await capture(t, stage)).get("lambda-policy:pay")?.state.settings, goal);
});

t.test("a statement that cannot be added is refused while planning, with the reason", async (t) => {
  const good = { Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "lambda:InvokeFunction" };
  const bad: readonly [JsonObject, RegExp][] = [
    [{ ...good, Effect: "Deny" }, /only Allow/],
    [{ ...good, Action: ["lambda:GetFunction", "lambda:InvokeFunction"] }, /exactly one action/],
    [{ ...good, Principal: { Federated: "accounts.example.com" } }, /principal/],
    [{ ...good, NotAction: "lambda:*" }, /NotAction/],
    [{ ...good, Resource: "*" }, /Resource/],
    [{ ...good, Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }, /condition/],
    [{ ...good, Condition: { StringEquals: { "AWS:SourceAccount": ["1", "2"] } } }, /condition/],
  ];
  const code = part("lambda-code:pay", {});
  const policy = (Statements: JsonObject) => components(code, part("lambda-policy:pay", { Statements }));
  for (const [statement, why] of bad) {
    const [step] = planBack(["lambda-policy:pay"], policy({ one: statement, fine: good }), policy({ fine: good }));
    t.match(step, { action: "refused", actions: [], reasons: [{ code: "STATEMENT_LOST", detail: why }] });
    const kept = planBack(["lambda-policy:pay"], policy({ one: statement, fine: good }), policy({ one: statement }));
    t.match(kept, [{ action: "restore" }], "what stays as it is needs no adding");
  }
  const unnamed = statementsById([good], ARN);
  t.notOk(hasSid(Object.keys(unnamed)[0] ?? ""));
  const refused = planBack(["lambda-policy:pay"], policy({}), policy(unnamed));
  t.match(refused, [{ action: "refused", reasons: [{ code: "STATEMENT_LOST" }] }]);
  const digest = digestOf(unnamed[Object.keys(unnamed)[0] ?? ""] ?? null).slice(0, 12);
  t.ok(JSON.stringify(unnamed).includes(digest), "its name is a digest of what it says");
  t.notOk(
    JSON.stringify(refused.map(({ reasons, diff }) => [reasons, diff])).includes(digest),
    "which nobody is shown",
  );
});

t.test(
  "every permission that AWS takes comes out of its statement again, whatever the order and the spelling",
  async (t) => {
    const stage = await openPay(t);
    const text = fc.string({ unit: fc.constantFrom(..."abcdefghij"), minLength: 1, maxLength: 8 });
    const optional = { requiredKeys: ["StatementId", "Action", "Principal"] } as const;
    const permission = fc.record(
      {
        StatementId: text,
        Action: fc.constantFrom("lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:*"),
        Principal: fc.constantFrom(
          "*",
          "s3.amazonaws.com",
          "arn:aws:iam::111111111111:root",
          "arn:aws:iam::111111111111:role/x",
        ),
        SourceArn: text.map((name) => `arn:aws:s3:::${name}`),
        SourceAccount: fc.constant("000000000000"),
        EventSourceToken: text,
        PrincipalOrgID: fc.constant("o-1234567890"),
        FunctionUrlAuthType: fc.constantFrom("NONE" as const, "AWS_IAM" as const),
        InvokedViaFunctionUrl: fc.boolean(),
      },
      { requiredKeys: [...optional.requiredKeys] },
    );
    await fc.assert(
      fc.asyncProperty(permission, async (wanted) => {
        const { Statement } = await stage.own("lambda", "AddPermission", { FunctionName, ...wanted });
        await stage.own("lambda", "RemovePermission", { FunctionName, StatementId: wanted.StatementId });
        const written = JSON.parse(String(Statement)) as JsonObject;
        const [[id, statement] = ["", {}]] = Object.entries(statementsById([written], ARN));
        t.same(toPermission(id, statement as JsonObject), { permission: wanted });
        t.same(statementsById([respelled(written)], ARN), { [id]: statement });
      }),
      { numRuns: 100 },
    );
  },
);

/** The same statement as another tool would write it. */
function respelled(statement: JsonObject): JsonObject {
  const { Action, Principal, Condition, Resource, ...others } = statement;
  const conditions = Object.entries((Condition ?? {}) as Record<string, Record<string, string>>).map(
    ([operator, tests]): [string, Json] => [
      operator,
      Object.fromEntries(Object.entries(tests).map(([key, value]) => [key.toUpperCase(), [value]])),
    ],
  );
  const principal = typeof Principal === "string" ? { AWS: [Principal] } : (Principal ?? null);
  return {
    Principal: principal,
    ...(conditions.length > 0 ? { Condition: Object.fromEntries(conditions.reverse()) } : {}),
    Resource: [Resource ?? ""],
    Action: [Action ?? ""],
    ...others,
  };
}

t.test("the token of a skill is masked wherever it stands in a policy, and nothing else is", async (t) => {
  const Condition = { StringEquals: { "lambda:EventSourceToken": "amzn1.ask.skill.1", "AWS:SourceAccount": "1" } };
  const shown = exposed(
    "lambda-policy:pay",
    { Statements: { skill: { Effect: "Allow", Condition } } },
    { fingerprint: (v) => `fp(${v.length})` },
  );
  t.same(shown, {
    Statements: {
      skill: {
        Effect: "Allow",
        Condition: { StringEquals: { "lambda:EventSourceToken": { secret: "fp(17)" }, "AWS:SourceAccount": "1" } },
      },
    },
  });
});
