import t from "tap";
import { type CapturedComponent, type ComponentId, type Components, captured } from "#src/domain/component/component";
import type { JsonObject } from "#src/domain/json";
import type { PlanStep } from "#src/domain/plan/plan";
import { configDigest } from "#src/kinds/lambda/function-settings";
import type { PlanRequest } from "#src/planner/facts";
import { type PlanCase, planFor } from "../support/plan-case.ts";
import { fc } from "../support/seeded.ts";

function component(
  id: ComponentId,
  settings: JsonObject,
  parent: ComponentId | null = null,
  evidence: JsonObject = {},
): CapturedComponent {
  return captured(id, { settings, evidence, artifacts: [] }, { parent, physicalId: null });
}

const code = (name: string, sha: string, parent: ComponentId | null = null) =>
  component(
    `lambda-code:${name}`,
    { PackageType: "Zip", CodeSha256: sha, Architectures: ["x86_64"], ImageUri: null, SourceKMSKeyArn: null },
    parent,
  );
const config = (name: string, settings: JsonObject, parent: ComponentId | null = null) =>
  component(`lambda-config:${name}`, { MemorySize: 128, ...settings }, parent);
const stack = (name: string, settings: JsonObject, evidence: JsonObject = {}) =>
  component(
    `stack:${name}`,
    {
      template: "{}",
      parameters: {},
      tags: {},
      policy: null,
      terminationProtection: false,
      resources: {},
      ...settings,
    },
    null,
    { status: "UPDATE_COMPLETE", ...evidence },
  );
const alias = (name: string, sha: string, settings: CapturedComponent) =>
  component(
    `lambda-alias:${name}`,
    {
      description: "",
      target: { codeSha256: sha, config: configDigest(settings.state.settings) },
      weights: [],
    },
    null,
    { version: "1" },
  );

function components(...list: CapturedComponent[]): Components {
  return new Map(list.map((one) => [one.id, one]));
}

function plan(given: PlanCase, asked: Partial<PlanRequest> = {}): PlanStep[] {
  return [...planFor({ exports: [], ...given }, asked).steps];
}

t.test("a plan removes added, recreates deleted and restores modified components, and leaves equal ones", async (t) => {
  const before = components(code("mod", "A"), code("del", "B"), config("del", {}), code("same", "C"));
  const deployed = components(code("mod", "A2"), code("add", "N"), code("same", "C2"));
  const live = components(code("mod", "A2"), code("add", "N"), code("same", "C"));
  const picked: ComponentId[] = ["lambda-code:mod", "lambda-code:add", "lambda-code:del", "lambda-code:same"];
  const steps = plan({ picked, sources: { before, deployed }, live });
  const byName = Object.fromEntries(
    steps.map((step) => [step.component, [step.action, step.actions.map((action) => action.do)]]),
  );
  t.same(byName, {
    "lambda-code:mod": ["restore", ["update-code"]],
    "lambda-code:add": ["remove", ["delete-function"]],
    "lambda-code:del": ["recreate", ["create-function"]],
    "lambda-code:same": ["unchanged", []],
  });
  t.same(
    steps.filter(({ conflict }) => conflict),
    [],
    "none of it is a conflict",
  );
});

t.test("somebody else's change is a conflict, and each value of onConflict does what it says", async (t) => {
  const picked: ComponentId[] = ["lambda-config:pay"];
  const before = components(config("pay", { MemorySize: 128, Environment: { TABLE: "one" } }));
  const deployed = components(config("pay", { MemorySize: 128, Environment: { TABLE: "two" } }));
  const live = components(config("pay", { MemorySize: 512, Environment: { TABLE: "two" } }));
  const facts = { picked, sources: { before, deployed }, live };
  t.match(plan(facts), [{ action: "restore", conflict: true, reasons: [{ code: "CONFLICT" }] }]);
  t.match(plan(facts, { onConflict: "restore" })[0]?.goal?.settings, {
    MemorySize: 128,
    Environment: { TABLE: "one" },
  });
  t.match(
    plan(facts, { onConflict: "keep-live" })[0]?.goal?.settings,
    { MemorySize: 512, Environment: { TABLE: "one" } },
    "the larger memory size survives",
  );
  const recorded = new Map([["lambda-config:pay" as ComponentId, live.get("lambda-config:pay")?.digest ?? null]]);
  t.match(
    plan({ ...facts, lastRecorded: recorded }),
    [{ conflict: false }],
    "a state that Stepback itself recorded last is nobody else's change",
  );
});

