import { Readable } from "node:stream";
import t from "tap";
import { AwsError } from "#sandbox/core/contract";
import { carries, splitPatch } from "#src/aws/lambda/configuration-patch";
import { openStage, ownFunction, ROLE, SETTINGS, textOf, zipCode, zipFrom, zipOf } from "./aws-stage.ts";

t.test("reads a function completely, and null if there is none", async (t) => {
  const { aws, ...stage } = openStage(t);
  await ownFunction({ aws, ...stage }, "pay", "v1", { Tags: { team: "shop" }, Environment: { Variables: { A: "1" } } });
  const facts = await aws.lambda.getFunction("pay");
  t.match(facts, {
    configuration: { FunctionName: "pay", CodeSha256: zipOf("v1").codeSha256, Environment: { Variables: { A: "1" } } },
    location: String,
    tags: { team: "shop" },
    errors: [],
    resolvedImageUri: null,
    sourceKmsKeyArn: null,
  });
  t.equal(
    await textOf(await aws.lambda.openCode({ location: facts?.location ?? "", sizeBytes: null })),
    zipOf("v1").bytes.toString(),
  );

  t.equal(await aws.lambda.getFunction("none"), null);
  t.equal(await aws.lambda.getFunction("pay", "7"), null);
  t.equal(await aws.lambda.getConfiguration("none"), null);
  t.equal(await aws.lambda.awaitSettled("none"), null);
  t.equal(await aws.lambda.getAlias("pay", "live"), null);
  t.same(await aws.lambda.listVersions("none"), []);
  t.same(await aws.lambda.listAliases("none"), []);
});

t.test("reads every page of functions, versions and aliases", async (t) => {
  const stage = openStage(t, { sandbox: { updateMs: 0 } });
  const names = Array.from({ length: 120 }, (_, n) => `f-${n}`);
  for (const name of names)
    await stage.own("lambda", "CreateFunction", {
      FunctionName: name,
      ...SETTINGS,
      Code: { ZipFile: zipOf("v").bytes },
    });
  t.same((await stage.aws.lambda.listFunctions()).map(({ FunctionName }) => FunctionName).sort(), names.sort());
  t.same(
    stage.notes.map(({ operation, error }) => [operation, error]),
    Array(3).fill(["ListFunctions", null]),
    "each page is a call of its own for the observer",
  );

  for (let n = 1; n <= 60; n += 1) {
    await stage.own("lambda", "UpdateFunctionConfiguration", { FunctionName: "f-0", Description: `${n}` });
    await stage.aws.lambda.awaitSettled("f-0");
    await stage.own("lambda", "PublishVersion", { FunctionName: "f-0" });
    await stage.own("lambda", "CreateAlias", { FunctionName: "f-0", Name: `a-${n}`, FunctionVersion: `${n}` });
  }
  const versions = await stage.aws.lambda.listVersions("f-0");
  t.same(
    versions.map(({ Version }) => Number(Version)),
    Array.from({ length: 60 }, (_, n) => n + 1),
    "oldest first, without $LATEST",
  );
  t.equal((await stage.aws.lambda.listAliases("f-0")).length, 60);
});

t.test("errors inside a successful response are reported, never read as empty", async (t) => {
  const { aws, sandbox } = openStage(t);
  const lambda = sandbox.service("lambda");
  const call = lambda.call.bind(lambda);
  const denied = { ErrorCode: "AccessDeniedException", Message: "no kms:Decrypt" };
  lambda.call = async (operation, input, caller) => {
    if (operation !== "GetFunction") return call(operation, input, caller);
    return {
      Configuration: { FunctionName: "pay", Environment: { Error: denied } },
      Code: { Error: denied },
      TagsError: { ErrorCode: "AccessDeniedException", Message: "no lambda:ListTags" },
    };
  };
  t.match(await aws.lambda.getFunction("pay"), {
    errors: ["Code: AccessDeniedException, no kms:Decrypt", "Environment: AccessDeniedException, no kms:Decrypt"],
    tags: null,
    location: null,
  });
});

