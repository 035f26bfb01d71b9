import { createHash } from "node:crypto";
import t, { type Test } from "tap";
import { AwsError, type CallRecord, type Shape } from "#sandbox/core/contract";
import { differingMembers } from "#src/domain/component/version-content";
import { contentOf } from "#src/kinds/lambda/version-content";
import {
  configure,
  createFunction,
  finishDeployment,
  openDeployment,
  rollBack,
  settled,
  type TestAccount,
  updateCode,
  worldOf,
  zip,
} from "../support/test-account.ts";

const scope = { functions: ["shop-*"] };
const FunctionName = "shop-pay";
const ALIAS = "lambda-alias:shop-pay:live";

async function publish(w: TestAccount): Promise<string> {
  return (await w.aws("lambda", "PublishVersion", { FunctionName })).Version;
}

async function point(w: TestAccount, FunctionVersion: string): Promise<void> {
  await w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", FunctionVersion });
}

const deleteVersion = (w: TestAccount, Qualifier: string) =>
  w.aws("lambda", "DeleteFunction", { FunctionName, Qualifier });

async function pointedVersion(w: TestAccount) {
  const { FunctionVersion } = await w.aws("lambda", "GetAlias", { FunctionName, Name: "live" });
  return w.aws("lambda", "GetFunctionConfiguration", { FunctionName, Qualifier: FunctionVersion });
}

/** A function with the alias `live` on version 1, and an open deployment. */
async function deploying(t: Test, settings: Shape = {}): Promise<{ w: TestAccount; deployment: string }> {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1", settings);
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: await publish(w) });
  return { w, deployment: (await openDeployment(w, scope)).id };
}

/** A deploy that changes nothing but the architecture, and turns the alias to what it published. */
async function deployArm(w: TestAccount): Promise<void> {
  await w.aws("lambda", "UpdateFunctionCode", { FunctionName, ZipFile: zip("v1"), Architectures: ["arm64"] });
  await settled(w, FunctionName);
  await point(w, await publish(w));
}

async function rowOf(w: TestAccount, rollback: string, component: string) {
  const { items } = (await w.api("GET", `/v1/rollbacks/${rollback}/components`)).body;
  return items.find((row) => row.component === component);
}

t.test("an alias is altered by another architecture with the same code, and is turned back alone", async (t) => {
  const { w, deployment } = await deploying(t);
  await deployArm(w);
  t.match(await finishDeployment(w, deployment), { altered: { modified: 2 } });
  const { items } = (await w.api("GET", `/v1/deployments/${deployment}/components`)).body;
  const row = items.find(({ id }) => id === ALIAS);
  t.match(row?.diff, [{ path: "/target/settings/Architectures", before: ["x86_64"], deployed: ["arm64"] }]);
  const rollback = await rollBack(w, deployment, [ALIAS]);
  t.match(rollback, { status: "Completed", result: { restored: 1 } });
  t.match(await pointedVersion(w), { Version: "1", Architectures: ["x86_64"] });
  t.match(await rollBack(w, deployment, [ALIAS]), { result: { unchanged: 1 } }, "twice is once");
});

t.test(
  "after pruning, an alias goes to a version that is published from restored code of the same architecture",
  async (t) => {
    const { w, deployment } = await deploying(t);
    await deployArm(w);
    await deleteVersion(w, "1");
    await finishDeployment(w, deployment);
    t.match(await rollBack(w, deployment, "all"), { status: "Completed", result: { restored: 2 } });
    t.match(await pointedVersion(w), { Version: "3", Architectures: ["x86_64"] });
  },
);

t.test(
  "a version whose variables cannot be decrypted now is proven by its number and its code, which the row says",
  async (t) => {
    const { w, deployment } = await deploying(t, { Environment: { Variables: { TABLE: "one" } } });
    await updateCode(w, FunctionName, "v2");
    await point(w, await publish(w));
    await finishDeployment(w, deployment);
    w.sandbox.faults.alter({ match: isAbout("1"), change: withoutVariables });
    const rollback = await rollBack(w, deployment, [ALIAS]);
    t.match(rollback, { status: "Completed", result: { restored: 1 } });
    t.match(await rowOf(w, rollback.id, ALIAS), { verified: true, warnings: ["PARTLY_COMPARED"] });
    t.match(await pointedVersion(w), { Version: "1" });
  },
);

