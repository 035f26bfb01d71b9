import {
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  paginateListFunctions,
  paginateListVersionsByFunction,
  TagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import t from "tap";
import { type Harness, handlerZip, openHarness, overEachTransport, zipOf } from "../sandbox-harness.ts";
import { ARN, create, FunctionName } from "./fixtures.ts";

overEachTransport(
  "code can be downloaded for ten minutes and has the digest that Lambda reports",
  async (t, transport) => {
    const harness = await openHarness(t, { transport });
    await create(harness);
    const { Code, Configuration } = await harness.lambda.send(new GetFunctionCommand({ FunctionName }));
    const location = Code?.Location ?? "";
    const fetched = await download(harness, transport, location);
    t.equal(fetched.status, 200);
    t.same(Buffer.from(fetched.bytes), Buffer.from(handlerZip("one")));
    t.equal(Configuration?.CodeSize, fetched.bytes.byteLength);
    const digest = await crypto.subtle.digest("SHA-256", Buffer.from(fetched.bytes));
    t.equal(Configuration?.CodeSha256, Buffer.from(digest).toString("base64"));
    harness.clock.advance(10 * 60 * 1000);
    const late = await download(harness, transport, location);
    t.equal(late.status, 403);
    t.match(Buffer.from(late.bytes).toString(), "<Code>AccessDenied</Code><Message>Request has expired</Message>");
    const forged = await download(harness, transport, location.replace(/X-Amz-Signature=.*/, "X-Amz-Signature=0"));
    t.equal(forged.status, 403);
  },
);

async function download({ sandbox }: Harness, transport: string, location: string) {
  if (transport === "socket") {
    const response = await fetch(location);
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  }
  const { hostname, pathname, searchParams } = new URL(location);
  const query = Object.fromEntries(searchParams);
  const { response } = await sandbox
    .requestHandler()
    .handle({ method: "GET", hostname, path: pathname, query, headers: {} });
  return { status: response.statusCode, bytes: Buffer.concat(await response.body.toArray()) };
}

t.test("never uses a version number twice, not even after delete and create", async (t) => {
  const harness = await openHarness(t);
  await create(harness, { Publish: true });
  await harness.lambda.send(new DeleteFunctionCommand({ FunctionName }));
  const again = await create(harness, { Publish: true });
  t.equal(again.Version, "2");
});

t.test("a published version stays as it was, whatever happens to $LATEST", async (t) => {
  const harness = await openHarness(t);
  const { lambda, clock } = harness;
  await create(harness, { Publish: true, Environment: { Variables: { A: "1" } } });
  const version = () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: "1" }));
  const before = await version();
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip("two") }));
  clock.advance(200);
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { A: "2" } } }));
  clock.advance(200);
  const { $metadata: _, ...after } = await version();
  t.match(before, after);
  t.equal(after.Environment?.Variables?.["A"], "1");
});

t.test(
  "publishing unchanged content returns the published version; returning to older content creates a new one",
  async (t) => {
    const harness = await openHarness(t);
    const { lambda, clock } = harness;
    await create(harness);
    const publish = async () => (await lambda.send(new PublishVersionCommand({ FunctionName }))).Version;
    const upload = async (marker: string) => {
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip(marker) }));
      clock.advance(200);
    };
    t.equal(await publish(), "1");
    t.equal(await publish(), "1");
    await upload("two");
    t.equal(await publish(), "2");
    await upload("one");
    t.equal(await publish(), "3");
  },
);

t.test("every change of a function is a conflict until the last update has settled", async (t) => {
  const harness = await openHarness(t);
  const { lambda, clock } = harness;
  await create(harness);
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 256 }));
  const conflict = {
    name: "ResourceConflictException",
    message: `The operation cannot be performed at this time. An update is in progress for resource: ${ARN}`,
    $metadata: { httpStatusCode: 409 },
  };
  await t.rejects(lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip("two") })), conflict);
  await t.rejects(lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 512 })), conflict);
  await t.rejects(lambda.send(new PublishVersionCommand({ FunctionName })), conflict);
  await t.rejects(lambda.send(new TagResourceCommand({ Resource: ARN, Tags: { a: "b" } })), conflict);
  clock.advance(200);
  await t.resolves(lambda.send(new PublishVersionCommand({ FunctionName })));
});

t.test("a dry run returns the digest of the new code and changes nothing", async (t) => {
  const harness = await openHarness(t);
  const { lambda } = harness;
  const { CodeSha256 } = await create(harness);
  const before = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const dry = await lambda.send(
    new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip("two"), DryRun: true }),
  );
  t.not(dry.CodeSha256, CodeSha256);
  const after = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  t.match(after, { CodeSha256, RevisionId: before.RevisionId, LastUpdateStatus: "Successful" });
});

t.test("an update keeps what it does not name, and empty values clear", async (t) => {
  const harness = await openHarness(t);
  const { lambda, clock } = harness;
  const published = await lambda.send(
    new PublishLayerVersionCommand({ LayerName: "tools", Content: { ZipFile: zipOf({ "a.txt": "a" }) } }),
  );
  const full = {
    Description: "pays",
    Environment: { Variables: { A: "1" } },
    DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:dead" },
    KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/k",
    Layers: [published.LayerVersionArn ?? ""],
    VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
  };
  await create(harness, full);
  const configure = async (more: Partial<CreateFunctionCommandInput>) => {
    const { Code: _, ...members } = { Code: undefined, ...more };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...members }));
    clock.advance(200);
    return lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  };
  const unchanged = await configure({ MemorySize: 256 });
  t.match(unchanged, { ...full, Layers: [{ Arn: full.Layers[0] }], MemorySize: 256 });
  const cleared = await configure({
    Description: "",
    Environment: { Variables: {} },
    DeadLetterConfig: { TargetArn: "" },
    KMSKeyArn: "",
    Layers: [],
    VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
  });
  t.match(cleared, { Description: "", Environment: { Variables: {} }, VpcConfig: { SubnetIds: [], VpcId: "" } });
  for (const gone of ["DeadLetterConfig", "KMSKeyArn", "Layers"]) t.notOk(gone in cleared, `${gone} is gone`);
});

t.test("rejects a configuration of more than 5,120 bytes with a status of its own", async (t) => {
  const harness = await openHarness(t);
  await create(harness);
  const Variables = { A: "x".repeat(4000) };
  const Layers = Array.from(
    { length: 5 },
    (_, at) => `arn:aws:lambda:us-east-1:111122223333:layer:${"l".repeat(200)}${at}:1`,
  );
  await t.rejects(
    harness.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables }, Layers })),
    {
      name: "RequestEntityTooLargeException",
      message: "Request must be smaller than 5120 bytes for the UpdateFunctionConfiguration operation",
      $metadata: { httpStatusCode: 413 },
    },
  );
});

t.test("lists fifty at a time, whatever the request asks for", async (t) => {
  const harness = await openHarness(t);
  const { lambda } = harness;
  for (let at = 0; at < 101; at += 1) await create(harness, { FunctionName: `f${at}`, Publish: at === 0 });
  const sizes: number[] = [];
  for await (const page of paginateListFunctions({ client: lambda, pageSize: 500 }, {})) {
    sizes.push(page.Functions?.length ?? 0);
  }
  t.same(sizes, [50, 50, 1]);
  const versions: (string | undefined)[] = [];
  for await (const page of paginateListVersionsByFunction({ client: lambda, pageSize: 1 }, { FunctionName: "f0" })) {
    versions.push(...(page.Versions ?? []).map(({ Version }) => Version));
  }
  t.same(versions, ["$LATEST", "1"]);
});