t.test("keep-live keeps code that somebody else changed as a whole", async (t) => {
  const picked: ComponentId[] = ["lambda-code:pay"];
  const facts = {
    picked,
    sources: { before: components(code("pay", "A")), deployed: components(code("pay", "B")) },
    live: components(code("pay", "C")),
  };
  t.match(plan(facts, { onConflict: "keep-live" }), [{ action: "unchanged", conflict: true }]);
});

t.test("a picked stack restores its functions; functions of an unpicked stack are not added or removed", async (t) => {
  const owner = "stack:shop" as const;
  const before = components(
    stack("shop", { template: "before" }),
    code("gone", "G", owner),
    config("gone", {}, owner),
    code("pay", "A", owner),
  );
  const deployed = components(stack("shop", { template: "after" }), code("fresh", "N", owner), code("pay", "B", owner));
  const facts = { sources: { before, deployed }, live: deployed };
  const whole = plan({ ...facts, picked: [owner, "lambda-code:gone", "lambda-code:fresh", "lambda-code:pay"] });
  t.match(
    whole.map(({ component, strategy, via }) => [component, strategy, via]),
    [
      [owner, "stack", null],
      ["lambda-code:fresh", "stack", owner],
      ["lambda-code:gone", "stack", owner],
      ["lambda-code:pay", "stack", owner],
    ],
  );
  const parts = plan({ ...facts, picked: ["lambda-code:gone", "lambda-code:fresh", "lambda-code:pay"] });
  t.match(parts, [
    { component: "lambda-code:fresh", action: "refused", reasons: [{ code: "OWNED_BY_STACK" }] },
    { component: "lambda-code:gone", action: "refused", reasons: [{ code: "OWNED_BY_STACK" }] },
    {
      component: "lambda-code:pay",
      action: "restore",
      strategy: "direct",
      reasons: [{ code: "LEAVES_STACK_BEHIND", detail: /stack:shop/ }],
    },
  ]);
  t.match(plan({ ...facts, picked: ["lambda-code:pay"] }, { strategy: "stack" }), [
    { action: "refused", reasons: [{ code: "STRATEGY_UNSUPPORTED" }] },
  ]);
});

