import t from "tap";
import type { Altered } from "#src/domain/activity/altered";
import { announcedPins, carriedPins, type Pin, pinnedState } from "#src/domain/activity/pins";
import { type CapturedComponent, type ComponentId, captured } from "#src/domain/component/component";
import type { JsonObject } from "#src/domain/json";
import { estimate, type MeasuredStep } from "#src/domain/plan/estimate";
import { type Action, type Plan, type PlanStep, planDigest } from "#src/domain/plan/plan";
import { alteredReadiness, backupReadiness, countReadiness, READINESS } from "#src/domain/plan/readiness";
import { exposed } from "#src/domain/secrets/exposed";
import { NO_LOSS_FACTS } from "#src/domain/stack/stack-losses";
import { fc } from "../../support/seeded.ts";

const NO_BUCKET = { hasStagingBucket: false, isBackedUp: () => false, versionsOf: () => null };
const ALTERED = {
  ...NO_BUCKET,
  losses: NO_LOSS_FACTS,
  sidesOf: () => ({ before: null, deployed: null }),
  isRecreated: () => false,
};
const BUCKET = { ...NO_BUCKET, hasStagingBucket: true };
const MB = 1_048_576;

function component(
  id: ComponentId,
  settings: JsonObject,
  { evidence = {}, sizeBytes = 0, incomplete = null as string | null } = {},
): CapturedComponent {
  const artifacts = sizeBytes > 0 ? [{ digest: "d".repeat(64), sizeBytes }] : [];
  return captured(id, { settings, evidence, artifacts }, { parent: null, physicalId: null, incomplete });
}

function stack(template: JsonObject, settings: JsonObject = {}, evidence: JsonObject = {}): CapturedComponent {
  const all = { template: JSON.stringify(template), parameters: {}, resources: {}, ...settings };
  return component("stack:shop", all, { evidence: { status: "UPDATE_COMPLETE", ...evidence } });
}

/** `readiness: codes` of a verdict, to be compared in one line. */
function short({ readiness, reasons }: ReturnType<typeof backupReadiness>): string {
  return [readiness, ...reasons.map(({ code }) => code)].join(" ");
}

const DYNAMIC = "reversible-with-loss VALUE_LOOKED_UP";

t.test("only a value that has an effect can be lost: rules and what nothing mentions have none", async (t) => {
  const says = (template: JsonObject) => {
    const all = { Parameters: { Level: { Type: "AWS::SSM::Parameter::Value<String>" } }, ...template };
    return short(backupReadiness(stack(all, {}, { resolvedParameters: { Level: "6" } }), NO_BUCKET));
  };
  const Level = { Ref: "Level" };
  const topic = (DisplayName: JsonObject | string) => ({ T: { Type: "AWS::SNS::Topic", Properties: { DisplayName } } });
  const isSix = { "Fn::Equals": [Level, "6"] };
  const Rules = { Check: { Assertions: [{ Assert: isSix, AssertDescription: "six" }] } };
  t.equal(says({ Resources: topic("T"), Rules }), "reversible", "as in every template of the CDK");
  t.equal(says({ Resources: topic("T"), Conditions: { Unused: isSix } }), "reversible");
  t.equal(says({ Resources: topic("T"), Metadata: { Says: "{{resolve:ssm:/level}}" } }), "reversible");
  t.equal(says({ Resources: topic({ "Fn::Sub": `level \${Level}` }) }), DYNAMIC);
  t.equal(says({ Resources: topic({ "Fn::FindInMap": ["Names", Level, "Name"] }), Mappings: { Names: {} } }), DYNAMIC);
  t.equal(says({ Outputs: { Level: { Value: Level } } }), DYNAMIC);
  t.equal(says({ Outputs: { Level: { Value: "six", Condition: "Six" } }, Conditions: { Six: isSix } }), DYNAMIC);
  const Conditions = { Five: { "Fn::Not": [{ Condition: "Six" }] }, Six: isSix };
  t.equal(says({ Resources: topic({ "Fn::If": ["Five", "a", "b"] }), Conditions }), DYNAMIC, "through a condition");
  const globals = { Function: { Environment: { Variables: { LEVEL: Level } } } };
  t.equal(says({ Transform: "AWS::Serverless-2016-10-31", Globals: globals }), DYNAMIC);
  t.equal(says({ Transform: ["Team"], Resources: topic("T") }), DYNAMIC, "a macro gets every value");
  t.equal(says({ Resources: topic("{{resolve:ssm:/level}}") }), DYNAMIC);
});

