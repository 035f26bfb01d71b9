import { createHash } from "node:crypto";
import t, { type Test } from "tap";
import type { Rollback, RollbackComponent } from "#client/api-types";
import { AwsError, type Shape } from "#sandbox/core/contract";
import {
  deployStack,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
  zip,
} from "../support/test-account.ts";

const [BUCKET, STAGING] = ["deploys", "staging"];
const STAGED = /^stepback\/code\/[0-9a-f]{64}\.zip$/;

async function account(t: Test, staging: string | null = STAGING): Promise<TestAccount> {
  const made = await startTestAccount({}, staging ? { STEPBACK_STAGING_BUCKET: staging } : {});
  t.teardown(() => made.close());
  for (const Bucket of [BUCKET, STAGING]) await made.aws("s3", "CreateBucket", { Bucket });
  return made;
}

async function put(w: TestAccount, Key: string, Body: Uint8Array): Promise<string | null> {
  return (await w.aws("s3", "PutObject", { Bucket: BUCKET, Key, Body })).VersionId ?? null;
}

/** Bytes of the same length as those of `zip`, so that only reading them shows the difference. */
const other = (says: string) => zip([...says].reverse().join(""));

interface Place {
  readonly key: string;
  readonly version?: string | null;
}

function template(pay: Place, cart: Place, memory: number): Shape {
  const fn = (FunctionName: string, { key, version }: Place) => ({
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/service",
      MemorySize: memory,
      Code: { S3Bucket: BUCKET, S3Key: key, ...(version ? { S3ObjectVersion: version } : {}) },
    },
  });
  return { Resources: { Pay: fn("shop-pay", pay), Cart: fn("shop-cart", cart) } };
}

async function badDeploy(w: TestAccount, first: Shape, second: Shape): Promise<string> {
  await deployStack(w, "shop", first);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", second);
  const finished = await finishDeployment(w, id);
  if (finished.status !== "Completed") throw new Error(JSON.stringify(finished.error));
  return id;
}

/** Both functions moved from `v1/` to `v2/`. Each test decides what happens to `v1/pay.zip` then. */
async function fromV1ToV2(w: TestAccount): Promise<string> {
  for (const v of ["v1", "v2"]) {
    await put(w, `${v}/pay.zip`, zip(`pay ${v}`));
    await put(w, `${v}/cart.zip`, zip(`cart ${v}`));
  }
  const at = (v: string, memory: number) => template({ key: `${v}/pay.zip` }, { key: `${v}/cart.zip` }, memory);
  return badDeploy(w, at("v1", 128), at("v2", 512));
}

/** One key for all versions, as deploy tools that upload to a fixed key do: the template pins the object's version. */
async function pinned(w: TestAccount): Promise<{ deployment: string; version: string }> {
  await w.aws("s3", "PutBucketVersioning", { Bucket: BUCKET, VersioningConfiguration: { Status: "Enabled" } });
  const [pay1, cart] = [await put(w, "pay.zip", zip("pay v1")), await put(w, "cart.zip", zip("cart"))];
  const pay2 = await put(w, "pay.zip", zip("pay v2"));
  const at = (version: string | null, memory: number) =>
    template({ key: "pay.zip", version }, { key: "cart.zip", version: cart }, memory);
  const deployment = await badDeploy(w, at(pay1, 128), at(pay2, 512));
  return { deployment, version: pay1 ?? "" };
}

async function templateOf(w: TestAccount): Promise<string> {
  return (await w.aws("cloudformation", "GetTemplate", { StackName: "shop", TemplateStage: "Original" })).TemplateBody;
}

async function codeOf(w: TestAccount, logicalId: string): Promise<Shape> {
  return JSON.parse(await templateOf(w)).Resources[logicalId].Properties.Code;
}

function writes(w: TestAccount): string[] {
  return w.sandbox.calls
    .mutations()
    .map(({ operation, input }) => `${operation} ${input["Bucket"] ?? ""}${input["StackName"] ?? ""}`);
}

async function rowsOf(w: TestAccount, { id }: Rollback): Promise<Map<string, RollbackComponent>> {
  const { items } = (await w.api("GET", `/v1/rollbacks/${id}/components?limit=200`)).body;
  return new Map(items.map((row) => [row.component, row]));
}