t.test(
  "only its stack adds or removes a stack's resource; a direct change of it leaves a stack behind that was deployed",
  async (t) => {
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:pay";
    const physicalIds = { Live: `${arn}:live`, Url: arn, Retries: "pay|live", Callers: "api-Callers-1" };
    const types = { Live: "Alias", Url: "Url", Retries: "EventInvokeConfig", Callers: "Permission" };
    const resources = Object.fromEntries(Object.entries(types).map(([key, type]) => [key, `AWS::Lambda::${type}`]));
    const api = stack("api", { resources }, { physicalIds });
    const statement = { Effect: "Allow", Action: "lambda:InvokeFunction", Principal: "*" };
    const policy = (...sids: string[]) =>
      component("lambda-policy:pay", { Statements: Object.fromEntries(sids.map((sid) => [sid, statement])) });
    const settings = config("pay", {});
    const owned = [
      alias("pay:live", "A", settings),
      component("lambda-url:pay", {}),
      component("lambda-async:pay:live", {}),
    ];
    const without = components(stack("api", {}), code("pay", "A"), settings, policy("mine"));
    const having = components(api, code("pay", "A"), settings, ...owned, policy("mine", "api-Callers-1"));
    const picked = [...owned.map(({ id }) => id), "lambda-policy:pay" as const];
    for (const [before, deployed] of [
      [without, having],
      [having, without],
    ] as const) {
      const facts = {
        sources: { before, deployed },
        live: components(...[...deployed.values()].filter(({ id }) => id !== "stack:api")),
      };
      const refusals = plan({ ...facts, picked }, { strategy: "direct" });
      t.same(
        refusals.map(({ action, reasons }) => [
          action,
          reasons[0]?.code,
          /(\S+), and only the stack/.exec(reasons[0]?.detail ?? "")?.[1],
        ]),
        ["Live", "Retries", "Callers", "Url"].map(() => ["refused", "OWNED_BY_STACK", "stack:api"]),
        "where the resource has no component of its own, the detail names the stack",
      );
      const others = plan({ ...facts, picked: ["lambda-policy:pay"] }, { strategy: "direct" });
      t.match(others, [{ reasons: [{ detail: /^The statement api-Callers-1 of pay is stack:api/ }] }]);
    }
    const pointing = (owner: CapturedComponent) =>
      components(owner, code("pay", "A"), settings, alias("pay:live", "B", settings));
    const versions = new Map([
      ["pay", [{ version: "1", codeSha256: "A", config: configDigest(settings.state.settings) }]],
    ]);
    const pointedBack = (pointed: Components) =>
      plan({
        sources: { before: having, deployed: pointed },
        live: pointed,
        versions,
        picked: ["lambda-alias:pay:live"],
      });
    const restored = { action: "restore", strategy: "direct" };
    t.match(pointedBack(pointing(stack("api", { resources, changed: true }, { physicalIds }))), [
      { ...restored, reasons: [{ code: "LEAVES_STACK_BEHIND", detail: /stack:api/ }] },
    ]);
    const beside = pointedBack(pointing(api));
    t.match(beside, [restored], "somebody moved the alias and left the stack as it was");
    t.same(beside[0]?.reasons, []);
    const mine = {
      before: components(code("pay", "A"), settings),
      deployed: components(code("pay", "A"), settings, ...owned),
    };
    const nobodys = plan(
      { sources: mine, live: mine.deployed, picked: owned.map(({ id }) => id) },
      { strategy: "direct" },
    );
    t.same(
      nobodys.map(({ action }) => action),
      ["remove", "remove", "remove"],
      "components that no stack owns are removed directly",
    );
  },
);

t.test("a configuration is added or removed only with its function", async (t) => {
  const sources = { before: components(), deployed: components(code("add", "N"), config("add", {})) };
  const live = sources.deployed;
  t.match(plan({ picked: ["lambda-config:add"], sources, live }), [
    { action: "refused", reasons: [{ code: "REQUIRES_COMPONENT", detail: /lambda-code:add/ }] },
  ]);
  t.match(plan({ picked: ["lambda-config:add", "lambda-code:add"], sources, live }), [
    { component: "lambda-code:add", action: "remove" },
    { component: "lambda-config:add", action: "remove", via: "lambda-code:add" },
  ]);
});

t.test("an incomplete backup is refused, so that missing values never replace existing ones", async (t) => {
  const { state, parent, physicalId } = config("pay", {});
  const before = components(
    captured("lambda-config:pay", state, { parent, physicalId, incomplete: "Environment: KMS denied" }),
  );
  const live = components(config("pay", { MemorySize: 512 }));
  t.match(plan({ picked: ["lambda-config:pay"], sources: { before, deployed: live }, live }), [
    { action: "refused", reasons: [{ code: "INCOMPLETE_BACKUP", detail: /KMS/ }] },
  ]);
});