t.test("creates, updates, publishes and deletes, each time until the function has settled", async (t) => {
  const { aws, sent } = openStage(t);
  const { lambda } = aws;
  await lambda.createFunction(
    "pay",
    { ...SETTINGS, MemorySize: 256, Environment: { Variables: { A: "1" } } },
    zipCode("v1"),
  );
  const created = await lambda.getConfiguration("pay");
  t.match(created, { State: "Active", MemorySize: 256, CodeSha256: zipOf("v1").codeSha256, Architectures: ["x86_64"] });

  await lambda.updateConfiguration(
    "pay",
    { Environment: { Variables: {} }, Description: "" },
    created?.RevisionId ?? null,
  );
  const configured = await lambda.getConfiguration("pay");
  t.match(configured, { LastUpdateStatus: "Successful", MemorySize: 256 });
  t.notOk(Object.keys(configured?.Environment?.Variables ?? {}).length, "an empty map clears the variables");

  await lambda.updateCode("pay", { ...zipCode("v2"), architectures: ["arm64"] }, configured?.RevisionId ?? null);
  const updated = await lambda.getConfiguration("pay");
  t.match(updated, { LastUpdateStatus: "Successful", CodeSha256: zipOf("v2").codeSha256, Architectures: ["arm64"] });

  t.equal(await lambda.publishVersion("pay", zipOf("v2").codeSha256, "second"), "1");
  t.match(await lambda.getConfiguration("pay", "1"), { State: "Active", Description: "second" });
  await t.rejects(lambda.publishVersion("pay", zipOf("v1").codeSha256, ""), { code: "AWS_PRECONDITION" });
  await t.rejects(lambda.updateCode("pay", zipCode("v3"), created?.RevisionId ?? null), { code: "AWS_PRECONDITION" });

  await lambda.deleteFunction("pay");
  await lambda.deleteFunction("pay");
  t.equal(await lambda.getFunction("pay"), null);
  t.notOk(
    sent().some((call) => call.startsWith("s3:")),
    "without a staging bucket nothing goes through S3",
  );
});

t.test("an alias loses its canary and description if the request has none", async (t) => {
  const stage = openStage(t, { sandbox: { updateMs: 0 } });
  const { lambda } = stage.aws;
  await ownFunction(stage, "pay", "v1");
  await lambda.publishVersion("pay", zipOf("v1").codeSha256, "");
  await lambda.updateCode("pay", zipCode("v2"), null);
  await lambda.publishVersion("pay", zipOf("v2").codeSha256, "");
  await lambda.createAlias("pay", { name: "live", functionVersion: "2", description: "canary", weights: { "1": 0.1 } });
  const canary = await lambda.getAlias("pay", "live");
  t.match(canary, { functionVersion: "2", weights: { "1": 0.1 }, description: "canary" });

  await lambda.updateAlias(
    "pay",
    { name: "live", functionVersion: "1", description: "", weights: {} },
    canary?.revisionId ?? null,
  );
  t.match(await lambda.listAliases("pay"), [{ name: "live", functionVersion: "1", weights: {}, description: "" }]);
  const other = { name: "live", functionVersion: "2", description: "", weights: {} };
  await t.rejects(lambda.updateAlias("pay", other, canary?.revisionId ?? null), { code: "AWS_PRECONDITION" });
  await t.rejects(lambda.createAlias("pay", other), { code: "AWS_REJECTED", detail: /already exists/ });
  await lambda.deleteAlias("pay", "live");
  await lambda.deleteAlias("pay", "live");
  t.same(await lambda.listAliases("pay"), []);
});