async function logOf(w: TestAccount, { id }: Rollback): Promise<string> {
  const { items } = (await w.api("GET", `/v1/rollbacks/${id}/logs?limit=200`)).body;
  return items.map(({ message }) => message).join("\n");
}

t.test("a whole stack is rolled back although a key holds other bytes, which stay as they are", async (t) => {
  const w = await account(t);
  const deployment = await fromV1ToV2(w);
  await put(w, "v1/pay.zip", other("pay v1"));
  const deployed = await templateOf(w);
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, deployment, "all");
  t.match(rollback, { status: "Completed", error: null, result: { failed: 0 } });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  t.equal(await invoke(w, "shop-cart"), "cart v1");
  t.match(await codeOf(w, "Pay"), { S3Bucket: STAGING, S3Key: STAGED });
  t.same(await codeOf(w, "Cart"), { S3Bucket: BUCKET, S3Key: "v1/cart.zip" }, "an unmoved object keeps its reference");
  t.same(writes(w), ["CreateChangeSet shop", `PutObject ${STAGING}`, "ExecuteChangeSet shop"]);
  const rows = await rowsOf(w, rollback);
  t.match(rows.get("stack:shop"), { status: "Restored", verified: true, warnings: ["CODE_RELOCATED"] });
  t.match(rows.get("stack-resource:shop/Pay"), { status: "Restored", verified: true });

  await t.test("a second rollback finds nothing to change", async (t) => {
    w.sandbox.calls.clear();
    t.match(await rollBack(w, deployment, "all"), { status: "Completed", result: { restored: 0, failed: 0 } });
    t.same(writes(w), []);
  });
  await t.test("an undo restores the exact text of the deployed template", async (t) => {
    const undo = (await w.api("POST", "/v1/rollbacks", { rollback: rollback.id, components: "all" })).body;
    t.match((await w.api("GET", `/v1/rollbacks/${undo.id}?wait=60`)).body, { status: "Completed", error: null });
    t.equal(await templateOf(w), deployed);
    t.equal(await invoke(w, "shop-pay"), "pay v2");
  });
});

t.test("one function's code is rolled back although its key holds other bytes; no other code moves", async (t) => {
  const w = await account(t);
  const deployment = await fromV1ToV2(w);
  await put(w, "v1/pay.zip", other("pay v1"));
  await put(w, "v1/cart.zip", other("cart v1"));
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, deployment, ["lambda-code:shop-pay", "lambda-config:shop-cart"]);
  t.match(rollback, { status: "Completed", error: null, result: { restored: 2 } });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  t.equal(await invoke(w, "shop-cart"), "cart v2");
  t.match(await codeOf(w, "Pay"), { S3Bucket: STAGING, S3Key: STAGED });
  t.same(await codeOf(w, "Cart"), { S3Bucket: BUCKET, S3Key: "v2/cart.zip" });
  t.same(writes(w), ["CreateChangeSet shop", `PutObject ${STAGING}`, "ExecuteChangeSet shop"]);
  const rows = await rowsOf(w, rollback);
  t.match(rows.get("lambda-code:shop-pay"), { strategy: "stack", verified: true, warnings: ["CODE_RELOCATED"] });
  t.same(rows.get("lambda-config:shop-cart")?.warnings, [], "only the code has the warning");

  w.sandbox.calls.clear();
  const again = await rollBack(w, deployment, ["lambda-code:shop-pay"], { strategy: "stack" });
  t.match(again, { status: "Completed", result: { unchanged: 1 } });
  t.same(writes(w), []);
});

t.test("a resource with a lost object version is rolled back, and its key gets no new version", async (t) => {
  for (const picked of [["lambda-code:shop-pay"], ["stack-resource:shop/Pay"], "all"] as const) {
    await t.test(String(picked), async (t) => {
      const w = await account(t);
      const { deployment, version } = await pinned(w);
      await w.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: "pay.zip", VersionId: version });
      w.sandbox.calls.clear();
      const rollback = await rollBack(w, deployment, picked);
      t.match(rollback, { status: "Completed", error: null, result: { failed: 0 } });
      t.equal(await invoke(w, "shop-pay"), "pay v1");
      const { S3ObjectVersion, ...code } = await codeOf(w, "Pay");
      t.match([code, S3ObjectVersion], [{ S3Bucket: STAGING, S3Key: STAGED }, undefined]);
      t.same(writes(w), ["CreateChangeSet shop", `PutObject ${STAGING}`, "ExecuteChangeSet shop"]);
      t.notMatch(await logOf(w, rollback), /Put the lost object/);
    });
  }
});