t.test(
  "an alias points to a version with the same content, or to one published from $LATEST once that has the content",
  async (t) => {
    const settings = config("pay", {});
    const bad = config("pay", { MemorySize: 512 });
    const before = components(alias("pay:live", "A", settings), code("pay", "A"), settings);
    const deployed = components(alias("pay:live", "B", bad), code("pay", "B"), bad);
    const facts = { sources: { before, deployed }, live: deployed };
    const versions = new Map([
      ["pay", [{ version: "1", codeSha256: "A", config: configDigest(settings.state.settings) }]],
    ]);
    const actions = (steps: PlanStep[]) =>
      steps.find(({ component }) => component === "lambda-alias:pay:live")?.actions.map((action) => action.do);
    t.same(
      actions(plan({ ...facts, versions, picked: ["lambda-alias:pay:live"] })),
      ["put-alias"],
      "nothing is rebuilt",
    );
    t.match(plan({ ...facts, picked: ["lambda-alias:pay:live"] }), [
      { action: "refused", reasons: [{ code: "REQUIRES_COMPONENT", detail: /lambda-code:pay/ }] },
    ]);
    t.same(actions(plan({ ...facts, picked: ["lambda-alias:pay:live", "lambda-code:pay", "lambda-config:pay"] })), [
      "publish-version",
      "put-alias",
    ]);
  },
);

t.test("a mask that an earlier backup took for a value equals the value that nobody can read", async (t) => {
  const template = JSON.stringify({ Parameters: { Key: { Type: "String", NoEcho: true } } });
  const before = components(stack("shop", { template, parameters: { Key: "****" } }));
  const live = components(stack("shop", { template, parameters: { Key: { noEcho: true } } }));
  t.match(plan({ picked: ["stack:shop"], sources: { before, deployed: live }, live }), [{ action: "unchanged" }]);
});

t.test("a stack's step names every blocker before anything is touched", async (t) => {
  const before = components(stack("shop", { template: "{}", parameters: { Key: { noEcho: true } } }));
  const live = components(stack("shop", { template: '{"a":1}' }, { status: "UPDATE_ROLLBACK_FAILED" }));
  const sources = { before, deployed: live };
  t.match(plan({ picked: ["stack:shop"], sources, live }), [
    { action: "refused", reasons: [{ code: "STACK_NOT_UPDATABLE" }, { code: "NOECHO_VALUE_LOST" }] },
  ]);
  const table = components(stack("shop", { template: '{"a":1}', resources: { Orders: "AWS::DynamoDB::Table" } }));
  t.match(
    plan({ picked: ["stack:shop"], sources: { before: components(stack("shop", {})), deployed: table }, live: table }),
    [{ action: "restore", destructive: true, reasons: [{ code: "DESTRUCTIVE", detail: /Orders/ }] }],
  );
  const added = { before: components(), deployed: table };
  t.match(plan({ picked: ["stack:shop"], sources: added, live: table }), [{ action: "remove", destructive: true }]);
  const guarded = components(stack("shop", { terminationProtection: true }));
  t.match(plan({ picked: ["stack:shop"], sources: { before: components(), deployed: guarded }, live: guarded }), [
    { action: "refused" },
  ]);
});

t.test("a plan's diff shows no secret, and equal facts give equal digests", async (t) => {
  const sources = {
    before: components(config("pay", { Environment: { KEY: "hunter2" } })),
    deployed: components(config("pay", { Environment: { KEY: "hunter3" } })),
  };
  const steps = plan({ picked: ["lambda-config:pay"], sources, live: sources.deployed });
  t.notMatch(JSON.stringify(steps[0]?.diff), /hunter/);
  fc.assert(
    fc.property(fc.string(), fc.string(), (was, is) => {
      const sources = { before: components(code("f", was)), deployed: components(code("f", is)) };
      const make = (live: string) =>
        planFor({ picked: ["lambda-code:f"], sources, live: components(code("f", live)) }, {}, Math.random()).digest;
      const digests = [make(is), make(is), make(`${is}!`)];
      return digests[0] === digests[1] && digests[1] !== digests[2];
    }),
  );
});

