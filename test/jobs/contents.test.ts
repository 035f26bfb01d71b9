import { strToU8 } from "fflate";
import t, { type Test } from "tap";
import { AwsError } from "#sandbox/core/contract";
import {
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  physicalIdOf,
  rollBack,
  sendTo,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

/** A stack whose deployments differ in a topic's title and in what they add. */
const shop = (title: string, added: object = {}) => ({
  Resources: { News: { Type: "AWS::SNS::Topic", Properties: { DisplayName: title } }, ...added },
});

async function titleOf(w: TestAccount): Promise<string> {
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", { StackName: "shop" });
  return JSON.parse(TemplateBody).Resources.News.Properties.DisplayName;
}

async function deployed(t: Test, added: object): Promise<{ w: TestAccount; id: string }> {
  const w = await worldOf(t);
  await deployStack(w, "shop", shop("good"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", shop("bad", added));
  await finishDeployment(w, id);
  return { w, id };
}

/** How something comes into a resource, and out again. */
interface Filling {
  readonly definition: object;
  readonly words: RegExp;
  put(w: TestAccount, physicalId: string): Promise<unknown>;
  take(w: TestAccount, physicalId: string): Promise<unknown>;
}

const send = (more: object) => (w: TestAccount, QueueUrl: string) =>
  w.aws("sqs", "SendMessage", { QueueUrl, MessageBody: "order", ...more });
const purge = (w: TestAccount, QueueUrl: string) => w.aws("sqs", "PurgeQueue", { QueueUrl });
const table = (Type: string): Filling => ({
  definition: {
    Type,
    Properties: {
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    },
  },
  words: /it holds items/,
  put: (w, TableName) => w.aws("dynamodb", "PutItem", { TableName, Item: { id: { S: "1" } } }),
  take: (w, TableName) => w.aws("dynamodb", "DeleteItem", { TableName, Key: { id: { S: "1" } } }),
});

const FILLINGS: Readonly<Record<string, Filling>> = {
  "a bucket with an object": {
    definition: { Type: "AWS::S3::Bucket", Properties: { BucketName: "shop-uploads" } },
    words: /it holds objects/,
    put: (w, Bucket) => w.aws("s3", "PutObject", { Bucket, Key: "one", Body: strToU8("1") }),
    take: (w, Bucket) => w.aws("s3", "DeleteObject", { Bucket, Key: "one" }),
  },
  "a queue with a message": {
    definition: { Type: "AWS::SQS::Queue" },
    words: /it holds about 1 message[^s]/,
    put: send({}),
    take: purge,
  },
  "a queue with a delayed message": {
    definition: { Type: "AWS::SQS::Queue" },
    words: /it holds about 1 message[^s]/,
    put: send({ DelaySeconds: 900 }),
    take: purge,
  },
  "a queue whose messages somebody is working on": {
    definition: { Type: "AWS::SQS::Queue" },
    words: /it holds about 2 messages/,
    put: async (w, QueueUrl) => {
      for (const MessageBody of ["1", "2"]) await w.aws("sqs", "SendMessage", { QueueUrl, MessageBody });
      return w.aws("sqs", "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 });
    },
    take: purge,
  },
  "a table": table("AWS::DynamoDB::Table"),
  "a global table": table("AWS::DynamoDB::GlobalTable"),
  "a topic with a subscription that no template has": {
    definition: {
      Type: "AWS::SNS::Topic",
      Properties: { Subscription: [{ Protocol: "email", Endpoint: "ops@example.com" }] },
    },
    words: /it holds 1 subscription of somebody else/,
    put: (w, TopicArn) => w.aws("sns", "Subscribe", { TopicArn, Protocol: "sqs", Endpoint: "arn:aws:sqs:::jobs" }),
    take: async (w, TopicArn) => {
      const { Subscriptions } = await w.aws("sns", "ListSubscriptionsByTopic", { TopicArn });
      for (const { SubscriptionArn } of Subscriptions as { SubscriptionArn: string }[])
        if (SubscriptionArn !== "PendingConfirmation") await w.aws("sns", "Unsubscribe", { SubscriptionArn });
    },
  },
  "a log group": {
    definition: { Type: "AWS::Logs::LogGroup" },
    words: /it holds 2 MB of logs/,
    put: async (w, logGroupName) => {
      const stream = { logGroupName, logStreamName: "one" };
      await w.aws("logs", "CreateLogStream", stream);
      const message = "x".repeat(200_000);
      const logEvents = Array.from({ length: 10 }, () => ({ timestamp: 0, message }));
      return w.aws("logs", "PutLogEvents", { ...stream, logEvents });
    },
    take: (w, logGroupName) => w.aws("logs", "DeleteLogStream", { logGroupName, logStreamName: "one" }),
  },
};

t.test(
  "what the deployment added is told while it is empty, and asks for consent once it holds something",
  async (t) => {
    const names = Object.entries(FILLINGS).map(([what, filling], index) => ({
      what,
      logicalId: `Added${index}`,
      ...filling,
    }));
    const added = Object.fromEntries(names.map(({ logicalId, definition }) => [logicalId, definition]));
    const { w, id } = await deployed(t, added);
    const { body: rows } = await w.api("GET", `/v1/deployments/${id}/components?limit=200`);
    t.same(
      rows.items.filter(({ readiness }) => readiness !== "reversible"),
      [],
      "the deployment says so",
    );
    for (const { what, logicalId, words, put, take } of names) {
      const physicalId = await physicalIdOf(w, { stack: "shop", logicalId });
      await put(w, physicalId);
      const refused = await rollBack(w, id, "all");
      t.match(refused, { error: { code: "PLAN_REFUSED", errors: [{ code: "DESTRUCTIVE", detail: words }] } }, what);
      t.equal(refused.error?.errors?.length, 1, `${what}: nothing else asks`);
      await take(w, physicalId);
    }
    const done = await rollBack(w, id, "all");
    t.match(done, { status: "Completed" });
    const { body: plan } = await w.api("GET", `/v1/rollbacks/${done.id}/plan`);
    const classes = plan.steps.flatMap((step) => step.losses ?? []).map((loss) => loss.class);
    t.same(
      classes,
      names.map(() => "told"),
      "the plan says so",
    );
  },
);

t.test("a topic to which only its own template has subscribed is told", async (t) => {
  const more = {
    Alerts: {
      Type: "AWS::SNS::Topic",
      Properties: { Subscription: [{ Protocol: "email", Endpoint: "a@example.com" }] },
    },
    ToJobs: {
      Type: "AWS::SNS::Subscription",
      Properties: { TopicArn: { Ref: "Alerts" }, Protocol: "sqs", Endpoint: "arn:aws:sqs:us-east-1:000000000000:jobs" },
    },
  };
  const { w, id } = await deployed(t, more);
  t.match(await rollBack(w, id, "all"), { status: "Completed" });
});

t.test("what nobody can look into counts as data, and the plan says why", async (t) => {
  const { w, id } = await deployed(t, { Jobs: { Type: "AWS::SQS::Queue" } });
  const error = new AwsError("AccessDeniedException", "User is not authorized to perform: sqs:getqueueattributes", 403);
  w.sandbox.faults.fail({ match: ({ service }) => service === "sqs", error });
  t.match(await rollBack(w, id, "all"), {
    error: { errors: [{ code: "DESTRUCTIVE", detail: /nobody could look into it \(sqs GetQueueAttributes/ }] },
  });
  w.sandbox.faults.off();
  t.match(await rollBack(w, id, "all"), { status: "Completed" });
});

t.test("a run refuses what its plan only told and what holds something by then", async (t) => {
  const { w, id } = await deployed(t, { Jobs: { Type: "AWS::SQS::Queue" } });
  const { body: draft } = await w.api("POST", "/v1/rollbacks", { deployment: id, components: "all", run: false });
  await w.api("POST", `/v1/rollbacks/${draft.id}/plan`);
  const { body: plan } = await w.api("GET", `/v1/rollbacks/${draft.id}/plan?wait=30`);
  t.match(
    plan.steps.flatMap((step) => step.losses ?? []),
    [{ class: "told" }],
  );
  await sendTo(w, { stack: "shop", logicalId: "Jobs" });
  await w.api("POST", `/v1/rollbacks/${draft.id}/run`, { planDigest: plan.digest });
  t.match(await ended(w, `/v1/rollbacks/${draft.id}`), { status: "Exception", error: { code: "PLAN_STALE" } });
  t.equal(await titleOf(w), "bad", "nothing was touched");
});

t.test("a stack that the deployment added is told while everything in it is empty", async (t) => {
  for (const outcome of ["succeeded", "failed"]) {
    const w = await worldOf(t);
    const { id } = await openDeployment(w, { stacks: ["shop"] }, { onFailure: "rollback" });
    await deployStack(
      w,
      "shop",
      shop("bad", { Jobs: { Type: "AWS::SQS::Queue" }, Logs: { Type: "AWS::Logs::LogGroup" } }),
    );
    const { rollback } = await finishDeployment(w, id, outcome);
    const done = rollback ? await ended(w, `/v1/rollbacks/${rollback}`) : await rollBack(w, id, "all");
    t.match(done, { status: "Completed" }, outcome);
  }
});

t.test("a stack that the deployment added asks by its name once something in it holds data", async (t) => {
  const w = await worldOf(t);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", shop("bad", { Jobs: { Type: "AWS::SQS::Queue" }, Empty: { Type: "AWS::SQS::Queue" } }));
  await sendTo(w, { stack: "shop", logicalId: "Jobs" });
  await finishDeployment(w, id);
  const detail =
    /^stack:shop: The stack shop and everything in it is deleted: Jobs \(AWS::SQS::Queue\); it holds about 1 message\.$/;
  t.match(await rollBack(w, id, "all"), { error: { errors: [{ code: "DESTRUCTIVE", detail }] } });
  t.match(await rollBack(w, id, "all", { allowDestructive: ["stack:shop"] }), { status: "Completed" });
});

t.test("a stage's policy may ask for an added stack in which everything is empty, too", async (t) => {
  const w = await worldOf(t);
  await w.api("PUT", "/v1/applications/shop/stages/prod/policy", { askForTold: true });
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", shop("bad"));
  await finishDeployment(w, id);
  t.match(await rollBack(w, id, "all"), { error: { errors: [{ code: "DESTRUCTIVE" }] } });
});
