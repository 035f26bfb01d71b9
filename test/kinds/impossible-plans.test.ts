import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import {
  configure,
  createFunction,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  settled,
  type TestAccount,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

const scope = { functions: ["shop-*"] };
const FunctionName = "shop-pay";
const PARTS = [`lambda-code:${FunctionName}`, `lambda-config:${FunctionName}`];

async function createImage(w: TestAccount): Promise<void> {
  await w.aws("lambda", "CreateFunction", {
    FunctionName,
    Role: "arn:aws:iam::000000000000:role/service",
    PackageType: "Image",
    Code: { ImageUri: "000000000000.dkr.ecr.us-east-1.amazonaws.com/shop:one" },
  });
  await settled(w, FunctionName);
}

const createZip = (w: TestAccount) => createFunction(w, FunctionName, "v1", { MemorySize: 256 });
const deleteFunction = (w: TestAccount) => w.aws("lambda", "DeleteFunction", { FunctionName });

/** A deploy that replaces the function by one of the other package type, under the same name. */
async function replaced(t: Test, before: typeof createZip, after: typeof createZip) {
  const w = await worldOf(t);
  await before(w);
  const { id } = await openDeployment(w, scope);
  await deleteFunction(w);
  await after(w);
  await finishDeployment(w, id);
  return { w, id };
}

for (const [from, to, before, after] of [
  ["zip", "image", createZip, createImage],
  ["image", "zip", createImage, createZip],
] as const)
  t.test(
    `a ${from} function that became an ${to} is refused in the plan, and comes back as the refusal says`,
    async (t) => {
      const { w, id } = await replaced(t, before, after);
      const mutations = w.sandbox.calls.mutations().length;
      for (const part of PARTS)
        t.match(await rollBack(w, id, [part]), {
          error: {
            code: "PLAN_REFUSED",
            errors: [
              {
                code: "IMMUTABLE_FIELD",
                detail: /Delete shop-pay, .*lambda-code:shop-pay and lambda-config:shop-pay and `onConflict: restore`/,
              },
            ],
          },
        });
      t.equal(w.sandbox.calls.mutations().length, mutations, "nothing was touched");
      await deleteFunction(w);
      t.match(await rollBack(w, id, PARTS, { onConflict: "restore" }), {
        status: "Completed",
        result: { recreated: 2 },
      });
      t.match(await w.aws("lambda", "GetFunctionConfiguration", { FunctionName }), {
        PackageType: from === "zip" ? "Zip" : "Image",
        MemorySize: from === "zip" ? 256 : 128,
      });
    },
  );

t.test("runtime management of a zip function is not put on an image", async (t) => {
  const managed = async (w: TestAccount) => {
    await createZip(w);
    await w.aws("lambda", "PutRuntimeManagementConfig", { FunctionName, UpdateRuntimeOn: "FunctionUpdate" });
  };
  const { w, id } = await replaced(t, managed, createImage);
  t.match(await rollBack(w, id, [`lambda-runtime:${FunctionName}`]), {
    error: { code: "PLAN_REFUSED", errors: [{ code: "IMMUTABLE_FIELD" }] },
  });
});

t.test(
  "a deleted code signing configuration is refused in the plan; everything else is rolled back without it",
  async (t) => {
    const w = await worldOf(t);
    await createZip(w);
    const publishers: Shape = {
      SigningProfileVersionArns: ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/own"],
    };
    const created = await w.aws("lambda", "CreateCodeSigningConfig", { AllowedPublishers: publishers });
    const { CodeSigningConfigArn } = created.CodeSigningConfig;
    await w.aws("lambda", "PutFunctionCodeSigningConfig", { FunctionName, CodeSigningConfigArn });
    const { id } = await openDeployment(w, scope);
    await w.aws("lambda", "DeleteFunctionCodeSigningConfig", { FunctionName });
    await w.aws("lambda", "DeleteCodeSigningConfig", { CodeSigningConfigArn });
    await updateCode(w, FunctionName, "v2");
    await configure(w, FunctionName, { MemorySize: 512 });
    await finishDeployment(w, id);
    const mutations = w.sandbox.calls.mutations().length;
    t.match(await rollBack(w, id, "all"), {
      error: {
        code: "PLAN_REFUSED",
        errors: [{ code: "SIGNING_CONFIG_GONE", detail: /Roll back without lambda-runtime:shop-pay/ }],
      },
    });
    t.equal(w.sandbox.calls.mutations().length, mutations, "nothing was touched");
    t.match(await rollBack(w, id, PARTS), { status: "Completed", result: { restored: 2 } });
    t.equal(await invoke(w, FunctionName), "v1");
  },
);