const linked = (name: string, exports: readonly string[], imports: readonly string[], evidence: JsonObject = {}) =>
  stack(
    name,
    { template: JSON.stringify({ exports, imports }) },
    { exports: Object.fromEntries(exports.map((key) => [key, `arn:${key}`])), imports, ...evidence },
  );

t.test(
  "stacks run in the waves of their exports, followed by the components that they restore, then functions",
  async (t) => {
    const sources = {
      before: components(
        linked("a", ["x"], []),
        linked("b", [], ["x"]),
        code("in-b", "A", "stack:b"),
        code("alone", "A"),
        linked("same", [], []),
      ),
      deployed: components(linked("a", [], []), linked("b", [], []), linked("same", [], [])),
    };
    const live = components(
      linked("a", [], []),
      linked("b", [], []),
      code("in-b", "B", "stack:b"),
      code("alone", "B"),
      linked("same", [], []),
    );
    const picked: ComponentId[] = ["lambda-code:alone", "lambda-code:in-b", "stack:b", "stack:a", "stack:same"];
    t.match(plan({ picked, sources, live }), [
      { component: "stack:a", wave: 1, order: 1, after: [], position: "waits for no other stack" },
      { component: "stack:same", wave: 1, action: "unchanged" },
      { component: "stack:b", wave: 2, after: ["stack:a"], position: "after a, which brings back the export x" },
      { component: "lambda-code:in-b", wave: 2, position: "right behind stack:b, which brings it back" },
      { component: "lambda-code:alone", wave: 3, position: "after the stacks and configuration" },
    ]);
  },
);

t.test("importers also come from AWS, where a template's reference does not contain the export's name", async (t) => {
  const sources = {
    before: components(linked("a", [], []), linked("b", [], [])),
    deployed: components(linked("a", ["x"], []), linked("b", [], [])),
  };
  const live = components(linked("a", ["x"], [], { importers: { x: ["b"] } }), stack("b", { template: "other" }));
  t.match(plan({ picked: ["stack:a", "stack:b"], sources, live }), [
    { component: "stack:b", wave: 1 },
    { component: "stack:a", wave: 2, after: ["stack:b"] },
  ]);
  t.match(plan({ picked: ["stack:a"], sources, live }), [
    { action: "refused", actions: [], reasons: [{ code: "EXPORT_IN_USE", detail: /^b stays as it is/ }] },
  ]);
});

t.test("a nested stack is rolled back with its root, and refused alone", async (t) => {
  const nested = (template: string): CapturedComponent => ({
    ...stack("shop-Inner", { template }),
    parent: "stack:shop",
  });
  const sources = {
    before: components(stack("shop", { template: "1" }), nested("1")),
    deployed: components(stack("shop", { template: "2" }), nested("2")),
  };
  const facts = { sources, live: sources.deployed };
  t.match(plan({ ...facts, picked: ["stack:shop-Inner"] }), [
    { action: "refused", reasons: [{ code: "NESTED_STACK", detail: /stack:shop/ }] },
  ]);
  t.match(plan({ ...facts, picked: ["stack:shop-Inner", "stack:shop"] }), [
    { component: "stack:shop", wave: 1, via: null },
    { component: "stack:shop-Inner", wave: 1, via: "stack:shop", actions: [] },
  ]);
});

t.test(
  "a plan checks exports that no step restores: one that another stack has taken, one that no stack has",
  async (t) => {
    const sources = {
      before: components(linked("a", ["x"], ["nowhere"])),
      deployed: components(linked("a", [], [])),
    };
    const facts = { picked: ["stack:a"] as ComponentId[], sources, live: sources.deployed };
    t.match(plan({ ...facts, exports: [{ name: "x", stack: "other" }] }), [
      {
        action: "refused",
        reasons: [
          { code: "EXPORT_MISSING", detail: /nowhere/ },
          { code: "EXPORT_TAKEN", detail: /other/ },
        ],
      },
    ]);
    t.match(plan({ ...facts, exports: null }), [{ action: "restore" }], "without a list of exports, AWS decides");
  },
);