t.test(
  "an alias that was backed up without its variables is turned back to its version, and to no other",
  async (t) => {
    const w = await worldOf(t);
    await createFunction(w, FunctionName, "v1", { Environment: { Variables: { TABLE: "one" } } });
    await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: await publish(w) });
    w.sandbox.faults.alter({ match: isAbout("1"), change: withoutVariables });
    const opened = await openDeployment(w, scope);
    t.match(opened, { readiness: { irreversible: 0 } }, "a pointer needs only the pointer");
    await configure(w, FunctionName, { Environment: { Variables: { TABLE: "two" } } });
    await point(w, await publish(w));
    t.match(await finishDeployment(w, opened.id), { altered: { modified: 2 } });
    t.match(await rollBack(w, opened.id, [ALIAS]), { status: "Completed", result: { restored: 1 } });
    t.match(await pointedVersion(w), { Version: "1" });
    await point(w, "2");
    await deleteVersion(w, "1");
    const refused = await rollBack(w, opened.id, [ALIAS], { onConflict: "restore" });
    t.match(refused, { error: { code: "PLAN_REFUSED" } }, "version 2 has the code, and nobody knows its variables");
    t.match(await pointedVersion(w), { Version: "2" });
  },
);

function isAbout(version: string) {
  return ({ operation, input }: CallRecord) =>
    operation === "ListVersionsByFunction" || (operation.startsWith("GetFunction") && input["Qualifier"] === version);
}

const DENIED = { Environment: { Error: { ErrorCode: "AccessDeniedException", Message: "KMS: no kms:Decrypt" } } };

/** The response of GetFunction, GetFunctionConfiguration or ListVersionsByFunction as AWS sends it without a key. */
function withoutVariables(output: Shape): Shape {
  const { Configuration, Versions } = output as { Configuration?: Shape; Versions?: Shape[] };
  if (Configuration) return { ...output, Configuration: { ...Configuration, ...DENIED } };
  if (Versions)
    return { ...output, Versions: Versions.map((row) => (row["Version"] === "1" ? { ...row, ...DENIED } : row)) };
  return { ...output, ...DENIED };
}

t.test(
  "everything that AWS returns of a version counts, but for names, dates, progress and what follows from the rest",
  async (t) => {
    const version = { FunctionName, Version: "1", CodeSha256: "A", Runtime: "nodejs22.x" } as const;
    const differing = (more: object) =>
      differingMembers(contentOf(version), contentOf({ ...version, Version: "2", ...more }));
    const patched = { RuntimeVersionConfig: { RuntimeVersionArn: "arn:patch" } };
    t.same(differing({}), ["RuntimeVersionArn"], "a row of a list lacks the runtime's patch");
    for (const [member, more] of [
      ["Architectures", { Architectures: ["arm64"] }],
      ["PackageType", { PackageType: "Image" }],
      ["SnapStart", { SnapStart: { ApplyOn: "PublishedVersions" } }],
      ["Layers", { Layers: [{ Arn: "arn:layer:1" }] }],
      ["TenancyConfig", { TenancyConfig: { TenantIsolationMode: "PER_TENANT" } }],
      ["DurableConfig", { DurableConfig: { ExecutionTimeout: 60 } }],
      ["CapacityProviderConfig", { CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: {} } }],
      ["EphemeralStorage", { EphemeralStorage: { Size: 1024 } }],
      ["FileSystemConfigs", { FileSystemConfigs: [{ Arn: "arn:efs", LocalMountPath: "/mnt/a" }] }],
      ["VpcConfig", { VpcConfig: { SubnetIds: ["subnet-1"] } }],
      ["LoggingConfig", { LoggingConfig: { LogFormat: "JSON" } }],
      ["TracingConfig", { TracingConfig: { Mode: "Active" } }],
      ["KMSKeyArn", { KMSKeyArn: "arn:key" }],
      ["Environment", { Environment: { Variables: { A: "1" } } }],
      ["Environment", { Environment: { Error: { ErrorCode: "AccessDeniedException" } } }],
      ["Role", { Role: "arn:role" }],
      ["SomethingNew", { SomethingNew: { That: ["AWS", "adds"] } }],
    ] as const)
      t.ok(differing({ ...patched, ...more }).includes(member), member);
    const same = {
      ...patched,
      Version: "3",
      LastModified: "2026",
      RevisionId: "x",
      Description: "words",
      State: "Active",
    } as const;
    t.same(differingMembers(contentOf({ ...version, ...patched }), contentOf({ ...version, ...same })), []);
  },
);