t.test("a lost response is not mistaken for somebody else's change", async (t) => {
  const operations = [
    "CreateFunction",
    "UpdateFunctionConfiguration",
    "UpdateFunctionCode",
    "PublishVersion",
    "CreateAlias",
    "UpdateAlias",
    "DeleteAlias",
    "DeleteFunction",
  ];
  const { aws, sandbox, sent } = openStage(t);
  const { lambda } = aws;
  for (const operation of operations) {
    const hold = sandbox.faults.hold({ when: "after", match: (record) => record.operation === operation });
    void hold.reached.then(() => hold.drop());
  }
  const alias = { name: "live", functionVersion: "1", description: "", weights: {} };
  const revision = async () => (await lambda.getConfiguration("pay"))?.RevisionId ?? null;
  await lambda.createFunction("pay", { ...SETTINGS, MemorySize: 256 }, zipCode("v1"));
  await lambda.updateConfiguration(
    "pay",
    { MemorySize: 512, Layers: [], Environment: { Variables: { A: "1" } } },
    await revision(),
  );
  await lambda.updateCode("pay", zipCode("v2"), await revision());
  t.equal(await lambda.publishVersion("pay", zipOf("v2").codeSha256, ""), "1");
  await lambda.createAlias("pay", alias);
  await lambda.updateAlias(
    "pay",
    { ...alias, description: "new" },
    (await lambda.getAlias("pay", "live"))?.revisionId ?? null,
  );
  t.match(await lambda.getConfiguration("pay"), { MemorySize: 512, CodeSha256: zipOf("v2").codeSha256 });
  t.match(await lambda.getAlias("pay", "live"), { functionVersion: "1", description: "new" });
  await lambda.deleteAlias("pay", "live");
  await lambda.deleteFunction("pay");
  t.equal(await lambda.getFunction("pay"), null);
  for (const operation of operations)
    t.ok(sent().filter((call) => call === `lambda:${operation}`).length >= 2, `${operation} was sent again`);
});

t.test("a busy function is waited for, and a role that has not reached Lambda is retried for a minute", async (t) => {
  const stage = openStage(t, { sandbox: { updateMs: 3_000 } });
  await ownFunction(stage, "pay", "v1");
  await stage.own("lambda", "UpdateFunctionConfiguration", { FunctionName: "pay", Timeout: 30 });
  await stage.aws.lambda.updateCode("pay", zipCode("v2"), null);
  t.match(await stage.aws.lambda.getConfiguration("pay"), { Timeout: 30, CodeSha256: zipOf("v2").codeSha256 });

  const unknownRole = new AwsError(
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
    400,
  );
  stage.sandbox.faults.fail({
    match: ({ operation }) => operation === "CreateFunction",
    times: 3,
    error: unknownRole,
  });
  await stage.aws.lambda.createFunction("cart", SETTINGS, zipCode("v1"));
  t.match(await stage.aws.lambda.getConfiguration("cart"), { State: "Active" });

  stage.sandbox.faults.fail({ match: ({ operation }) => operation === "CreateFunction", error: unknownRole });
  const start = stage.clock.now();
  await t.rejects(stage.aws.lambda.createFunction("late", SETTINGS, zipCode("v1")), {
    code: "AWS_REJECTED",
    detail: /cannot be assumed/,
  });
  const waitedMs = stage.clock.now() - start;
  t.ok(waitedMs >= 60_000 && waitedMs < 90_000, `gave up after ${waitedMs} ms`);
});

t.test("a failed update is an error when it is awaited, and does not prevent the next one", async (t) => {
  const { aws, sandbox } = openStage(t);
  const lambda = sandbox.service("lambda");
  const call = lambda.call.bind(lambda);
  const failed = {
    FunctionName: "pay",
    State: "Active",
    LastUpdateStatus: "Failed",
    LastUpdateStatusReason: "the key is disabled",
  };
  lambda.call = async (operation, input, caller) =>
    operation === "GetFunction" ? { Configuration: failed } : call(operation, input, caller);
  await t.rejects(aws.lambda.awaitSettled("pay"), { code: "AWS_REJECTED", detail: /the key is disabled/ });
  t.match(await aws.lambda.awaitIdle("pay"), failed);
});

t.test("with a staging bucket, code goes through it, once per content", async (t) => {
  const stage = openStage(t, { target: { stagingBucket: "staging" } });
  await stage.own("s3", "CreateBucket", { Bucket: "staging" });
  await stage.aws.lambda.createFunction("pay", SETTINGS, zipCode("v1"));
  await stage.aws.lambda.createFunction("cart", SETTINGS, zipCode("v1"));
  await stage.aws.lambda.updateCode("cart", zipCode("v2"), null);
  const puts = stage.sandbox.calls.all().filter(({ operation }) => operation === "PutObject");
  const keys = ["v1", "v2"].map(
    (text) => `stepback/transfer/${Buffer.from(zipOf(text).codeSha256, "base64").toString("hex")}.zip`,
  );
  t.same(
    puts.map(({ input }) => input["Key"]),
    keys,
  );
  t.match(await stage.aws.lambda.getConfiguration("cart"), { CodeSha256: zipOf("v2").codeSha256 });

  const mayNotList = new AwsError("AccessDenied", "Access Denied", 403);
  stage.sandbox.faults.fail({ match: ({ operation }) => operation === "HeadObject", error: mayNotList });
  await stage.aws.lambda.updateCode("cart", zipCode("v3"), null);
  t.match(
    await stage.aws.lambda.getConfiguration("cart"),
    { CodeSha256: zipOf("v3").codeSha256 },
    "who may not list the bucket uploads without a look",
  );
});