t.test("a backup says before the deploy what could not be restored, and why", async (t) => {
  const says = (backup: CapturedComponent, facts = NO_BUCKET) => short(backupReadiness(backup, facts));
  const zip = { PackageType: "Zip" };
  t.equal(says(component("lambda-config:pay", {})), "reversible");
  t.equal(says(component("lambda-config:pay", {}, { incomplete: "denied" })), "irreversible INCOMPLETE_BACKUP");
  t.equal(says(component("lambda-code:pay", zip, { sizeBytes: 50 * MB })), "reversible");
  t.equal(says(component("lambda-code:pay", zip, { sizeBytes: 50 * MB + 1 })), "irreversible STAGING_BUCKET_NEEDED");
  t.equal(says(component("lambda-code:pay", zip, { sizeBytes: 51 * MB }), BUCKET), "reversible");
  t.equal(says(component("lambda-code:pay", { PackageType: "Image" })), "reversible-with-loss IMAGE_NOT_KEPT");

  const secret = { parameters: { Key: { noEcho: true } } };
  t.equal(says(stack({})), "reversible");
  t.equal(says(stack({}, {}, { status: "UPDATE_ROLLBACK_FAILED" })), "irreversible STACK_NOT_UPDATABLE");
  t.equal(says(stack({ Parameters: { Key: { NoEcho: true } } }, secret)), "reversible-with-loss NOECHO_VALUE_LOST");
  t.equal(says(stack({ Parameters: { Key: { NoEcho: true, Default: "x" } } }, secret)), "reversible");
  const resolved = { resolvedParameters: { Ami: "1" } };
  const reader = { Type: "AWS::EC2::Instance", Properties: { ImageId: { Ref: "Ami" } } };
  t.equal(says(stack({ Parameters: { Ami: {} }, Resources: { Reader: reader } }, {}, resolved)), DYNAMIC);
  t.equal(says(stack({ Parameters: { Ami: {} } }, {}, resolved)), "reversible", "nothing uses the value");
  const child: CapturedComponent = { ...stack({}, {}, { parentId: "arn:root" }), parent: "stack:root" };
  t.equal(says(child), "irreversible NESTED_STACK");
  t.equal(
    says(child, { ...NO_BUCKET, isBackedUp: (id?: string) => id === "stack:root" }),
    "reversible",
    "with its root",
  );
  const instance = component("stack:StackSet-base-01234567-89ab-cdef-0123-456789abcdef", {
    template: "{}",
  });
  t.match(says({ ...instance, state: stack({}).state }), "irreversible OWNED_ELSEWHERE");
  const nested = { Resources: { Child: { Type: "AWS::CloudFormation::Stack" } } };
  t.equal(says(stack(nested)), "reversible-with-loss NESTED_TEMPLATES");
  const kept = [{ bucket: "b", key: "child", logicalIds: ["Child"], digest: "d".repeat(64) }];
  t.equal(says(stack(nested, {}, { codeObjects: kept })), "reversible");
  const codeObjects = [{ bucket: "b", key: "k", digest: null }];
  t.equal(says(stack({}, {}, { codeObjects })), "reversible-with-loss ARTIFACT_MISSING");
  t.equal(
    says(component("stack:shop", { template: "a: [" }, { evidence: { status: "CREATE_COMPLETE" } })),
    "reversible",
  );
});

t.test("a dynamic reference loses nothing where it names a version", async (t) => {
  const topic = (name: string) => ({ Type: "AWS::SNS::Topic", Properties: { DisplayName: name } });
  const says = (reference: string) =>
    short(backupReadiness(stack({ Resources: { T: topic(`{{resolve:${reference}}}`) } }), NO_BUCKET));
  const version = "01234567-89ab-cdef-0123-456789abcdef";
  for (const free of [
    "ssm:name",
    "ssm-secure:name",
    "secretsmanager:id",
    "secretsmanager:id:SecretString:key:AWSCURRENT",
  ])
    t.equal(says(free), "reversible-with-loss VALUE_LOOKED_UP", free);
  for (const pinned of ["ssm:name:3", "ssm-secure:name:12", `secretsmanager:id:SecretString:key::${version}`])
    t.equal(says(pinned), "reversible", pinned);
});

