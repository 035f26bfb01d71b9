import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import t, { type Test } from "tap";
import { createSandbox, type SandboxOptions } from "#sandbox/sandbox";
import { handlerZip, ROLE } from "./sandbox-harness.ts";

const run = promisify(execFile);
/** The CLI is a Python program that takes half a second to start; a deploy starts it once and polls. */
const TIMEOUT_MS = 120_000;
/** The CLI polls a stack at once and then only after 5 or 30 seconds. Without sleeps a stack is ready at the first poll. */
const SLEEPLESS_CLOCK = { now: () => Date.now(), sleep: async () => {} };

const skip = spawnSync("aws", ["--version"]).status === 0 ? false : "there is no `aws` on this machine";

interface Cli {
  /** Where the CLI runs. */
  readonly folder: string;
  /** Runs `aws …` and returns what it prints. */
  text(...args: string[]): Promise<string>;
  json(...args: string[]): Promise<Record<string, unknown>>;
}

/** The AWS CLI with a fresh sandbox as its endpoint. */
async function openCli(t: Test, options: SandboxOptions = { updateMs: 0 }): Promise<Cli> {
  const folder = await mkdtemp(join(tmpdir(), "aws-cli-test-"));
  const sandbox = createSandbox(options);
  t.teardown(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true });
  });
  const url = await sandbox.listen();
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_PAGER: "",
  };
  const text = async (...args: string[]) => {
    const { stdout } = await run("aws", ["--endpoint-url", url, ...args], { cwd: folder, env, timeout: TIMEOUT_MS });
    return stdout;
  };
  return { folder, text, json: async (...args) => JSON.parse(await text(...args, "--output", "json")) };
}

t.test("the AWS CLI asks who it is", { skip }, async (t) => {
  const { json } = await openCli(t);
  t.match(await json("sts", "get-caller-identity"), { Account: "000000000000" });
});

t.test(
  "the AWS CLI encrypts under a key by its alias, and decrypts only under the same context",
  { skip },
  async (t) => {
    const { json, text, folder } = await openCli(t);
    const { KeyMetadata: made } = (await json("kms", "create-key")) as { KeyMetadata: { Arn: string } };
    await text("kms", "create-alias", "--alias-name", "alias/stepback", "--target-key-id", made.Arn);
    const context = ["--encryption-context", "app=stepback,target=prod"];
    // Versions 1 and 2 of the CLI read bytes from files alike, and from arguments differently.
    await writeFile(join(folder, "plain"), "secret");
    const encrypt = ["kms", "encrypt", "--key-id", "alias/stepback", "--plaintext", "fileb://plain"];
    const { CiphertextBlob } = await json(...encrypt, ...context);
    await writeFile(join(folder, "sealed"), Buffer.from(String(CiphertextBlob), "base64"));
    const decrypt = ["kms", "decrypt", "--ciphertext-blob", "fileb://sealed"];
    t.match(await json(...decrypt, ...context), { Plaintext: "c2VjcmV0", KeyId: made.Arn });
    await t.rejects(json(...decrypt), { message: /InvalidCiphertextException/ });
    await text("kms", "disable-key", "--key-id", made.Arn);
    await t.rejects(json(...decrypt, ...context), { message: /DisabledException.*is disabled/ });
  },
);