t.test(
  "without one, bytes are sent directly, one upload at a time, and too many are refused before anything is sent",
  async (t) => {
    const { aws, sent } = openStage(t);
    const tooLarge = zipFrom({ ...zipOf("v1"), sizeBytes: 52_428_801 });
    await t.rejects(aws.lambda.createFunction("pay", SETTINGS, tooLarge), { code: "STAGING_BUCKET_NEEDED" });
    t.same(sent(), []);

    let open = 0;
    let most = 0;
    const slow = (text: string) => {
      const zip = zipOf(text);
      const counted = async function* () {
        most = Math.max(most, ++open);
        yield zip.bytes;
        open -= 1;
      };
      return zipFrom({ ...zip, open: () => Readable.from(counted()) });
    };
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => aws.lambda.createFunction(name, SETTINGS, slow(name))));
    t.equal(most, 1);

    const cut = { ...zipOf("v1"), open: () => Readable.from([zipOf("v1").bytes.subarray(1)]) };
    const short = zipFrom(cut);
    await t.rejects(aws.lambda.updateCode("a", short, null), { code: "ARTIFACT_MISSING" });
  },
);

t.test("a large patch is sent in two parts, the environment with its key first", async (t) => {
  const stage = openStage(t);
  await ownFunction(stage, "pay", "v1");
  const live = await stage.aws.lambda.getConfiguration("pay");
  const patch = {
    Description: "d".repeat(256),
    MemorySize: 512,
    Environment: { Variables: { A: "x".repeat(4_050) } },
    KMSKeyArn: "",
    LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${"g".repeat(400)}` },
  };
  t.same(
    splitPatch(patch).map((part) => Object.keys(part)),
    [
      ["Environment", "KMSKeyArn"],
      ["Description", "MemorySize", "LoggingConfig"],
    ],
  );
  t.same(splitPatch({ MemorySize: 1 }), [{ MemorySize: 1 }]);
  await stage.aws.lambda.updateConfiguration("pay", patch, live?.RevisionId ?? null);
  t.match(await stage.aws.lambda.getConfiguration("pay"), { MemorySize: 512, Environment: patch.Environment });
});

t.test("a function has a patch if it has its values, whatever AWS adds or leaves out", async (t) => {
  const live = {
    MemorySize: 256,
    Role: ROLE,
    Layers: [{ Arn: "layer:1", CodeSize: 7 }],
    VpcConfig: { SubnetIds: ["s"], SecurityGroupIds: ["g"], VpcId: "v" },
    Environment: { Variables: { A: "1" } },
    ImageConfigResponse: { ImageConfig: { Command: ["x"] } },
  };
  for (const patch of [
    { MemorySize: 256, Layers: ["layer:1"], Environment: { Variables: { A: "1" } } },
    { VpcConfig: { SubnetIds: ["s"], SecurityGroupIds: ["g"], Ipv6AllowedForDualStack: false } },
    { Description: "", KMSKeyArn: "", DeadLetterConfig: { TargetArn: "" }, FileSystemConfigs: [] },
    { ImageConfig: { Command: ["x"] } },
  ])
    t.ok(carries(live, patch), JSON.stringify(patch));
  for (const patch of [
    { MemorySize: 128 },
    { Layers: [] },
    { Environment: { Variables: {} } },
    { Environment: { Variables: { A: "1", B: "2" } } },
    { Description: "new" },
    { VpcConfig: { SubnetIds: [], SecurityGroupIds: [], Ipv6AllowedForDualStack: false } },
    { ImageConfig: {} },
  ])
    t.notOk(carries(live, patch), JSON.stringify(patch));
  t.notOk(
    carries({ Environment: { Variables: { A: "1", B: "2" } } }, { Environment: { Variables: { A: "1" } } }),
    "a variable too many",
  );
  t.notOk(carries(null, {}));
});
