import { createHash } from "node:crypto";
import { request } from "node:http";
import {
  GetFunctionCommand,
  GetPolicyCommand,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import t from "tap";
import { AwsError, type CallRecord, type Shape } from "#sandbox/core/contract";
import { createQueryProtocol } from "#sandbox/core/query-protocol";
import { bytesOf, textOf, type WireRequest } from "#sandbox/core/wire";
import { openHarness, overEachTransport } from "./sandbox-harness.ts";

overEachTransport("returns the caller's identity, and temporary credentials for any role", async (t, transport) => {
  const { sts } = await openHarness(t, { transport });
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  t.equal(identity.Account, "000000000000");
  const RoleArn = "arn:aws:iam::000000000000:role/deploy/restorer";
  const assumed = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "night" }));
  t.equal(assumed.AssumedRoleUser?.Arn, "arn:aws:sts::000000000000:assumed-role/restorer/night");
  t.match(assumed.Credentials?.AccessKeyId, /^ASIA/);
  t.equal(assumed.Credentials?.Expiration?.toISOString(), "2026-01-01T01:00:00.000Z");
});

overEachTransport("logs calls in order of arrival, with bytes as size and digest", async (t, transport) => {
  const { sandbox, s3, lambda } = await openHarness(t, { transport });
  await s3.send(new CreateBucketCommand({ Bucket: "log" }));
  await s3.send(new PutObjectCommand({ Bucket: "log", Key: "a", Body: bytesOf("hello") }));
  await t.rejects(lambda.send(new GetFunctionCommand({ FunctionName: "none" })), {
    name: "ResourceNotFoundException",
  });
  const shown = sandbox.calls
    .all()
    .map(({ n, service, operation, mutation, outcome }) => ({ n, service, operation, mutation, outcome }));
  t.same(shown, [
    { n: 1, service: "s3", operation: "CreateBucket", mutation: true, outcome: "ok" },
    { n: 2, service: "s3", operation: "PutObject", mutation: true, outcome: "ok" },
    { n: 3, service: "lambda", operation: "GetFunction", mutation: false, outcome: "error" },
  ]);
  t.equal(sandbox.calls.all()[2]?.errorCode, "ResourceNotFoundException");
  const sha256 = createHash("sha256").update("hello").digest("hex");
  t.same(sandbox.calls.mutations()[1]?.input["Body"], { sizeBytes: 5, sha256 });
  sandbox.calls.clear();
  await lambda.send(new ListFunctionsCommand({}));
  t.equal(sandbox.calls.all()[0]?.n, 1, "counting restarts at one after clear");
});

overEachTransport("a call dropped before its effect never takes effect", async (t, transport) => {
  const { sandbox, s3 } = await openHarness(t, { transport });
  const hold = sandbox.faults.hold({ when: "before", match: isCreateBucket });
  const sent = s3.send(new CreateBucketCommand({ Bucket: "never" })).catch((error: unknown) => error);
  t.equal((await hold.reached).outcome, "held");
  hold.drop();
  t.match(await sent, { code: "ECONNRESET" });
  t.same(await bucketNames(sandbox.service("s3")), []);
  t.equal(sandbox.calls.all()[0]?.outcome, "error");
});

overEachTransport("a call dropped after its effect stays in effect", async (t, transport) => {
  const { sandbox, s3 } = await openHarness(t, { transport });
  const hold = sandbox.faults.hold({ when: "after", match: isCreateBucket });
  const sent = s3.send(new CreateBucketCommand({ Bucket: "done" })).catch((error: unknown) => error);
  await hold.reached;
  t.same(await bucketNames(sandbox.service("s3")), ["done"]);
  hold.drop();
  t.match(await sent, { code: "ECONNRESET" });
});

overEachTransport("holds only the nth matching call, and lets it continue on release", async (t, transport) => {
  const { sandbox, s3 } = await openHarness(t, { transport });
  const hold = sandbox.faults.hold({ nth: 2, when: "before", match: isCreateBucket });
  await s3.send(new CreateBucketCommand({ Bucket: "first" }));
  const second = s3.send(new CreateBucketCommand({ Bucket: "second" }));
  t.equal((await hold.reached).input["Bucket"], "second");
  t.same(await bucketNames(sandbox.service("s3")), ["first"]);
  hold.release();
  await second;
  t.same(await bucketNames(sandbox.service("s3")), ["first", "second"]);
});

