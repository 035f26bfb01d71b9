import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import t from "tap";
import { createSandbox } from "#sandbox/sandbox";

const run = promisify(execFile);
/** The CLI looks at once, and then only after 5 or 30 seconds: without any waiting a stack is ready at its first look. */
const impatientClock = { now: () => Date.now(), sleep: async () => {} };
const CLI_TIMEOUT_MS = 120_000;

function hasAwsCli(): boolean {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The AWS CLI names a change set by the second in which it deploys: two deploys in one second would be one name. */
async function nextSecond(): Promise<void> {
  const second = () => Math.floor(Date.now() / 1000);
  for (const last = second(); second() === last; ) await new Promise((resolve) => setTimeout(resolve, 20));
}

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

t.test("the AWS CLI deploys, reads, updates and deletes a stack", async (t) => {
  if (!hasAwsCli()) {
    t.pass("AWS CLI", { skip: "there is no `aws` on this machine" });
    return;
  }
  const sandbox = createSandbox({ clock: impatientClock });
  const folder = await mkdtemp(join(tmpdir(), "cloudformation-cli-"));
  t.teardown(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true });
  });
  const endpoint = await sandbox.listen();
  const file = join(folder, "template.yaml");
  await writeFile(file, TEMPLATE);
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_PAGER: "",
  };
  const aws = async (...args: string[]) => {
    const all = ["--endpoint-url", endpoint, "--output", "json", "cloudformation", ...args];
    return (await run("aws", all, { env, timeout: CLI_TIMEOUT_MS })).stdout;
  };
  const deploy = async (name: string) => {
    await nextSecond();
    return aws(
      "deploy",
      "--stack-name",
      "shop",
      "--template-file",
      file,
      "--capabilities",
      "CAPABILITY_IAM",
      "--no-fail-on-empty-changeset",
      "--parameter-overrides",
      `Name=${name}`,
    );
  };

  t.match(await deploy("one"), "Successfully created/updated stack - shop");
  t.match(await deploy("one"), "No changes to deploy. Stack shop is up to date");
  t.match(JSON.parse(await aws("describe-stacks", "--stack-name", "shop")), {
    Stacks: [
      {
        StackStatus: "CREATE_COMPLETE",
        Outputs: [{ ExportName: "the-topic" }],
        Parameters: [{}, { ParameterValue: "****" }],
      },
    ],
  });
  t.match(await deploy("two"), "Successfully created/updated stack - shop");
  t.equal(JSON.parse(await aws("get-template", "--stack-name", "shop")).TemplateBody, TEMPLATE);
  t.match(JSON.parse(await aws("list-exports")), {
    Exports: [{ Name: "the-topic", Value: "arn:aws:sns:us-east-1:000000000000:two" }],
  });
  t.match(JSON.parse(await aws("describe-stack-events", "--stack-name", "shop")), {
    StackEvents: [{ ResourceStatus: "UPDATE_COMPLETE" }],
  });
  await aws("delete-stack", "--stack-name", "shop");
  await aws("wait", "stack-delete-complete", "--stack-name", "shop");
});

t.test("the SDK reads the same over a socket", async (t) => {
  const sandbox = createSandbox();
  t.teardown(() => sandbox.close());
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new CloudFormationClient({
    endpoint: await sandbox.listen(),
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
  });
  t.teardown(() => client.destroy());
  t.same((await client.send(new DescribeStacksCommand({}))).Stacks, []);
  await t.rejects(client.send(new DescribeStacksCommand({ StackName: "nobody" })), {
    name: "ValidationError",
    message: "Stack with id nobody does not exist",
  });
});
