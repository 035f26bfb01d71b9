import t from "tap";
import type { Deployment, SnapshotComponent } from "#client/api-types";
import { AwsError, type Shape } from "#sandbox/core/contract";
import { layersOf, sameLayers } from "#src/kinds/lambda/layers";
import type { Account } from "../support/answers.ts";
import {
  configure,
  createFunction,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
  zip,
} from "../support/test-account.ts";

const scope = { functions: ["shop-*"] };
const LAYER = "arn:aws:lambda:us-east-1:000000000000:layer:deps";
const FOREIGN = "arn:aws:lambda:us-east-1:123456789012:layer:extension:4";
const CONFIG = "lambda-config:shop-pay";

async function publish(account: Account, says: string, more: Shape = {}): Promise<string> {
  const Content = { ZipFile: zip(says) };
  return (await account.aws("lambda", "PublishLayerVersion", { LayerName: "deps", Content, ...more })).LayerVersionArn;
}

const remove = (account: Account, VersionNumber: number) =>
  account.aws("lambda", "DeleteLayerVersion", { LayerName: "deps", VersionNumber });

async function layersNow(account: Account, name = "shop-pay"): Promise<string[]> {
  const { Layers = [] } = await account.aws("lambda", "GetFunctionConfiguration", { FunctionName: name });
  return Layers.map((layer) => layer.Arn);
}

/** The content of a layer version. */
async function contentOf(account: Account, Arn: string) {
  const { Content, Version: _version, ...about } = await account.aws("lambda", "GetLayerVersionByArn", { Arn });
  const { CompatibleRuntimes, CompatibleArchitectures, LicenseInfo, Description } = about;
  return { sha256: Content.CodeSha256, CompatibleRuntimes, CompatibleArchitectures, LicenseInfo, Description };
}

/** The captured configuration, read from the backup of a deployment. */
async function backedUp(w: TestAccount, { snapshot }: Deployment): Promise<SnapshotComponent> {
  return (await w.api("GET", `/v1/snapshots/${snapshot.id}/components/${encodeURIComponent(CONFIG)}`)).body;
}

const mutationsSince = (w: TestAccount, count: number) =>
  w.sandbox.calls
    .mutations()
    .slice(count)
    .map(({ operation }) => operation);

t.test(
  "a backup holds a layer's bytes and everything needed to publish it again; a foreign layer gets a note",
  async (t) => {
    const w = await worldOf(t, { updateMs: 0 });
    const arn = await publish(w, "deps v1", { LicenseInfo: "MIT", CompatibleRuntimes: ["nodejs22.x"] });
    await w.aws("lambda", "AddLayerVersionPermission", {
      LayerName: "deps",
      VersionNumber: 1,
      StatementId: "all",
      Action: "lambda:GetLayerVersion",
      Principal: "*",
    });
    await createFunction(w, "shop-pay", "v1", { Layers: [arn, FOREIGN] });
    await createFunction(w, "shop-cart", "v1", { Layers: [arn] });
    w.sandbox.calls.clear();
    const component = await backedUp(w, await openDeployment(w, scope));
    t.equal(component.incomplete, null);
    const { sha256 } = await contentOf(w, arn);
    t.match(component.evidence, {
      layers: [
        {
          arn,
          codeSha256: sha256,
          licenseInfo: "MIT",
          compatibleRuntimes: ["nodejs22.x"],
          policy: /"Sid":"all"/,
          notArchived: null,
        },
        { arn: FOREIGN, notArchived: /GetLayerVersion/ },
      ],
    });
    t.match(component.artifacts, [{ digest: Buffer.from(sha256, "base64").toString("hex") }]);
    t.notMatch(JSON.stringify(component), /X-Amz-Signature/, "a bearer URL is never stored");
    const reads = w.sandbox.calls.all().filter(({ operation }) => operation === "GetLayerVersionByArn");
    t.equal(reads.length, 2, "each version is read once for all functions");
  },
);

t.test("layers are restored to their versions, and an unchanged list is not sent", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  const [one, two] = [await publish(w, "deps v1"), await publish(w, "deps v2")];
  await createFunction(w, "shop-pay", "v1", { Layers: [one] });
  const deployment = await openDeployment(w, scope);
  await configure(w, "shop-pay", { Layers: [two], MemorySize: 512 });
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { restored: 1 } });
  t.same(await layersNow(w), [one]);
  await remove(w, 1);
  const second = await openDeployment(w, scope);
  await configure(w, "shop-pay", { MemorySize: 1024 });
  await finishDeployment(w, second.id);
  const sent = w.sandbox.calls.mutations().length;
  t.match(await rollBack(w, second.id, "all"), { status: "Completed", result: { restored: 1 } });
  t.same(mutationsSince(w, sent), ["UpdateFunctionConfiguration"], "the deleted layer goes on serving");
  t.same(await layersNow(w), [one]);
});