overEachTransport(
  "a call whose client disconnects while it is held before its effect is dropped",
  async (t, transport) => {
    const { sandbox, s3 } = await openHarness(t, { transport });
    const hold = sandbox.faults.hold({ when: "before", match: isCreateBucket });
    const abort = new AbortController();
    const sent = s3
      .send(new CreateBucketCommand({ Bucket: "gone" }), { abortSignal: abort.signal })
      .catch((error: unknown) => error);
    const record = await hold.reached;
    abort.abort();
    t.match(await sent, { name: "AbortError" });
    await until(() => record.outcome === "error");
    t.same(await bucketNames(sandbox.service("s3")), []);
  },
);

overEachTransport("responds with injected errors as often as asked, then with real responses", async (t, transport) => {
  const { sandbox, lambda } = await openHarness(t, { transport });
  const denied = new AwsError("AccessDeniedException", "not authorized to perform: lambda:ListFunctions", 403);
  sandbox.faults.fail({ match: ({ operation }) => operation === "ListFunctions", times: 2, error: denied });
  for (const _ of [1, 2]) {
    await t.rejects(lambda.send(new ListFunctionsCommand({})), {
      name: "AccessDeniedException",
      $metadata: { httpStatusCode: 403 },
    });
  }
  t.same((await lambda.send(new ListFunctionsCommand({}))).Functions, []);
  sandbox.faults.fail({ match: () => true, error: "reset" });
  await t.rejects(lambda.send(new ListFunctionsCommand({})), { code: "ECONNRESET" });
  sandbox.faults.off();
  await t.resolves(lambda.send(new ListFunctionsCommand({})));
});

overEachTransport("fails a call after its effect, in every way that it fails one before", async (t, transport) => {
  const { sandbox, s3 } = await openHarness(t, { transport });
  const page = { status: 502, headers: { "content-type": "text/html" }, body: bytesOf("<html>Bad gateway</html>") };
  const errors = {
    error: new AwsError("InternalError", "We failed.", 500),
    reset: "reset",
    silence: "silence",
    page,
  } as const;
  for (const [how, error] of Object.entries(errors)) {
    for (const when of ["before", "after"] as const) {
      const Bucket = `${how}-${when}`;
      sandbox.faults.fail({ match: isCreateBucket, times: 1, when, error });
      // A client waits for ever where nothing comes.
      const abortSignal = how === "silence" ? AbortSignal.timeout(200) : new AbortController().signal;
      await t.rejects(s3.send(new CreateBucketCommand({ Bucket }), { abortSignal }));
      t.equal((await bucketNames(sandbox.service("s3"))).includes(Bucket), when === "after", Bucket);
      t.match(sandbox.calls.all().at(-1), { outcome: "error", performed: when === "after" });
    }
  }
});

overEachTransport("throttles each class of calls by its own bucket", async (t, transport) => {
  const quotas = { "lambda:GetPolicy": 1, "lambda:*": 2 };
  const { lambda, clock } = await openHarness(t, { transport, quotas });
  const getPolicy = () => lambda.send(new GetPolicyCommand({ FunctionName: "f" }));
  const list = () => lambda.send(new ListFunctionsCommand({}));
  const throttled = { name: "TooManyRequestsException", $metadata: { httpStatusCode: 429 } };
  await t.rejects(getPolicy(), { name: "ResourceNotFoundException" });
  await t.rejects(getPolicy(), throttled);
  await list();
  await t.rejects(
    lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "f", ReservedConcurrentExecutions: 1 })),
    { name: "ResourceNotFoundException" },
    "the rest of Lambda shares the other bucket",
  );
  await t.rejects(list(), throttled);
  clock.advance(500);
  await list();
  await t.rejects(list(), throttled, "a bucket fills at its rate");
  clock.advance(60_000);
  await list();
  await list();
  await t.rejects(list(), throttled, "and holds one second's worth at most");
});