t.test("the AWS CLI keeps parameters and reads repositories", { skip }, async (t) => {
  const { text, json } = await openCli(t);
  const put = ["ssm", "put-parameter", "--name", "/shop/level", "--type", "String"];
  await json(...put, "--value", "info");
  t.match(await json(...put, "--value", "debug", "--overwrite"), { Version: 2 });
  const { Parameter } = await json("ssm", "get-parameter", "--name", "/shop/level:1");
  t.match(Parameter, { Name: "/shop/level", Value: "info", Version: 1, Selector: ":1" });
  const names = ["--names", "/shop/level", "/shop/gone"];
  t.match(await json("ssm", "get-parameters", ...names), {
    Parameters: [{ Value: "debug" }],
    InvalidParameters: ["/shop/gone"],
  });
  await text("ssm", "delete-parameter", "--name", "/shop/level");
  await t.rejects(text("ssm", "get-parameter", "--name", "/shop/level"), /ParameterNotFound/);
  await json("ecr", "create-repository", "--repository-name", "shop/pay");
  t.match(await json("ecr", "describe-repositories"), {
    repositories: [
      { repositoryName: "shop/pay", repositoryUri: "000000000000.dkr.ecr.us-east-1.amazonaws.com/shop/pay" },
    ],
  });
  await t.rejects(text("ecr", "describe-images", "--repository-name", "shop/cart"), /RepositoryNotFoundException/);
});

t.test("the AWS CLI fills a queue, a table, a topic and a log group of a stack", { skip }, async (t) => {
  const { folder, text, json } = await openCli(t);
  const table =
    "{Type: AWS::DynamoDB::Table, Properties: {TableName: orders, KeySchema: [{AttributeName: id, KeyType: HASH}], AttributeDefinitions: [{AttributeName: id, AttributeType: S}]}}";
  const template = `Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: app}}
  Table: ${table}
`;
  await writeFile(join(folder, "contents.yaml"), template);
  await text("cloudformation", "deploy", "--stack-name", "contents", "--template-file", "contents.yaml");
  const { QueueUrl } = await json("sqs", "get-queue-url", "--queue-name", "jobs");
  await json("sqs", "send-message", "--queue-url", String(QueueUrl), "--message-body", "order");
  const counted = ["--attribute-names", "ApproximateNumberOfMessages"];
  t.match(await json("sqs", "get-queue-attributes", "--queue-url", String(QueueUrl), ...counted), {
    Attributes: { ApproximateNumberOfMessages: "1" },
  });
  await t.rejects(text("sqs", "get-queue-url", "--queue-name", "none"), /NonExistentQueue|QueueDoesNotExist/);
  await text("dynamodb", "put-item", "--table-name", "orders", "--item", '{"id":{"S":"1"}}');
  t.match(await json("dynamodb", "scan", "--table-name", "orders"), { Count: 1, Items: [{ id: { S: "1" } }] });
  const topic = ["--topic-arn", "arn:aws:sns:us-east-1:000000000000:news"];
  await json("sns", "subscribe", ...topic, "--protocol", "email", "--notification-endpoint", "ops@example.com");
  t.match(await json("sns", "list-subscriptions-by-topic", ...topic), { Subscriptions: [{ Protocol: "email" }] });
  const stream = ["--log-group-name", "app", "--log-stream-name", "one"];
  await text("logs", "create-log-stream", ...stream);
  await text("logs", "put-log-events", ...stream, "--log-events", "timestamp=1,message=hello");
  t.match(await json("logs", "describe-log-groups"), { logGroups: [{ logGroupName: "app", storedBytes: 31 }] });
});

t.test("the AWS CLI copies, lists and removes objects, large ones in parts", { skip }, async (t) => {
  const { folder, text, json } = await openCli(t);
  const large = Buffer.alloc(9 * 1024 * 1024, "large enough for parts");
  await writeFile(join(folder, "large.bin"), large);
  await text("s3", "mb", "s3://cli-bucket");
  await text("s3", "cp", "large.bin", "s3://cli-bucket/in/large.bin", "--no-progress");
  t.match(await text("s3", "ls", "s3://cli-bucket/in/"), `${large.byteLength} large.bin`);
  await text("s3", "cp", "s3://cli-bucket/in/large.bin", "back.bin", "--no-progress");
  t.ok((await readFile(join(folder, "back.bin"))).equals(large));
  t.match(await json("s3api", "head-object", "--bucket", "cli-bucket", "--key", "in/large.bin"), {
    ContentLength: large.byteLength,
  });
  await text("s3", "rm", "s3://cli-bucket", "--recursive");
  await text("s3", "rb", "s3://cli-bucket");
  t.match(await json("s3api", "list-buckets"), { Buckets: [] });
});

