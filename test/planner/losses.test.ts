import t from "tap";
import { type CapturedComponent, type ComponentId, captured } from "#src/domain/component/component";
import type { JsonObject } from "#src/domain/json";
import { asksForConsent, type Loss } from "#src/domain/plan/losses";
import { lossesOf } from "#src/domain/plan/readiness";
import type { Contents, LossFacts } from "#src/domain/stack/stack-losses";
import { partOf } from "#src/domain/template/part";
import { planFor } from "../support/plan-case.ts";
import { fc } from "../support/seeded.ts";

/** A stack with these resources, as a backup holds it; each has its logical id as its physical id, where it is not named. */
function stackOf(Resources: Record<string, JsonObject>): CapturedComponent {
  const names = Object.entries(Resources);
  const types = Object.fromEntries(names.map(([id, { Type }]) => [id, String(Type)]));
  const physicalIds = Object.fromEntries(names.map(([id, resource]) => [id, nameIn(id, resource)]));
  const template = JSON.stringify({ Resources });
  const open = { parameters: {}, tags: {}, policy: null, terminationProtection: false, stuckIn: null };
  const settings = { ...open, template, resources: types };
  return captured(
    "stack:shop",
    { settings, evidence: { status: "UPDATE_COMPLETE", physicalIds }, artifacts: [] },
    { parent: null, physicalId: "arn:stack/shop/1" },
  );
}

function nameIn(id: string, { Properties = {} }: JsonObject): string {
  const { FunctionName, LogGroupName } = Properties as JsonObject;
  return String(FunctionName ?? LogGroupName ?? id);
}

function resourceOf(stack: CapturedComponent, logicalId: string): CapturedComponent | null {
  const template = JSON.parse(String(stack.state.settings["template"]));
  const settings = partOf({ template, parameters: {} }, { logicalId, take: "all" });
  const id: ComponentId = `stack-resource:shop/${logicalId}`;
  return (
    settings && captured(id, { settings, evidence: {}, artifacts: [] }, { parent: "stack:shop", physicalId: null })
  );
}

const fn = (FunctionName: string, more: JsonObject = {}): JsonObject => ({
  Type: "AWS::Lambda::Function",
  Properties: { FunctionName, ...more },
});
const logs = (LogGroupName: string): JsonObject => ({ Type: "AWS::Logs::LogGroup", Properties: { LogGroupName } });
const plain = (Type: string, more: JsonObject = {}): JsonObject => ({ Type, ...more });

/** Each may stand in the backup, in the deployed template, or in both. */
const CANDIDATES: Readonly<Record<string, JsonObject>> = {
  Pay: fn("pay"),
  PayLogs: logs("/aws/lambda/pay"),
  Cart: fn("cart", { LoggingConfig: { LogGroup: { Ref: "CartLogs" } } }),
  CartLogs: logs("carts"),
  AppLogs: logs("/app"),
  Retention: plain("Custom::LogRetention", { Properties: { LogGroupName: "/aws/lambda/old" } }),
  Table: plain("AWS::DynamoDB::Table"),
  Kept: plain("AWS::DynamoDB::Table", { DeletionPolicy: "Retain" }),
  Bucket: plain("AWS::S3::Bucket"),
  Api: plain("AWS::ApiGateway::RestApi"),
  Role: plain("AWS::IAM::Role"),
};
const NAMES = Object.keys(CANDIDATES);
const EMPTY: Contents = { isEmpty: true, words: "it is empty" };

/** Names of candidates that make a valid template: `Cart` refers to its log group. */
const someNames = fc
  .subarray(NAMES)
  .map((names) => names.filter((name) => name !== "Cart" || names.includes("CartLogs")));

const resourcesOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, CANDIDATES[name] ?? {}])) as Record<string, JsonObject>;

const someFacts = fc.record({
  contents: fc
    .subarray(["Bucket", "Table"])
    .map((ids) => new Map(ids.map((id): [ComponentId, Contents] => [`stack-resource:shop/${id}`, EMPTY]))),
  askForTold: fc.boolean(),
});