t.test("a pinned object version that still exists is used, whatever the key holds by now", async (t) => {
  const w = await account(t);
  const { deployment, version } = await pinned(w);
  w.sandbox.calls.clear();
  t.match(await rollBack(w, deployment, "all"), { status: "Completed", error: null });
  t.match(await codeOf(w, "Pay"), { S3Bucket: BUCKET, S3Key: "pay.zip", S3ObjectVersion: version });
  t.same(writes(w), ["CreateChangeSet shop", "ExecuteChangeSet shop"]);
});

t.test(
  "without a staging bucket the plan is refused before anything is touched, and the reason names the object",
  async (t) => {
    const w = await account(t, null);
    const deployment = await fromV1ToV2(w);
    await put(w, "v1/pay.zip", other("pay v1"));
    w.sandbox.calls.clear();
    const refused = {
      code: "STAGING_BUCKET_NEEDED",
      detail: /Pay needs v1\/pay.zip in the bucket deploys: .*other bytes/,
    };
    for (const picked of [["lambda-code:shop-pay"], "all"] as const) {
      t.match(await rollBack(w, deployment, picked), {
        status: "Exception",
        error: { code: "PLAN_REFUSED", errors: [refused] },
      });
    }
    t.match(await rollBack(w, deployment, ["lambda-code:shop-pay", "lambda-code:shop-cart"]), {
      error: { errors: [{ detail: /lambda-code:shop-cart: It goes in one change set of shop with a part/ }, refused] },
    });
    t.same(writes(w), []);
    t.match(
      await rollBack(w, deployment, ["lambda-config:shop-pay"]),
      { status: "Completed" },
      "a part that does not need the object is rolled back",
    );
    const direct = await rollBack(w, deployment, ["lambda-code:shop-pay"], { strategy: "direct" });
    t.match(direct, { status: "Completed" }, "the workaround that the reason names");
  },
);

t.test("the plan names a missing object whose bytes are not in the backup", async (t) => {
  const w = await account(t);
  for (const key of ["v1/pay.zip", "v2/pay.zip", "cart.zip"]) await put(w, key, zip(key));
  const at = (v: string, memory: number) => template({ key: `${v}/pay.zip` }, { key: "cart.zip" }, memory);
  await deployStack(w, "shop", at("v1", 128));
  for (const Key of ["v1/pay.zip", "cart.zip"]) await w.aws("s3", "DeleteObject", { Bucket: BUCKET, Key });
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", { ...at("v2", 512) });
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, "all"), {
    error: {
      code: "PLAN_REFUSED",
      errors: [
        {
          code: "ARTIFACT_MISSING",
          detail: /Pay needs v1\/pay.zip.*it is gone, and the backup does not have its bytes/,
        },
      ],
    },
  });
  t.same(writes(w), [], "cart.zip is gone, too, but is not needed: its reference did not change");
  await put(w, "v1/pay.zip", zip("v1/pay.zip"));
  t.match(await rollBack(w, id, "all"), { status: "Completed", error: null }, "once somebody has uploaded it");
});

t.test(
  "where AWS denies the read, as for a lost object without s3:ListBucket, the template uses the archived bytes",
  async (t) => {
    const w = await account(t);
    const deployment = await fromV1ToV2(w);
    await w.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: "v1/pay.zip" });
    w.sandbox.faults.fail({
      match: ({ operation, input }) => operation === "HeadObject" && input["Key"] === "v1/pay.zip",
      times: 100,
      error: new AwsError("Forbidden", "Forbidden", 403),
    });
    const rollback = await rollBack(w, deployment, ["lambda-code:shop-pay"]);
    t.match(rollback, { status: "Completed", error: null });
    t.match(await codeOf(w, "Pay"), { S3Bucket: STAGING, S3Key: STAGED });
    t.match(await logOf(w, rollback), /CODE_RELOCATED: .*AWS denies reading it/);
  },
);