t.test("the AWS CLI creates, updates and invokes a function", { skip }, async (t) => {
  const { folder, text, json } = await openCli(t);
  await writeFile(join(folder, "one.zip"), handlerZip("one"));
  await writeFile(join(folder, "two.zip"), handlerZip("two"));
  const named = ["--function-name", "cli"];
  const runtime = ["--runtime", "nodejs20.x", "--handler", "index.handler", "--role", ROLE];
  await json("lambda", "create-function", ...named, ...runtime, "--zip-file", "fileb://one.zip");
  await text("lambda", "wait", "function-active-v2", ...named);
  t.match(await json("lambda", "list-functions"), { Functions: [{ FunctionName: "cli" }] });
  const { Code } = await json("lambda", "get-function", ...named);
  const fetched = await fetch((Code as { Location: string }).Location);
  t.same(Buffer.from(await fetched.arrayBuffer()), Buffer.from(handlerZip("one")));
  await json("lambda", "update-function-code", ...named, "--zip-file", "fileb://two.zip");
  await text("lambda", "wait", "function-updated-v2", ...named);
  t.match(await json("lambda", "invoke", ...named, "out.json"), { StatusCode: 200, ExecutedVersion: "$LATEST" });
  t.match(JSON.parse(await readFile(join(folder, "out.json"), "utf8")), { marker: "two" });
  const missing = text("lambda", "get-function", "--function-name", "none").then(
    () => "",
    (error: Error) => error.message,
  );
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:none";
  t.match(
    await missing,
    `(ResourceNotFoundException) when calling the GetFunction operation: Function not found: ${arn}`,
  );
});

const TEMPLATE = `
Parameters:
  Name: {Type: String}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}}}
Outputs:
  Topic: {Value: !Ref Topic, Export: {Name: the-topic}}
`;

/** The AWS CLI names a change set by the second: two deploys in the same second would get the same name. */
async function nextSecond(): Promise<void> {
  const second = () => Math.floor(Date.now() / 1000);
  for (const last = second(); second() === last; ) await new Promise((resolve) => setTimeout(resolve, 20));
}

t.test("the AWS CLI deploys, reads, updates and deletes a stack", { skip }, async (t) => {
  const { folder, text, json } = await openCli(t, { clock: SLEEPLESS_CLOCK });
  await writeFile(join(folder, "template.yaml"), TEMPLATE);
  const shop = ["--stack-name", "shop"];
  const deploy = async (name: string) => {
    await nextSecond();
    const flags = ["--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset"];
    const template = ["--template-file", "template.yaml", "--parameter-overrides", `Name=${name}`];
    return await text("cloudformation", "deploy", ...shop, ...flags, ...template);
  };

  t.match(await deploy("one"), "Successfully created/updated stack - shop");
  t.match(await deploy("one"), "No changes to deploy. Stack shop is up to date");
  t.match(await json("cloudformation", "describe-stacks", ...shop), {
    Stacks: [
      {
        StackStatus: "CREATE_COMPLETE",
        Outputs: [{ ExportName: "the-topic" }],
        Parameters: [{}, { ParameterValue: "****" }],
      },
    ],
  });
  t.match(await deploy("two"), "Successfully created/updated stack - shop");
  t.equal((await json("cloudformation", "get-template", ...shop))["TemplateBody"], TEMPLATE);
  t.match(await json("cloudformation", "list-exports"), {
    Exports: [{ Name: "the-topic", Value: "arn:aws:sns:us-east-1:000000000000:two" }],
  });
  t.match(await json("cloudformation", "describe-stack-events", ...shop), {
    StackEvents: [{ ResourceStatus: "UPDATE_COMPLETE" }],
  });
  await text("cloudformation", "delete-stack", ...shop);
  await text("cloudformation", "wait", "stack-delete-complete", ...shop);
});