/** A stack with resources that name functions, and physical ids for all of its resources. */
const naming = (name: string, Resources: JsonObject, parameters: JsonObject = {}, ids: JsonObject = {}) =>
  stack(
    name,
    {
      template: JSON.stringify({ Resources }),
      parameters,
      resources: Object.fromEntries(
        Object.entries(Resources).map(([id, definition]) => [id, String((definition as JsonObject)["Type"])]),
      ),
    },
    { physicalIds: Object.fromEntries(Object.keys(Resources).map((id) => [id, ids[id] ?? `${name}-${id}`])) },
  );
const permission = (FunctionName: JsonObject | string): JsonObject => ({
  Type: "AWS::Lambda::Permission",
  Properties: { FunctionName, Action: "lambda:InvokeFunction", Principal: "*" },
});
const ARN = "arn:aws:lambda:us-east-1:000000000000:function";
const placed = (steps: PlanStep[]) => steps.map(({ component, wave, after }) => [component, wave, after]);

t.test("a function is recreated before the stack that refers to it, however the stack names it", async (t) => {
  const ways: readonly [string, JsonObject, JsonObject?][] = [
    ["by name", permission("pay")],
    ["by its ARN in a text", { Type: "AWS::SNS::Topic", Properties: { Note: `${ARN}:pay/invocations` } }],
    ["by a Fn::Sub", permission({ "Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:pay" })],
    ["by a parameter", permission({ Ref: "Fn" }), { Fn: "pay" }],
    ["by an unread parameter", permission({ "Fn::Select": [0, { Ref: "Fns" }] }), { Fns: `${ARN}:pay,other` }],
  ];
  for (const [way, resource, parameters] of ways) {
    const sources = {
      before: components(naming("api", { One: resource }, parameters), code("pay", "A"), config("pay", {})),
      deployed: components(naming("api", {})),
    };
    const picked: ComponentId[] = ["stack:api", "lambda-code:pay", "lambda-config:pay"];
    const steps = plan({ picked, sources, live: sources.deployed });
    const want = [
      ["lambda-code:pay", 1, []],
      ["lambda-config:pay", 1, []],
      ["stack:api", 2, ["lambda-code:pay"]],
    ];
    t.same(placed(steps), want, way);
    t.match(steps, [
      { position: "before stack:api, which refers to it" },
      { position: /right behind/ },
      { position: "after lambda-code:pay, which brings back the function pay" },
    ]);
  }
});

t.test("a function is recreated after its stack's role, and an alias after its function", async (t) => {
  const role = naming("base", { Role: { Type: "AWS::IAM::Role" } }, {}, { Role: "pay-role" });
  const settings = config("pay", { Role: "arn:aws:iam::000000000000:role/pay-role", Environment: { T: "api-One" } });
  const sources = {
    before: components(
      role,
      naming("api", { One: permission(`${ARN}:pay:live`) }),
      code("pay", "A"),
      settings,
      alias("pay:live", "A", settings),
    ),
    deployed: components(naming("api", {})),
  };
  const picked = [...sources.before.keys()];
  const steps = plan({ picked, sources, live: sources.deployed });
  t.same(placed(steps), [
    ["stack:base", 1, []],
    ["lambda-code:pay", 2, ["stack:base"]],
    ["lambda-config:pay", 2, []],
    ["lambda-alias:pay:live", 3, ["lambda-code:pay"]],
    ["stack:api", 4, ["lambda-alias:pay:live", "lambda-code:pay"]],
  ]);
});