const FORBIDDEN = new AwsError("Forbidden", "Forbidden", 403);

/** Denies calls about one key, as AWS does where a right on it is missing. */
function deny(w: TestAccount, key: string, ...operations: readonly string[]): void {
  w.sandbox.faults.fail({
    match: ({ operation, input }) => operations.includes(operation) && input["Key"] === key,
    error: FORBIDDEN,
  });
}

const PAY_KEY = "v1/pay.zip";

async function isPut(w: TestAccount): Promise<string | null> {
  const reading = w.aws("s3", "GetObject", { Bucket: BUCKET, Key: PAY_KEY });
  return reading.then(
    ({ Body }) => Buffer.from(Body as Uint8Array).toString("base64"),
    () => null,
  );
}

const bytesOf = (code: Uint8Array) => Buffer.from(code).toString("base64");

/** A rollback whose plan finds the object gone; what happens to the object and the rights comes before its run. */
async function runAfter(w: TestAccount, between: () => Promise<unknown> | undefined): Promise<Rollback> {
  const deployment = await fromV1ToV2(w);
  await w.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: PAY_KEY });
  const body = { deployment, components: ["lambda-code:shop-pay"], run: false };
  const { id } = (await w.api("POST", "/v1/rollbacks", body)).body;
  await w.api("POST", `/v1/rollbacks/${id}/plan`);
  const { digest } = (await w.api("GET", `/v1/rollbacks/${id}/plan?wait=60`)).body;
  await between();
  await w.api("POST", `/v1/rollbacks/${id}/run`, { planDigest: digest });
  return ended(w, `/v1/rollbacks/${id}` as const);
}

t.test("a lost object is put back although S3 denies the look at it, and never over another one", async (t) => {
  const put1 = (w: TestAccount, says: string) => put(w, PAY_KEY, says === "pay v1" ? zip(says) : other("pay v1"));
  await t.test("404: it is gone", async (t) => {
    const w = await account(t);
    const rollback = await runAfter(w, () => undefined);
    t.match(rollback, { status: "Completed", error: null });
    t.equal(await isPut(w), bytesOf(zip("pay v1")));
    t.match(await logOf(w, rollback), /Put the lost object v1\/pay\.zip back into the bucket deploys\./);
  });
  await t.test("403 for a missing object, which is how S3 says 404 without s3:ListBucket", async (t) => {
    const w = await account(t);
    const rollback = await runAfter(w, async () => deny(w, PAY_KEY, "HeadObject"));
    t.match(rollback, { status: "Completed", error: null });
    t.equal(await isPut(w), bytesOf(zip("pay v1")));
    t.equal(await invoke(w, "shop-pay"), "pay v1");
    t.match(await logOf(w, rollback), /Put the lost object v1\/pay\.zip/);
  });
  await t.test("403 for an object that is there with the same bytes", async (t) => {
    const w = await account(t);
    const rollback = await runAfter(w, async () => {
      await put1(w, "pay v1");
      deny(w, PAY_KEY, "HeadObject");
    });
    t.match(rollback, { status: "Completed", error: null });
    t.notMatch(await logOf(w, rollback), /Put the lost object/);
  });
  await t.test("403 for an object that is there with other bytes", async (t) => {
    const w = await account(t);
    const rollback = await runAfter(w, async () => {
      await put1(w, "other");
      deny(w, PAY_KEY, "HeadObject");
    });
    t.equal(await isPut(w), bytesOf(other("pay v1")), "it is not overwritten");
    t.match(rollback, { status: "Completed", error: null });
    t.equal(await invoke(w, "shop-pay"), "pay v1", "no other bytes pass for those of the backup");
  });
  await t.test("somebody puts it back while the run looks", async (t) => {
    const w = await account(t);
    const hold = w.sandbox.faults.hold({ when: "before", match: ({ operation }) => operation === "PutObject" });
    const running = runAfter(w, () => undefined);
    await hold.reached;
    await put1(w, "other");
    hold.release();
    t.match(await running, { status: "Completed", error: null });
    t.equal(await isPut(w), bytesOf(other("pay v1")), "it is not overwritten");
    t.equal(await invoke(w, "shop-pay"), "pay v1");
  });
});