t.test("an alias returns to the backup's patch of the runtime, and the row says where no version has it", async (t) => {
  const { w, deployment } = await deploying(t);
  const patches: Record<string, string> = { "1": "arn:old", "3": "arn:new" };
  w.sandbox.faults.alter({
    match: ({ operation, input }) => operation === "GetFunction" && String(input["Qualifier"]) in patches,
    change: (output) => {
      const version = output["Configuration"] as Shape;
      const RuntimeVersionArn = patches[String(version["Version"])];
      return { ...output, Configuration: { ...version, RuntimeVersionConfig: { RuntimeVersionArn } } };
    },
  });
  await finishDeployment(w, deployment);
  const { id } = await openDeployment(w, scope);
  for (const Timeout of [9, 3]) {
    await configure(w, FunctionName, { Timeout });
    await publish(w);
  }
  await point(w, "3");
  t.match(await finishDeployment(w, id), { altered: { modified: 1 } }, "versions 1 and 3 differ by the patch alone");
  t.match(await rollBack(w, id, [ALIAS]), { status: "Completed", result: { restored: 1 } });
  t.match(await pointedVersion(w), { Version: "1" });
  await point(w, "3");
  await deleteVersion(w, "1");
  const rollback = await rollBack(w, id, [ALIAS]);
  t.match(rollback, { status: "Completed", result: { unchanged: 1 } });
  t.match(await rowOf(w, rollback.id, ALIAS), { warnings: ["OTHER_RUNTIME_PATCH"] });
});

t.test("a patch of the runtime under the same version is no alteration", async (t) => {
  const { w, deployment } = await deploying(t);
  w.sandbox.faults.alter({
    match: ({ operation, input }) => operation === "GetFunction" && input["Qualifier"] === "1",
    change: (output) => ({
      ...output,
      Configuration: { ...(output["Configuration"] as Shape), RuntimeVersionConfig: { RuntimeVersionArn: "arn:new" } },
    }),
  });
  t.match(await finishDeployment(w, deployment), { altered: { modified: 0 } });
});

/** The alias stands on version 1 of older content than `$LATEST`; a deploy publishes `$LATEST`, and prunes version 1. */
async function pruned(t: Test, settings: Shape = {}): Promise<{ w: TestAccount; deployment: string }> {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1", { Environment: { Variables: { TABLE: "one" } }, ...settings });
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: await publish(w) });
  await updateCode(w, FunctionName, "v2");
  await configure(w, FunctionName, { Environment: { Variables: { TABLE: "two" } }, MemorySize: 512 });
  const deployment = (await openDeployment(w, scope)).id;
  await point(w, await publish(w));
  await deleteVersion(w, "1");
  t.match(await finishDeployment(w, deployment), { altered: { modified: 1, deleted: 0 } });
  return { w, deployment };
}

const latestOf = async (w: TestAccount) => {
  const {
    RevisionId: _,
    LastModified: __,
    ...latest
  } = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName });
  return latest;
};