t.test("after the deploy the same rules apply to the recorded states", async (t) => {
  const says = (before: CapturedComponent | null, deployed: CapturedComponent | null) =>
    short(alteredReadiness({ before, deployed }, ALTERED));
  const key = { parameters: { Key: { noEcho: true } } };
  t.equal(says(stack({}), stack({ Description: "2" })), "reversible");
  t.equal(says(stack({}, key), stack({}, key)), "reversible", "the value lives in the stack");
  t.equal(says(stack({}, key), stack({})), "irreversible NOECHO_VALUE_LOST");
  const withDefault = stack({ Parameters: { Key: { NoEcho: true, Default: "k" } } }, key);
  t.equal(says(withDefault, stack({})), "reversible-with-loss NOECHO_VALUE_LOST", "the default takes its place");
  t.equal(says(stack({}, { parameters: { Key: "****" } }), stack({})), "irreversible NOECHO_VALUE_LOST");
  t.equal(says(stack({}, key), null), "irreversible NOECHO_VALUE_LOST PHYSICAL_ID_CHANGED");
  t.equal(says(stack({}), null), "reversible-with-loss PHYSICAL_ID_CHANGED");
  t.equal(says(null, stack({})), "reversible LOSS_TOLD");
  t.equal(says(null, stack({}, { terminationProtection: true })), "irreversible STACK_NOT_UPDATABLE LOSS_TOLD");
  const failed = stack({}, {}, { status: "UPDATE_ROLLBACK_FAILED" });
  t.equal(says(stack({}), failed), "irreversible STACK_NOT_UPDATABLE");
  t.equal(says(failed, stack({})), "reversible", "the recorded status counts, because an update would start from it");
  const table = { resources: { Table: "AWS::DynamoDB::Table", Role: "AWS::IAM::Role" } };
  t.equal(says(stack({}), stack({}, table)), "reversible-with-loss DESTRUCTIVE");
  t.equal(says(stack({}, table), stack({})), "reversible-with-loss PHYSICAL_ID_CHANGED");
  const url = component("lambda-url:pay", {});
  t.equal(says(url, null), "reversible-with-loss DESTRUCTIVE", "as its plan says");
  t.equal(says(null, url), "reversible-with-loss DESTRUCTIVE");
  t.equal(says(url, component("lambda-url:pay", { AuthType: "NONE" })), "reversible");
  const resource = (Type: string) => component("stack-resource:shop/It", { definition: { Type } });
  const [orders, role] = [resource("AWS::DynamoDB::Table"), resource("AWS::IAM::Role")];
  t.equal(says(orders, null), "reversible-with-loss PHYSICAL_ID_CHANGED");
  t.equal(says(null, orders), "reversible-with-loss DESTRUCTIVE");
  t.same([says(role, null), says(null, role), says(orders, orders)], Array(3).fill("reversible"));
  t.equal(says(null, component("lambda-code:pay", {})), "reversible");
  t.equal(says(component("lambda-code:pay", {}), null), "reversible");
});

t.test("verdicts count once each, and a staging bucket never makes one worse", async () => {
  const some = fc.record({
    PackageType: fc.constantFrom("Zip", "Image"),
    sizeBytes: fc.integer({ min: 0, max: 300 * MB }),
    incomplete: fc.option(fc.constant("denied")),
  });
  fc.assert(
    fc.property(fc.array(some), (all) => {
      const codes = all.map(({ PackageType, ...more }) => component("lambda-code:pay", { PackageType }, more));
      const [without, withBucket] = [NO_BUCKET, BUCKET].map((facts) =>
        codes.map((code) => backupReadiness(code, facts)),
      );
      const counts = countReadiness(without ?? []);
      const sum = READINESS.reduce((total, readiness) => total + counts[readiness], 0);
      const worse = (withBucket ?? []).some(
        ({ readiness }, at) =>
          READINESS.indexOf(readiness) > READINESS.indexOf(without?.[at]?.readiness ?? "reversible"),
      );
      return sum === codes.length && !worse;
    }),
  );
});

const PAY = "lambda-code:pay";

function pin(facts: Partial<Pin>): Pin {
  const place = { application: "shop", stage: "prod", target: "default", rollback: "rbk_1" };
  return { id: "pin_1", ...place, builds: [], commits: [], states: [], createdAt: 0, cleared: null, ...facts };
}

