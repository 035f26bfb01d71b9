import t from "tap";
import { type ComponentState, componentId, KIND_NAMES } from "#src/domain/component/component";
import { checkedState, checkState, STATE_SCHEMAS } from "#src/domain/component/states/check-state";
import {
  lambdaAliasState,
  lambdaCodeState,
  lambdaConcurrencyState,
  lambdaRuntimeState,
  lambdaUrlState,
} from "#src/domain/component/states/lambda";
import { stackState } from "#src/domain/component/states/stack";
import type { JsonObject } from "#src/domain/json";

function state(settings: JsonObject, evidence: JsonObject = {}): ComponentState {
  return { settings, evidence, artifacts: [] };
}

const STACK = state(
  {
    template: "Resources: {}",
    parameters: { Size: "1", Password: { noEcho: true } },
    tags: { team: "pay" },
    policy: { Statement: [] },
    terminationProtection: true,
    stuckIn: null,
    resources: { Pay: "AWS::Lambda::Function" },
  },
  {
    stackId: "arn:aws:cloudformation:eu-central-1:000000000000:stack/shop/1",
    status: "UPDATE_COMPLETE",
    parentId: null,
    exports: { "shop-url": "https://shop.test" },
    physicalIds: { Pay: "pay", Later: null },
    importers: { "shop-url": ["web"] },
    unfinished: [{ id: "Pay", type: "AWS::Lambda::Function", reason: null }],
    codeObjects: [
      { bucket: "b", key: "k", version: null, logicalIds: ["Pay"], digest: null, sizeBytes: 0, etag: null },
    ],
  },
);

t.test("a captured state fits its kind and reads as it was captured", async (t) => {
  t.same(checkState("stack:shop", STACK), []);
  t.equal(checkedState("stack:shop", STACK), STACK);
  const { settings, evidence } = stackState(STACK);
  t.equal(settings.template, "Resources: {}");
  t.equal(settings.terminationProtection, true);
  t.same(settings.parameters, { Size: "1", Password: { noEcho: true } });
  t.same(evidence.physicalIds, { Pay: "pay", Later: null });
  t.same(evidence.importers, { "shop-url": ["web"] });
});

t.test("a state of an earlier version fits, and what it lacks reads as nothing", async (t) => {
  const old = state(
    { template: "{}", parameters: {} },
    { status: "CREATE_COMPLETE", codeObjects: [{ bucket: "b", key: "k", digest: "d" }] },
  );
  t.same(checkState("stack:shop", old), []);
  const { settings, evidence } = stackState(old);
  t.match(settings, { tags: {}, policy: null, terminationProtection: false, stuckIn: null, resources: {} });
  t.match(evidence, { parentId: null, capabilities: [], exports: {}, imports: [], importers: {}, unfinished: [] });
  t.equal(lambdaAliasState(state({ description: "" })).settings.provisioned, undefined, "unknown, which is not none");
  t.notOk("tags" in old.settings, "the stored state itself gains no member");
});

t.test("a setting that AWS does not return gets no value that could be written", async (t) => {
  t.same(lambdaRuntimeState(state({})).settings, {}, "an unknown switch is not one that is off");
  t.equal(lambdaUrlState(state({})).settings.AuthType, "", "no default opens a URL");
  t.equal(lambdaConcurrencyState(state({})).settings.ReservedConcurrentExecutions, null, "none is not zero");
});

t.test("a component that does not exist has no members", async (t) => {
  t.same(stackState(null).settings.resources, {});
  t.equal(lambdaCodeState(undefined).settings.CodeSha256, "");
});

t.test("a stored state that does not fit is named with its component and each path", async (t) => {
  const broken = state({ template: { Resources: {} }, resources: { Pay: 1 } }, { imports: "shop-url" });
  const faults = checkState("stack:shop", broken).map(({ pointer }) => pointer);
  t.same(faults.toSorted(), ["/evidence/imports", "/settings/resources/Pay", "/settings/template"]);
  t.throws(() => checkedState("stack:shop", broken), { code: "INTERNAL", detail: /stack:shop.*\/settings\/template/ });
  t.same(
    checkState("lambda-config:pay", state({ Layers: ["arn", 1] })).map(({ pointer }) => pointer),
    ["/settings/Layers/1"],
  );
});

t.test("every kind takes an incomplete state and members that nobody here knows", async (t) => {
  for (const kind of KIND_NAMES) {
    t.same(checkState(componentId(kind, "x"), state({}, {})), [], `${kind}: nothing could be read`);
    t.same(checkState(componentId(kind, "x"), state({ NewInAws: { Any: [1] } }, { other: true })), [], kind);
  }
  t.same(Object.keys(STATE_SCHEMAS).toSorted(), KIND_NAMES.toSorted());
});