t.test("a pruned version is published again from the backup alone, and $LATEST is as it was afterwards", async (t) => {
  const { w, deployment } = await pruned(t);
  const latest = await latestOf(w);
  const rollback = await rollBack(w, deployment, "all");
  t.match(rollback, { status: "Completed", result: { restored: 1 } });
  t.match(await rowOf(w, rollback.id, ALIAS), { verified: true, warnings: ["LATEST_CHANGED_BRIEFLY"] });
  t.match(await pointedVersion(w), {
    Version: "3",
    CodeSha256: createHash("sha256").update(zip("v1")).digest("base64"),
    Environment: { Variables: { TABLE: "one" } },
    MemorySize: 128,
  });
  t.same(await latestOf(w), latest);
  const mutations = w.sandbox.calls.mutations().length;
  t.match(await rollBack(w, deployment, "all"), { status: "Completed", result: { unchanged: 1 } });
  t.equal(w.sandbox.calls.mutations().length, mutations, "twice is once");
});

t.test("$LATEST gets its content back where publishing fails, and the next attempt succeeds", async (t) => {
  const { w, deployment } = await pruned(t);
  const latest = await latestOf(w);
  const error = new AwsError("CodeStorageExceededException", "Code storage limit exceeded.", 400);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "PublishVersion", error });
  t.match(await rollBack(w, deployment, "all"), { status: "Exception", result: { failed: 1 } });
  t.same(await latestOf(w), latest);
  w.sandbox.faults.off();
  t.match(await rollBack(w, deployment, "all"), { status: "Completed", result: { restored: 1 } });
  t.same(await latestOf(w), latest);
});

t.test("both versions of a canary are published again", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1");
  const one = await publish(w);
  await updateCode(w, FunctionName, "v2");
  const RoutingConfig = { AdditionalVersionWeights: { [await publish(w)]: 0.25 } };
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: one, RoutingConfig });
  const { id } = await openDeployment(w, scope);
  await updateCode(w, FunctionName, "v3");
  await w.aws("lambda", "UpdateAlias", {
    FunctionName,
    Name: "live",
    FunctionVersion: await publish(w),
    RoutingConfig: {},
  });
  for (const version of ["1", "2"]) await deleteVersion(w, version);
  await finishDeployment(w, id);
  t.match(await rollBack(w, id, [ALIAS]), { status: "Completed", result: { restored: 1 } });
  t.match(await w.aws("lambda", "GetAlias", { FunctionName, Name: "live" }), {
    FunctionVersion: "4",
    RoutingConfig: { AdditionalVersionWeights: { "5": 0.25 } },
  });
  t.match(await latestOf(w), { CodeSha256: createHash("sha256").update(zip("v3")).digest("base64") });
});

t.test(
  "a pruned version that the backup does not hold whole is refused with the reason, and readiness says it before",
  async (t) => {
    const w = await worldOf(t);
    await createFunction(w, FunctionName, "v1", { Environment: { Variables: { TABLE: "one" } } });
    await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: await publish(w) });
    await updateCode(w, FunctionName, "v2");
    w.sandbox.faults.alter({ match: isAbout("1"), change: withoutVariables });
    const opened = await openDeployment(w, scope);
    t.match(opened, { readiness: { irreversible: 0, "reversible-with-loss": 1 } });
    const path = `/v1/snapshots/${opened.snapshot.id}/components/${encodeURIComponent(ALIAS)}`;
    t.match((await w.api("GET", path)).body, { readiness: "reversible-with-loss", reasons: ["VERSION_NOT_KEPT"] });
    await point(w, await publish(w));
    await deleteVersion(w, "1");
    await finishDeployment(w, opened.id);
    const { items } = (await w.api("GET", `/v1/deployments/${opened.id}/components`)).body;
    t.match(items, [{ id: ALIAS, readiness: "irreversible", reasons: ["VERSION_GONE"] }]);
    t.match(await rollBack(w, opened.id, [ALIAS]), {
      error: {
        code: "PLAN_REFUSED",
        errors: [{ code: "VERSION_GONE", detail: /lacks its Environment: .*kms:Decrypt/ }],
      },
    });
  },
);
