import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import t from "tap";
import { AwsError } from "#sandbox/core/contract";
import { createSandbox } from "#sandbox/sandbox";
import { createAwsConnector } from "#src/aws/connect";
import { isTrustedCodeUrl } from "#src/aws/lambda/code-download";
import { NOT_YET, poll } from "#src/aws/polling";
import { StepbackError } from "#src/domain/errors";
import { HOME, openStage, ownFunction, testDigests, textOf, useEnvironment, zipOf } from "./aws-stage.ts";
import { VirtualClock } from "./virtual-clock.ts";

t.test("a target says which account and region it calls; its role and region are used", async (t) => {
  const { aws, connector, sandbox } = openStage(t);
  t.same(await aws.identity.whoAmI(), { account: "000000000000", region: "us-east-1" });
  const target = { ...HOME, name: "far", region: "eu-west-1", roleArn: "arn:aws:iam::111111111111:role/deployer" };
  const far = connector.access(target, () => {});
  t.same(await far.identity.whoAmI(), { account: "111111111111", region: "eu-west-1" });
  const assumed = sandbox.calls.all().filter(({ operation }) => operation === "AssumeRole");
  t.match(assumed[0]?.input, { RoleArn: target.roleArn, RoleSessionName: "stepback" });
  const here = connector.access({ ...target, region: null }, () => {});
  t.match(await here.identity.whoAmI(), { region: "us-east-1" }, "a role without a region stays in the SDK's own");
  sandbox.calls.clear();
  await connector.access({ ...target }, () => {}).identity.whoAmI();
  t.same(
    sandbox.calls.all().map(({ operation }) => operation),
    ["GetCallerIdentity"],
    "clients are shared",
  );
});

t.test("the observer gets every call: its name, the request's id, the attempt, and why it failed", async (t) => {
  const stage = openStage(t);
  await ownFunction(stage, "pay", "v1");
  stage.notes.length = 0;
  stage.sandbox.faults.fail({
    match: () => true,
    times: 1,
    error: new AwsError("TooManyRequestsException", "Rate exceeded", 429),
  });
  await stage.aws.lambda.getConfiguration("pay");
  await stage.aws.lambda.getConfiguration("none");
  t.match(stage.notes, [
    { service: "lambda", operation: "GetFunction", requestId: String, attempt: 2, error: null },
    {
      service: "lambda",
      operation: "GetFunction",
      requestId: String,
      attempt: 1,
      error: /^AWS_NOT_FOUND: Function not found/,
    },
  ]);
  const other: unknown[] = [];
  await stage.connector.access(HOME, (note) => other.push(note)).identity.whoAmI();
  t.equal(other.length, 1);
  t.equal(stage.notes.length, 2, "each access has its own observer");
});

t.test(
  "code is fetched only from AWS or the configured endpoint; a failure is null and reported without the URL",
  async (t) => {
    const endpoint = new URL("http://127.0.0.1:4566");
    const trusted = (url: string, at: URL | null = endpoint) => isTrustedCodeUrl(new URL(url), at);
    t.ok(trusted("https://awslambda-eu-west-1-tasks.s3.eu-west-1.amazonaws.com/snapshots/x?X-Amz-Signature=1", null));
    t.ok(trusted("https://awslambda-cn-north-1-tasks.s3.cn-north-1.amazonaws.com.cn/x"));
    t.ok(trusted("http://127.0.0.1:4566/code/x"));
    for (const url of [
      "http://awslambda.s3.amazonaws.com/x",
      "https://amazonaws.com.evil.example/x",
      "https://evilamazonaws.com/x",
      "https://user:pass@s3.amazonaws.com/x",
      "https://s3.amazonaws.com:8443/x",
      "http://127.0.0.1:4567/code/x",
      "https://127.0.0.1:4566/code/x",
      "http://localhost:4566/code/x",
      "http://169.254.169.254/latest/meta-data",
      "file:///etc/passwd",
    ])
      t.notOk(trusted(url), url);
    t.notOk(trusted("http://127.0.0.1:4566/code/x", null));

    const { aws, notes } = openStage(t);
    for (const location of [
      "https://evil.example/x?X-Amz-Signature=s3cret",
      "http://sandbox.localhost/gone?X-Amz-Signature=s3cret",
      "not a url",
    ]) {
      t.equal(await aws.lambda.openCode({ location, sizeBytes: null }), null);
    }
    t.match(
      notes,
      [1, 2, 3].map(() => ({ service: "lambda", operation: "GetCode", error: String })),
    );
    t.notMatch(JSON.stringify(notes), "s3cret");
  },
);