t.test(
  "an active pin matches a build, a commit, a whole state, its code alone, and an absence; a cleared one nothing",
  async (t) => {
    const bad = component(PAY, { CodeSha256: "bad", Architectures: ["x86_64"] });
    const states = [pinnedState(PAY, bad), pinnedState("lambda-config:old", null)];
    const holding = pin({ builds: ["1842"], commits: ["abc"], states });
    const announced = (build: string | null, commit: string | null, pins = [holding]) =>
      announcedPins({ build, commit }, pins).length;
    t.equal(announced("1842", null), 1);
    t.equal(announced("x", "abc"), 1);
    t.equal(announced("1842", "abc"), 1, "one warning a pin");
    t.equal(announced("abc", "1842"), 0, "a build is no commit");
    t.equal(announced(null, null, [pin({ states })]), 0);
    const over = [
      pin({ ...holding, cleared: { at: 1, by: "a", reason: "b" } }),
      pin({ ...holding, states: states.map((state) => ({ ...state, supersededBy: "rbk_2" })) }),
    ];
    t.equal(announced("1842", "abc", over), 0);

    const row = (id: ComponentId) => ({ component: id, reasons: [] }) as unknown as Altered;
    const carried = (
      deployed: readonly CapturedComponent[],
      pins = [holding],
      rows = [row(PAY), row("lambda-config:old")],
    ) => carriedPins(rows, new Map(deployed.map((one) => [one.id, one])), pins).map(({ component: id }) => id);
    const old = component("lambda-config:old", {});
    t.same(carried([bad, old]), [PAY]);
    t.same(carried([component(PAY, { CodeSha256: "bad", Architectures: ["arm64"] }), old]), [PAY], "the same bytes");
    t.same(carried([component(PAY, { CodeSha256: "good" }), old]), []);
    t.same(carried([old]), [], "an absence that is not pinned");
    t.same(carried([bad]), [PAY, "lambda-config:old"], "an absence that is");
    t.same(carried([bad], over), []);
    t.same(carried([bad], [holding], []), [], "a component that was not altered carries no pin");
  },
);

function planOf(...actions: readonly Action["do"][]): Plan {
  const steps = actions.map(
    (name, index): PlanStep => ({
      ...{ order: index + 1, wave: 1, component: `lambda-code:f${index}`, action: "restore", strategy: "direct" },
      ...{
        position: "",
        after: [],
        bridges: [],
        via: null,
        conflict: false,
        destructive: false,
        losses: [],
        reasons: [],
        goal: null,
        liveDigest: null,
        diff: [],
      },
      actions: [{ do: name, name: `f${index}` }],
    }),
  );
  return { digest: planDigest(steps), plannedAt: 0, steps };
}

t.test("an estimate counts calls, respects quotas, and prefers measured times", async (t) => {
  const updates = planOf(...Array.from({ length: 60 }, () => "update-code" as const));
  const rateOf = (service: string, operation: string) =>
    service !== "lambda" || operation === "GetFunction" ? null : { quota: "other", callsPerSecond: 0.1 };
  const slow = estimate(updates, rateOf, []);
  t.same(
    slow.calls.map(({ operation, count }) => `${count} ${operation}`),
    ["360 GetFunction", "60 UpdateFunctionCode", "1 GetCallerIdentity"],
  );
  t.equal(slow.pacingMs, 600_000);
  t.equal(slow.durationMs, 600_000, "never faster than the quota");
  const step: MeasuredStep = { kind: "lambda-code", action: "restore", strategy: "direct", tookMs: 400 };
  const others = [
    { ...step, tookMs: 100 },
    { ...step, tookMs: 9_000 },
    { ...step, kind: "stack" as const, tookMs: 1 },
  ];
  const one = planOf("update-code");
  const free = () => null;
  t.equal(estimate(one, free, [step, ...others]).durationMs, 700, "the median, and the two looks");
  t.match(estimate(one, free, [step]), { measuredSteps: 1 });
  t.ok(estimate(one, free, []).durationMs > 3_000, "a constant until something was measured");
  t.match(estimate({ ...one, steps: [] }, free, []), { durationMs: 0, pacingMs: 0 });
  const unchanged = one.steps.map((same): PlanStep => ({ ...same, action: "unchanged", actions: [] }));
  t.equal(estimate({ ...one, steps: unchanged }, free, []).durationMs, 300, "it is looked at twice all the same");
});

t.test(
  "a policy masks secret keys at any depth and shows the variables that it names; a key with both is secret",
  async (t) => {
    const fingerprint = (value: string) => `fp(${value.length})`;
    const disclosure = { secretKeys: ["*_KEY", "Password"], shownKeys: ["LOG_*"] };
    const shown = (id: ComponentId, settings: JsonObject) => exposed(id, settings, { fingerprint, disclosure });
    t.same(
      shown("lambda-config:pay", { Environment: { LOG_LEVEL: "info", LOG_KEY: "k", TABLE: "t" }, MemorySize: 1 }),
      {
        Environment: { LOG_LEVEL: "info", LOG_KEY: { secret: "set" }, TABLE: { secret: "set" } },
        MemorySize: 1,
      },
    );
    const template = JSON.stringify({ Resources: { Db: { Properties: { Password: "hunter2", Name: "db" } } } });
    const stackShown = shown("stack:shop", { template, parameters: { API_KEY: "hunter2", Size: "1" } });
    t.notMatch(JSON.stringify(stackShown), "hunter2");
    t.match(stackShown, { parameters: { API_KEY: { secret: "set" }, Size: "1" } });
    t.match(JSON.stringify(stackShown), '"Name":"db"');
  },
);