t.test("a stack and a function that need each other have no order, and the plan names both", async (t) => {
  const resources = { One: permission("pay"), Role: { Type: "AWS::IAM::Role" } };
  const sources = {
    before: components(
      naming("api", resources, {}, { Role: "pay-role" }),
      code("pay", "A"),
      config("pay", { Role: "arn:aws:iam::000000000000:role/pay-role" }),
    ),
    deployed: components(naming("api", {})),
  };
  const steps = plan({ picked: ["stack:api", "lambda-code:pay"], sources, live: sources.deployed });
  t.same(
    steps.map(({ component, action, reasons }) => [component, action, reasons.map((reason) => reason.code)]),
    [
      ["lambda-code:pay", "refused", ["ORDER_IMPOSSIBLE"]],
      ["stack:api", "refused", ["ORDER_IMPOSSIBLE"]],
    ],
  );
  t.match(
    steps[1]?.reasons[0]?.detail,
    "api goes after lambda-code:pay, which brings back the function pay; lambda-code:pay goes after api, which brings back the resource pay-role.",
  );
});

t.test("stacks that recreate each other's functions are ordered by them, or refused as a circle", async (t) => {
  const fn: JsonObject = { Type: "AWS::Lambda::Function", Properties: {} };
  const [a, b] = [{ F: fn }, { One: permission(`${ARN}:f`), G: fn }];
  const names = { F: "f", G: "g" };
  const facts = (one: JsonObject) => {
    const before = components(naming("z-makes", one, {}, names), naming("a-names", b, {}, names));
    const deployed = components(naming("z-makes", {}), naming("a-names", {}));
    return { picked: [...before.keys()], sources: { before, deployed }, live: deployed };
  };
  t.match(plan(facts(a)), [
    { component: "stack:z-makes", wave: 1, position: "waits for no other stack" },
    { component: "stack:a-names", wave: 2, position: "after z-makes, which brings back the function f" },
  ]);
  t.match(plan(facts({ ...a, One: permission("g") })), [
    { reasons: [{ code: "ORDER_IMPOSSIBLE", detail: /z-makes.*function f.*a-names.*function g/ }] },
    { reasons: [{ code: "ORDER_IMPOSSIBLE" }] },
  ]);
});

t.test("a function is removed after the stacks that refer to it have dropped their references", async (t) => {
  const sources = {
    before: components(naming("api", {})),
    deployed: components(naming("api", { One: permission("pay") }), code("pay", "A")),
  };
  t.match(plan({ picked: ["lambda-code:pay", "stack:api"], sources, live: sources.deployed }), [
    { component: "stack:api", wave: 1 },
    {
      component: "lambda-code:pay",
      wave: 2,
      after: ["stack:api"],
      position: "after stack:api, which refers to it until then",
    },
  ]);
});

t.test(
  "an alias that stays on what the deploy published is named where its function's code is rolled back",
  async (t) => {
    const settings = config("pay", {});
    const at = (sha: string, version: string, weights: Record<string, number> = {}): CapturedComponent => {
      const one = alias("pay:live", sha, settings);
      const evidence = { version, weights };
      return captured(one.id, { ...one.state, evidence }, { parent: null, physicalId: null });
    };
    const before = components(code("pay", "v1"), settings, at("v1", "1"));
    const live = components(code("pay", "v2"), settings, at("v2", "2"));
    const sources = { before, deployed: live };
    const serving = {
      code: "EFFECT_NEEDS_MORE",
      detail: /alias live keeps serving version 2\. .* lambda-alias:pay:live/,
    };
    t.match(plan({ picked: ["lambda-code:pay"], sources, live }), [{ action: "restore", reasons: [serving] }]);
    const codesOf = (steps: readonly PlanStep[]) =>
      steps.flatMap(({ reasons }) => reasons.map((reason) => reason.code));
    const both = plan({ picked: ["lambda-code:pay", "lambda-alias:pay:live"], sources, live });
    t.notOk(codesOf(both).includes("EFFECT_NEEDS_MORE"), "it is rolled back, too");
    const untouched = components(code("pay", "v2"), settings, at("v1", "1"));
    const other = plan({ picked: ["lambda-code:pay"], sources: { before, deployed: untouched }, live: untouched });
    t.notOk(codesOf(other).includes("EFFECT_NEEDS_MORE"), "it serves the version from before");
  },
);