t.test(
  "where both the look and the upload are denied, the log names the rights, and CloudFormation decides",
  async (t) => {
    const rights =
      /v1\/pay\.zip in the bucket deploys can be neither looked at nor put back\..* s3:ListBucket .* s3:PutObject/;
    for (const isThere of [true, false]) {
      await t.test(isThere ? "the object is there" : "the object is gone", async (t) => {
        const w = await account(t);
        const rollback = await runAfter(w, async () => {
          if (isThere) await put(w, PAY_KEY, zip("pay v1"));
          deny(w, PAY_KEY, "HeadObject", "PutObject");
        });
        t.equal(rollback.status, isThere ? "Completed" : "Exception");
        t.equal(await invoke(w, "shop-pay"), isThere ? "pay v1" : "pay v2");
        t.match(await logOf(w, rollback), rights);
      });
    }
  },
);

t.test("a lost object of the staging bucket is put there again although S3 denies the look at it", async (t) => {
  const w = await account(t);
  const first = await fromV1ToV2(w);
  await put(w, PAY_KEY, other("pay v1"));
  t.match(await rollBack(w, first, ["lambda-code:shop-pay"]), { status: "Completed" });
  const Key = `${(await codeOf(w, "Pay"))["S3Key"]}`;
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", template({ key: "v2/pay.zip" }, { key: "v2/cart.zip" }, 512));
  t.match(await finishDeployment(w, id), { status: "Completed" });
  await w.aws("s3", "DeleteObject", { Bucket: STAGING, Key });
  deny(w, Key, "HeadObject");
  t.match(await rollBack(w, id, ["lambda-code:shop-pay"]), { status: "Completed", error: null });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  t.match(await codeOf(w, "Pay"), { S3Bucket: STAGING, S3Key: Key });
});

t.test("somebody else's bytes under the same key in the staging bucket are not overwritten", async (t) => {
  const w = await account(t);
  const deployment = await fromV1ToV2(w);
  await put(w, "v1/pay.zip", other("pay v1"));
  const Key = `stepback/code/${createHash("sha256").update(zip("pay v1")).digest("hex")}.zip`;
  await w.aws("s3", "PutObject", { Bucket: STAGING, Key, Body: zip("foreign") });
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, deployment, ["lambda-code:shop-pay"]);
  t.match((await rowsOf(w, rollback)).get("lambda-code:shop-pay"), {
    status: "Failed",
    error: { code: "AWS_REJECTED", detail: /stepback.* holds other bytes than the backup/ },
  });
  t.same(writes(w), ["CreateChangeSet shop", "DeleteChangeSet shop"], "which runs nothing");
  await w.aws("s3", "PutObject", { Bucket: STAGING, Key, Body: zip("pay v1") });
  w.sandbox.calls.clear();
  t.match(await rollBack(w, deployment, ["lambda-code:shop-pay"]), { status: "Completed", error: null });
  t.same(writes(w), ["CreateChangeSet shop", "ExecuteChangeSet shop"], "existing bytes are not uploaded again");
});

/** A nested stack with one function. */
const child = (key: string, memory: number) =>
  new TextEncoder().encode(JSON.stringify(template({ key }, { key }, memory)));
const parent = (file: string) => ({
  Resources: {
    Nested: {
      Type: "AWS::CloudFormation::Stack",
      Properties: { TemplateURL: `https://s3.us-east-1.amazonaws.com/${BUCKET}/${file}` },
    },
  },
});