t.test("every response carries a request id, and an unknown service is denied by name", async (t) => {
  const { sandbox } = await openHarness(t);
  const url = await sandbox.listen();
  const lambda = await fetch(`${url}/2015-03-31/functions`);
  t.match(lambda.headers.get("x-amzn-requestid"), /^[0-9a-f-]{36}$/);
  const s3 = await fetch(`${url}/no-such-bucket/key`);
  t.equal(s3.status, 404);
  t.match(s3.headers.get("x-amz-request-id"), /^[0-9a-f-]{36}$/);
  t.match(await s3.text(), "<Code>NoSuchBucket</Code>");
  t.equal((await fetch(`${url}/bucket/%zz`)).status, 400);
  const authorization = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/polly/aws4_request, Signature=x";
  const unknown = await fetch(url, { headers: { authorization } });
  t.equal(unknown.status, 403);
  t.match(await unknown.text(), "the sandbox has no service polly");
});

t.test("tells a client that expects 100-continue to send its body", async (t) => {
  const { sandbox, s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket: "expect" }));
  const url = await sandbox.listen();
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const put = request(`${url}/expect/key`, { method: "PUT", headers: { expect: "100-continue" } });
    put.once("continue", () => put.end("body"));
    put.once("response", (response) => resolve(response.resume().statusCode));
    put.once("error", reject);
    put.flushHeaders();
  });
  t.equal(status, 200);
});

t.test("the query protocol", async (t) => {
  const protocol = createQueryProtocol("urn:test");

  t.test("reads nested members, and lists in the order of their numbers", async (t) => {
    const form = new URLSearchParams({
      Action: "CreateStack",
      Version: "2010-05-15",
      StackName: "shop",
      "Parameters.member.2.ParameterKey": "B",
      "Parameters.member.1.ParameterKey": "A",
      "Parameters.member.1.ParameterValue": "x=1&y",
      "Parameters.member.10.ParameterKey": "J",
      "RollbackConfiguration.MonitoringTimeInMinutes": "5",
      Tags: "",
    });
    t.same(protocol.decode(formRequest(form)), {
      operation: "CreateStack",
      input: {
        StackName: "shop",
        Parameters: [{ ParameterKey: "A", ParameterValue: "x=1&y" }, { ParameterKey: "B" }, { ParameterKey: "J" }],
        RollbackConfiguration: { MonitoringTimeInMinutes: "5" },
        Tags: "",
      },
    });
  });

  t.test("writes dates, lists, empty lists, and text that XML has to escape", async (t) => {
    const output: Shape = {
      At: new Date(0),
      Body: "a<b>&\r\n\u0001",
      Items: [{ Key: "k" }, "text"],
      None: [],
      Absent: undefined,
      Flag: false,
    };
    const response = protocol.encode({ operation: "Get", input: {} }, output, "id-1");
    t.equal(response.headers["x-amzn-requestid"], "id-1");
    t.equal(
      textOf(response.body),
      '<GetResponse xmlns="urn:test"><GetResult><At>1970-01-01T00:00:00.000Z</At><Body>a&lt;b&gt;&amp;&#xD;\n\uFFFD</Body>' +
        "<Items><member><Key>k</Key></member><member>text</member></Items><None></None><Flag>false</Flag></GetResult>" +
        "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetResponse>",
    );
  });

  t.test("writes errors with their code, type and message", async (t) => {
    const response = protocol.encodeError(new AwsError("ValidationError", "Stack [a<b] does not exist", 400), "id-2");
    t.equal(response.status, 400);
    t.match(
      textOf(response.body),
      "<Type>Sender</Type><Code>ValidationError</Code><Message>Stack [a&lt;b] does not exist</Message>",
    );
  });
});

function isCreateBucket({ operation }: CallRecord): boolean {
  return operation === "CreateBucket";
}

async function bucketNames(s3: {
  call(operation: string, input: Shape, caller: "wire"): Promise<Shape>;
}): Promise<unknown[]> {
  const { Buckets } = await s3.call("ListBuckets", {}, "wire");
  return (Buckets as { Name: string }[]).map(({ Name }) => Name);
}

function formRequest(form: URLSearchParams): WireRequest {
  return {
    method: "POST",
    host: "localhost",
    path: "/",
    query: new URLSearchParams(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: bytesOf(form.toString()),
    closed: new AbortController().signal,
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
