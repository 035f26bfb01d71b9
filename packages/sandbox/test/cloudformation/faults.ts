import { CloudFormationClient, DescribeStacksCommand, UpdateStackCommand } from "@aws-sdk/client-cloudformation";
import t from "tap";
import { AwsError } from "#sandbox/core/contract";
import { createSandbox } from "#sandbox/sandbox";
import { stageOf, topic } from "./fixtures.ts";
import { bodyOf, refusal, type Stage } from "./stage.ts";

const isUpdate = ({ operation }: { operation: string }) => operation === "UpdateStack";

/** A stack and a call that would update it. */
async function shop(stage: Stage): Promise<() => Promise<unknown>> {
  const template = (name: string) => ({ Resources: { T: topic(name) } });
  await stage.create("shop", template("before"));
  const input = { StackName: "shop", TemplateBody: bodyOf(template("after")) };
  return () => stage.client.send(new UpdateStackCommand(input));
}

const wasUpdated = async (stage: Stage) => (await stage.settled("shop")).StackStatus === "UPDATE_COMPLETE";

const ERRORS: readonly [string, AwsError, object][] = [
  ["a failure of the service", new AwsError("InternalFailure", "We are sorry", 500), { $fault: "server" }],
  ["a service that is not available", new AwsError("ServiceUnavailable", "Later", 503), { $fault: "server" }],
  ["throttling", new AwsError("Throttling", "Rate exceeded", 400), { $fault: "client" }],
  [
    "expired credentials",
    new AwsError("ExpiredToken", "The security token included in the request is expired", 403),
    {},
  ],
  [
    "a denied call",
    new AwsError("AccessDenied", "User: u is not authorized to perform: cloudformation:UpdateStack", 403),
    {},
  ],
];

for (const [title, error, more] of ERRORS) {
  t.test(`${title} reaches the client with its code and status, and nothing happens to the stack`, async (t) => {
    const stage = stageOf(t);
    const update = await shop(stage);
    stage.sandbox.faults.fail({ match: isUpdate, times: 1, error });
    t.match(await refusal(update()), {
      name: error.code,
      message: error.message,
      $metadata: { httpStatusCode: error.status },
      ...more,
    });
    t.equal(await wasUpdated(stage), false);
    await update();
    t.equal(await wasUpdated(stage), true, "the next call is performed");
  });
}

t.test("a reset connection and one that times out before the effect leave the stack as it is", async (t) => {
  const stage = stageOf(t);
  const update = await shop(stage);
  stage.sandbox.faults.fail({ match: isUpdate, times: 1, error: "reset" });
  t.match(await refusal(update()), { code: "ECONNRESET" });
  const hold = stage.sandbox.faults.hold({ when: "before", match: isUpdate });
  const lost = refusal(update());
  await hold.reached;
  hold.drop();
  t.match(await lost, { code: "ECONNRESET" });
  t.equal(await wasUpdated(stage), false);
});

t.test("a call that times out after its effect, and one whose answer is cut, are performed all the same", async (t) => {
  for (const fault of ["timeout", "cut"] as const) {
    const stage = stageOf(t);
    const update = await shop(stage);
    if (fault === "timeout") {
      const hold = stage.sandbox.faults.hold({ when: "after", match: isUpdate });
      const lost = refusal(update());
      await hold.reached;
      hold.drop();
      t.match(await lost, { code: "ECONNRESET" });
    } else {
      stage.sandbox.faults.cut({ match: isUpdate, times: 1 });
      t.match(await refusal(update()), { $metadata: { httpStatusCode: 200 } }, "the client cannot read the answer");
    }
    t.equal(await wasUpdated(stage), true, fault);
  }
});

t.test("a page of a proxy and an empty answer are no answers of CloudFormation", async (t) => {
  const stage = stageOf(t);
  const update = await shop(stage);
  for (const body of ["<html>Bad gateway</html>", ""]) {
    const error = { status: 502, headers: { "content-type": "text/html" }, body: new TextEncoder().encode(body) };
    stage.sandbox.faults.fail({ match: isUpdate, times: 1, error });
    t.match(await refusal(update()), { $metadata: { httpStatusCode: 502 } });
  }
  t.equal(await wasUpdated(stage), false);
});

t.test("CloudFormation's quota throttles with status 400, as its query protocol does", async (t) => {
  const sandbox = createSandbox({ quotas: { "cloudformation:*": 1 } });
  const requestHandler = sandbox.requestHandler();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new CloudFormationClient({ region: "us-east-1", credentials, requestHandler, maxAttempts: 1 });
  t.teardown(() => sandbox.close());
  await client.send(new DescribeStacksCommand({}));
  t.match(await refusal(client.send(new DescribeStacksCommand({}))), {
    name: "Throttling",
    message: "Rate exceeded",
    $metadata: { httpStatusCode: 400 },
  });
});