t.test("objects are written and read as streams; one that does not exist is null", async (t) => {
  const { aws, own } = openStage(t);
  await own("s3", "CreateBucket", { Bucket: "code" });
  const words = (text: string) => ({
    sizeBytes: Buffer.byteLength(text),
    open: () => Readable.from([Buffer.from(text)]),
  });
  await aws.objects.put("code", "a b/ü.zip", words("bytes"));
  t.match(await aws.objects.head("code", "a b/ü.zip"), { sizeBytes: 5, etag: /^"[0-9a-f]{32}"$/ });
  t.equal(await textOf((await aws.objects.open("code", "a b/ü.zip"))?.bytes ?? null), "bytes");
  t.equal(await aws.objects.digest("code", "a b/ü.zip"), createHash("sha256").update("bytes").digest("hex"));
  t.equal(await aws.objects.digest("code", "none"), null);
  t.equal(await aws.objects.head("code", "none"), null);
  t.equal(await aws.objects.open("code", "none"), null);
  t.equal(await aws.objects.open("no-bucket", "none"), null);
  t.equal(await aws.objects.head("code", "a b/ü.zip", "no-version"), null);
  t.equal(await aws.objects.open("code", "a b/ü.zip", "no-version"), null);
  await t.rejects(aws.objects.put("no-bucket", "k", words("bytes")), { code: "AWS_NOT_FOUND" });
});

t.test("a broken upload is repeated with a fresh stream; a denied one is not", async (t) => {
  const { aws, own, sandbox } = openStage(t);
  await own("s3", "CreateBucket", { Bucket: "code" });
  let opened = 0;
  const source = { sizeBytes: 5, open: () => Readable.from([Buffer.from(`take${++opened}`)]) };
  const isPut = ({ operation }: { operation: string }) => operation === "PutObject";
  sandbox.faults.fail({ match: isPut, times: 2, error: "reset" });
  await aws.objects.put("code", "k", source);
  t.equal(await textOf((await aws.objects.open("code", "k"))?.bytes ?? null), "take3");
  sandbox.faults.fail({ match: isPut, times: 1, error: new AwsError("AccessDenied", "Access Denied", 403) });
  await t.rejects(aws.objects.put("code", "k", source), { code: "AWS_DENIED", detail: /s3:PutObject/ });
  t.equal(opened, 4);
});

t.test("the same works over a socket: streams, presigned code and path-style buckets", async (t) => {
  const sandbox = createSandbox({ updateMs: 0 });
  useEnvironment(await sandbox.listen());
  const connector = createAwsConnector({ rates: null, clock: new VirtualClock(), keyedFor: testDigests });
  t.teardown(async () => {
    connector.close();
    await sandbox.close();
  });
  const aws = connector.access(HOME, () => {});
  await sandbox.service("s3").call("CreateBucket", { Bucket: "staging" }, "wire");
  const bytes = Buffer.alloc(3_000_000, "stream");
  const chunks = () => Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)]);
  await aws.objects.put("staging", "large", { sizeBytes: bytes.length, open: chunks });
  t.ok(Buffer.concat((await (await aws.objects.open("staging", "large"))?.bytes.toArray()) ?? []).equals(bytes));
  const zip = zipOf("v1");
  const settings = { Runtime: "nodejs22.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/r" };
  await aws.lambda.createFunction("pay", settings, {
    packageType: "Zip",
    zip,
    sourceKmsKeyArn: null,
    architectures: ["x86_64"],
  });
  const facts = await aws.lambda.getFunction("pay");
  t.equal(
    await textOf(await aws.lambda.openCode({ location: facts?.location ?? "", sizeBytes: zip.bytes.length })),
    zip.bytes.toString(),
  );
});