t.test("a nested stack is rolled back to its own template although its URL returns another one", async (t) => {
  const w = await account(t);
  for (const v of ["v1", "v2"]) await put(w, `${v}/pay.zip`, zip(`pay ${v}`));
  await put(w, "child.json", child("v1/pay.zip", 128));
  await deployStack(w, "shop", parent("child.json"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await put(w, "child.json", child("v2/pay.zip", 512));
  await deployStack(w, "shop", { ...parent("child.json"), Description: "the same address" });
  await finishDeployment(w, id);
  t.equal(await invoke(w, "shop-pay"), "pay v2");
  const rollback = await rollBack(w, id, "all");
  t.match(rollback, { status: "Completed", error: null });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  t.match(
    JSON.parse(await templateOf(w)).Resources.Nested.Properties.TemplateURL,
    /amazonaws.com\/staging\/stepback\/code\/.*\.json$/,
  );
});

t.test(
  "code that only a nested stack's template references is not moved: the root is refused with the reason",
  async (t) => {
    const w = await account(t);
    for (const v of ["v1", "v2"]) {
      await put(w, `${v}/pay.zip`, zip(`pay ${v}`));
      await put(w, `${v}/child.json`, child(`${v}/pay.zip`, v === "v1" ? 128 : 512));
    }
    const deployment = await badDeploy(w, parent("v1/child.json"), parent("v2/child.json"));
    await put(w, "v1/pay.zip", other("pay v1"));
    w.sandbox.calls.clear();
    t.match(await rollBack(w, deployment, "all"), {
      error: {
        code: "PLAN_REFUSED",
        errors: [
          { code: "SPLICE_IMPOSSIBLE", detail: /Nested needs v1\/pay.zip.*template of a nested stack refers to it/ },
        ],
      },
    });
    t.same(writes(w), []);
    await put(w, "v1/pay.zip", zip("pay v1"));
    t.match(
      await rollBack(w, deployment, "all"),
      { status: "Completed", error: null },
      "the workaround that the reason names",
    );
    t.equal(await invoke(w, "shop-pay"), "pay v1");
  },
);

t.test("a bridge before the stack's final pass uses the staging bucket, too", async (t) => {
  const w = await account(t);
  for (const v of ["v1", "v2"]) await put(w, `${v}/pay.zip`, zip(`pay ${v}`));
  const shop = (v: string, name: string, memory: number) => ({
    ...template({ key: `${v}/pay.zip` }, { key: `${v}/pay.zip` }, memory),
    Outputs: { [name]: { Value: name, Export: { Name: name } } },
  });
  const jobs = (name: string | null) => ({
    Resources: {
      T: { Type: "AWS::SNS::Topic", Properties: name ? { DisplayName: { "Fn::ImportValue": name } } : {} },
    },
  });
  await deployStack(w, "shop", shop("v1", "old", 128));
  await deployStack(w, "z-jobs", jobs("old"));
  const { id } = await openDeployment(w, { stacks: ["shop", "z-jobs"] });
  await deployStack(w, "z-jobs", jobs(null));
  await deployStack(w, "shop", shop("v2", "new", 512));
  await deployStack(w, "z-jobs", jobs("new"));
  await finishDeployment(w, id);
  await put(w, "v1/pay.zip", other("pay v1"));
  t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  const updates = w.sandbox.calls.mutations().filter(({ operation }) => operation === "CreateChangeSet");
  const submitted = updates.filter(({ input }) => input["StackName"] === "shop");
  t.same(
    submitted.map(({ input }) =>
      STAGED.test(JSON.parse(String(input["TemplateBody"])).Resources.Pay.Properties.Code.S3Key),
    ),
    [true, true],
    "the bridge and the final pass",
  );
});

t.test("SAM code is restored from the staging bucket, also where the Globals reference it", async (t) => {
  const w = await account(t);
  for (const v of ["v1", "v2"]) await put(w, `${v}.zip`, zip(`pay ${v}`));
  const sam = (v: string) => ({
    Transform: "AWS::Serverless-2016-10-31",
    Globals: { Function: { CodeUri: `s3://${BUCKET}/${v}.zip`, Runtime: "nodejs22.x" } },
    Resources: {
      Pay: {
        Type: "AWS::Serverless::Function",
        Properties: {
          FunctionName: "shop-pay",
          Handler: "index.handler",
          Role: "arn:aws:iam::000000000000:role/service",
        },
      },
    },
  });
  const more = { Capabilities: ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM"] };
  await deployStack(w, "shop", sam("v1"), more);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", sam("v2"), more);
  await finishDeployment(w, id);
  await put(w, "v1.zip", other("pay v1"));
  t.match(await rollBack(w, id, ["lambda-code:shop-pay"], { strategy: "stack" }), { status: "Completed", error: null });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  const { Globals, Resources } = JSON.parse(await templateOf(w));
  t.same(Globals, sam("v2").Globals, "the Globals of other functions are not touched");
  t.match(Resources.Pay.Properties.CodeUri, /^s3:\/\/staging\/stepback\/code\//);
});