const verdict = (sides: { before: CapturedComponent | null; deployed: CapturedComponent | null }, facts: Facts) =>
  lossesOf(sides, {
    ...{
      hasStagingBucket: false,
      isBackedUp: () => true,
      versionsOf: () => null,
      isRecreated: () => false,
      losses: facts.losses,
    },
    sidesOf: () => ({ before: facts.before, deployed: facts.deployed }),
  });

interface Facts {
  readonly losses: LossFacts;
  readonly before: CapturedComponent;
  readonly deployed: CapturedComponent;
}

const named = (losses: readonly Loss[]) => losses.map((loss) => `${loss.class} ${loss.id}`).sort();

t.test(
  "the verdict on a deployment, the plan of the whole stack and the plans of its parts name the same losses",
  async () => {
    fc.assert(
      fc.property(someNames, someNames, someFacts, (was, is, losses) => {
        const [before, deployed] = [
          stackOf({ Topic: {}, ...resourcesOf(was) }),
          stackOf({ Topic: {}, ...resourcesOf(is) }),
        ];
        const facts = { losses, before, deployed };
        const whole = named(verdict({ before, deployed }, facts));
        const added = is.filter((name) => !was.includes(name));
        const rows = added.map((name) => resourceOf(deployed, name));
        const ofRows = named(rows.flatMap((row) => verdict({ before: null, deployed: row }, facts)));
        const sources = {
          before: new Map([[before.id, before]]),
          deployed: new Map([deployed, ...rows.flatMap((row) => row ?? [])].map((one) => [one.id, one])),
        };
        const asked = { sources, live: sources.deployed, exports: [], losses };
        const ofPlan = planFor({ ...asked, picked: ["stack:shop"] }).steps.flatMap((step) => step.losses);
        const picked = added.map((name): ComponentId => `stack-resource:shop/${name}`);
        const parts = planFor({ ...asked, picked }).steps.flatMap((step) => step.losses);
        const [first, ...others] = [whole, ofRows, named(ofPlan), named(parts)];
        return others.every((other) => other.join() === first?.join());
      }),
    );
  },
);

t.test("the log group of a function that the deployment added is told; any other is data", async (t) => {
  const says = (was: object, is: object, losses: LossFacts = { contents: new Map(), askForTold: false }) => {
    const [before, deployed] = [stackOf({ Role: {}, ...was }), stackOf({ Role: {}, ...is })];
    return named(verdict({ before, deployed }, { losses, before, deployed }));
  };
  const Pay = fn("pay");
  const id = "stack-resource:shop/Logs";
  const Logs = logs("/aws/lambda/pay");
  t.same(says({}, { Pay, Logs }), [`told ${id}`]);
  t.same(
    says({}, { Pay, Logs }, { contents: new Map(), askForTold: true }),
    [`data ${id}`],
    "a policy may ask instead",
  );
  t.same(says({ Pay }, { Pay, Logs }), [`data ${id}`], "the function was there, and may have written before");
  t.same(says({ Old: fn("pay") }, { Pay, Logs }), [`data ${id}`], "it only has another logical id");
  t.same(says({ Pay, Logs }, { Pay, Logs }), [], "it stays");
  t.same(says({}, { Logs }), [`data ${id}`], "whose it is, nobody knows");
  t.same(says({}, { Pay: fn("pay", { LoggingConfig: { LogGroup: { Ref: "Logs" } } }), Logs: logs("x") }), [
    `told ${id}`,
  ]);
  const shared = { LoggingConfig: { LogGroup: { Ref: "Logs" } } };
  t.same(
    says({ Pay }, { Pay: fn("pay", shared), Cart: fn("cart", shared), Logs: logs("x") }),
    [`data ${id}`],
    "an older function writes into it, too",
  );
});

t.test("what is told never makes a step destructive", async () => {
  fc.assert(
    fc.property(someNames, someFacts, (is, losses) => {
      const [before, deployed] = [stackOf({ Topic: {} }), stackOf({ Topic: {}, ...resourcesOf(is) })];
      const sources = { before: new Map([[before.id, before]]), deployed: new Map([[deployed.id, deployed]]) };
      const { steps } = planFor({ picked: ["stack:shop"], sources, live: sources.deployed, exports: [], losses });
      return steps.every((step) => step.destructive === step.losses.some(asksForConsent));
    }),
  );
});