t.test(
  "a dead endpoint is AWS_UNAVAILABLE; a missing region and missing credentials are AWS_CREDENTIALS",
  async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    useEnvironment(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
    const connect = () => createAwsConnector({ rates: null, clock: new VirtualClock(), keyedFor: testDigests });
    await t.rejects(
      connect()
        .access(HOME, () => {})
        .identity.whoAmI(),
      { code: "AWS_UNAVAILABLE", detail: /ECONNREFUSED/ },
    );

    const files = {
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    Object.assign(process.env, files);
    delete process.env["AWS_ACCESS_KEY_ID"];
    await t.rejects(
      connect()
        .access(HOME, () => {})
        .identity.whoAmI(),
      { code: "AWS_CREDENTIALS" },
    );
    delete process.env["AWS_REGION"];
    await t.rejects(
      connect()
        .access(HOME, () => {})
        .identity.whoAmI(),
      { code: "AWS_CREDENTIALS", detail: /Region is missing/ },
    );
    for (const name of Object.keys(files)) delete process.env[name];
  },
);

t.test("close ends running and waiting calls with SHUTTING_DOWN", async (t) => {
  const { aws, connector, sandbox } = openStage(t, { settings: { rates: { "lambda:other": 0.001 } } });
  const hold = sandbox.faults.hold({ when: "before", match: ({ operation }) => operation === "GetFunction" });
  const running = aws.lambda.getFunction("pay");
  await hold.reached;
  connector.close();
  await t.rejects(running, { code: "SHUTTING_DOWN" });
  await t.rejects(aws.lambda.listFunctions(), { code: "SHUTTING_DOWN" });
});

t.test(
  "polling begins at once, goes on after growing pauses of up to ten seconds, and gives up at the limit",
  async (t) => {
    const clock = new VirtualClock();
    const start = clock.now();
    const polledAt: number[] = [];
    const never = async () => {
      polledAt.push(clock.now() - start);
      return NOT_YET;
    };
    const polling = { clock, signal: new AbortController().signal };
    await t.rejects(poll(polling, { what: "the moon", limitMs: 120_000 }, never), {
      code: "AWS_IN_PROGRESS",
      detail: "Still waiting for the moon after 120 s.",
    });
    t.same(polledAt.slice(0, 3), [0, 250, 625]);
    const pauses = polledAt.slice(1).map((at, n) => at - (polledAt[n] ?? 0));
    t.equal(Math.max(...pauses), 10_000);
    t.ok((polledAt.at(-1) ?? 0) <= 120_000);
    const stopping = new AbortController();
    stopping.abort();
    await t.rejects(poll({ clock, signal: stopping.signal }, { what: "x", limitMs: 1_000 }, never), {
      code: "SHUTTING_DOWN",
    });
  },
);

t.test("each attempt of a call that may change something asks first; a refused one is never sent", async (t) => {
  let asked = 0;
  let mayChange = true;
  const settings = {
    mayChange: async () => {
      asked += 1;
      if (!mayChange) throw new StepbackError("FENCED", "Another service has taken over.");
    },
  };
  const stage = openStage(t, { settings });
  await ownFunction(stage, "pay", "v1");
  stage.sandbox.calls.clear();
  await stage.aws.lambda.getConfiguration("pay");
  t.equal(asked, 0, "a read needs nobody's leave");
  const throttled = stage.sandbox.faults.hold({ when: "before" });
  stage.sandbox.faults.fail({
    match: () => true,
    times: 1,
    error: new AwsError("TooManyRequestsException", "Rate exceeded", 429),
  });
  const changing = stage.aws.lambda.deleteFunction("pay");
  await throttled.reached;
  mayChange = false;
  throttled.release();
  await t.rejects(changing, { code: "FENCED" });
  t.equal(asked, 2);
  t.same(stage.sent().slice(1), ["lambda:DeleteFunction"], "the SDK's second attempt was not sent");
  t.same(
    stage.sandbox.calls.mutations().filter(({ performed }) => performed),
    [],
  );
});