t.test(
  "a deleted layer version is published again from the backup, announced by the plan, verified by content, and once",
  async (t) => {
    const w = await worldOf(t, { updateMs: 0 });
    const about = { Description: "shared", LicenseInfo: "MIT", CompatibleRuntimes: ["nodejs22.x"] };
    const [one, two] = [await publish(w, "deps v1", about), await publish(w, "deps v2")];
    const content = await contentOf(w, one);
    await createFunction(w, "shop-pay", "v1", { Layers: [one] });
    const deployment = await openDeployment(w, scope);
    await configure(w, "shop-pay", { Layers: [two] });
    await remove(w, 1);
    await finishDeployment(w, deployment.id);
    const rollback = await rollBack(w, deployment.id, "all");
    t.match(rollback, { status: "Completed", result: { restored: 1 } });
    t.match((await w.api("GET", `/v1/rollbacks/${rollback.id}/plan`)).body.steps, [
      {
        action: "restore",
        details: [{ code: "LAYER_REPUBLISHED", detail: /deps:1 was deleted.*new number/ }],
      },
    ]);
    t.same(await layersNow(w), [`${LAYER}:3`], "a number is never given twice");
    t.same(await contentOf(w, `${LAYER}:3`), content);
    const row = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body.items[0];
    t.match(row, { status: "Restored", verified: true });

    const sent = w.sandbox.calls.mutations().length;
    t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { unchanged: 1 } });
    t.same(mutationsSince(w, sent), [], "twice is once");
    const undo = await w.api("POST", "/v1/rollbacks", { rollback: rollback.id, components: "all" });
    t.match((await w.api("GET", `/v1/rollbacks/${undo.body.id}?wait=30`)).body, { status: "Completed" });
    t.same(await layersNow(w), [two]);
    t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { restored: 1 } });
    t.same(await layersNow(w), [`${LAYER}:3`]);
    const published = w.sandbox.calls.mutations().filter(({ operation }) => operation === "PublishLayerVersion");
    t.equal(published.length, 1, "a version with the content is found and used");
  },
);

t.test("a function that is created again gets its layers first", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  const one = await publish(w, "deps v1");
  const content = await contentOf(w, one);
  await createFunction(w, "shop-pay", "v1", { Layers: [one] });
  const deployment = await openDeployment(w, scope);
  await w.aws("lambda", "DeleteFunction", { FunctionName: "shop-pay" });
  await remove(w, 1);
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { recreated: 4 } });
  t.same(await layersNow(w), [`${LAYER}:2`]);
  t.same(await contentOf(w, `${LAYER}:2`), content);
});

t.test("a deleted layer without bytes in the backup is refused with the reason, and nothing is changed", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  const [one, two] = [await publish(w, "deps v1"), await publish(w, "deps v2")];
  await createFunction(w, "shop-pay", "v1", { Layers: [one] });
  const error = new AwsError("AccessDeniedException", "not authorized to perform: lambda:GetLayerVersion", 403);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "GetLayerVersionByArn", error });
  const deployment = await openDeployment(w, scope);
  t.match(deployment, { status: "In Progress" }, "what may not be read stops no backup");
  w.sandbox.faults.off();
  await configure(w, "shop-pay", { Layers: [two] });
  await remove(w, 1);
  await finishDeployment(w, deployment.id);
  const sent = w.sandbox.calls.mutations().length;
  t.match(await rollBack(w, deployment.id, "all"), {
    status: "Exception",
    error: {
      code: "PLAN_REFUSED",
      errors: [{ code: "LAYER_GONE", detail: /deps:1 was deleted.*no bytes.*not allowed/ }],
    },
  });
  t.same(mutationsSince(w, sent), []);
});

t.test(
  "two configurations have the same layers if each has the same version, or the same bytes of the same layer",
  async (t) => {
    const configuration = (...layers: [arn: string, sha: string | null][]) => ({
      settings: { Layers: layers.map(([arn]) => arn) },
      evidence: { layers: layers.map(([arn, codeSha256]) => ({ arn, ...(codeSha256 ? { codeSha256 } : {}) })) },
      artifacts: [],
    });
    const same = (one: [string, string | null][], other: [string, string | null][]) =>
      sameLayers(configuration(...one), configuration(...other));
    t.same(layersOf(configuration(["l:1", "A"])), ["l:1"]);
    t.ok(same([["l:1", null]], [["l:1", null]]), "a version never changes");
    t.ok(same([["l:1", "A"]], [["l:3", "A"]]));
    t.notOk(same([["l:1", "A"]], [["l:3", "B"]]));
    t.notOk(same([["l:1", null]], [["l:3", null]]), "what is unknown is not the same");
    t.notOk(same([["l:1", "A"]], [["m:3", "A"]]), "another layer may be unpacked for others");
    t.notOk(same([["l:1", "A"], ["m:1", "B"]], [["m:1", "B"], ["l:1", "A"]]), "a later layer covers an earlier one"); // biome-ignore format: one line reads as one fact
    t.notOk(same([["l:1", "A"]], []));
  },
);
