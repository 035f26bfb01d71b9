import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { awsCli, missing } from "../support/commands.ts";
import { operatorOf } from "../support/deploy-story.ts";
import { fingerprintOf, invoke, startTestAccount } from "../support/test-account.ts";

const skip = (await missing("aws", "--version")) ?? false;
const STACK = "cli-prod";
const BUCKET = "cli-packages";

/** A template as it lies in a repository: the code of each function is a folder beside it. */
function template(functions: readonly string[], topic: string): string {
  const resources = functions.flatMap((name) => [
    `  ${name}:`,
    "    Type: AWS::Lambda::Function",
    "    Properties:",
    `      FunctionName: !Sub "\${AWS::StackName}-${name}"`,
    "      Runtime: nodejs22.x",
    "      Handler: index.handler",
    "      Role: !GetAtt Role.Arn",
    `      Code: ./${name}`,
    "      Environment: { Variables: { TOPIC: !Ref Topic } }",
    `  ${name}Log:`,
    "    Type: AWS::Logs::LogGroup",
    `    Properties: { LogGroupName: !Sub "/aws/lambda/\${${name}}", RetentionInDays: 14 }`,
  ]);
  return [
    "Resources:",
    "  Role:",
    "    Type: AWS::IAM::Role",
    "    Properties:",
    "      AssumeRolePolicyDocument:",
    "        Version: '2012-10-17'",
    "        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]",
    "  Topic:",
    "    Type: AWS::SNS::Topic",
    `    Properties: { TopicName: ${topic} }`,
    ...resources,
    "",
  ].join("\n");
}

async function createProject() {
  const folder = await mkdtemp(join(tmpdir(), "stepback-aws-cli-"));
  const deploy = [
    `aws cloudformation package --template-file template.yaml --s3-bucket ${BUCKET} --output-template-file packaged.yaml`,
    `aws cloudformation deploy --template-file packaged.yaml --stack-name ${STACK} --capabilities CAPABILITY_IAM`,
  ].join(" && ");
  return {
    command: ["sh", "-c", `cd ${folder} && ${deploy}`],
    async write(functions: Readonly<Record<string, string>>, topic = "orders") {
      await writeFile(join(folder, "template.yaml"), template(Object.keys(functions), topic));
      for (const [name, says] of Object.entries(functions)) {
        await mkdir(join(folder, name), { recursive: true });
        await writeFile(join(folder, name, "index.js"), `exports.handler = async () => ${JSON.stringify(says)};\n`);
      }
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

t.test(
  "what `aws cloudformation package` and `deploy` put into a stack is rolled back by the line that deploy printed, and deployed again",
  { skip },
  async (t) => {
    const account = await startTestAccount();
    const project = await createProject();
    t.teardown(() => Promise.all([account.close(), project.remove()]));
    const operator = operatorOf(account, { AWS_PAGER: "", AWS_CONFIG_FILE: "/dev/null" });
    const deploy = () => operator.deploy(["--stack", STACK], project.command);
    await awsCli(account.awsEnv, "s3api", "create-bucket", "--bucket", BUCKET);

    await project.write({ Pay: "pay v1", Cart: "cart v1" });
    const good = await deploy();
    t.equal(good.code, 0, good.stderr);
    const before = await fingerprintOf(account);
    t.equal(await invoke(account, `${STACK}-Pay`), "pay v1");

    await project.write({ Pay: "pay v2", Cart: "cart v1", Fresh: "fresh v2" }, "orders");
    const bad = await deploy();
    t.equal(bad.code, 0, bad.stderr);
    t.equal(await invoke(account, `${STACK}-Pay`), "pay v2");

    const back = await operator.pasteRollback(bad);
    t.equal(back.code, 0, back.stdout + back.stderr);
    t.same(await fingerprintOf(account), before);
    t.equal(await invoke(account, `${STACK}-Pay`), "pay v1");

    await project.write({ Pay: "pay v3", Cart: "cart v3", Fresh: "fresh v3" });
    const next = await deploy();
    t.equal(next.code, 0, next.stderr);
    for (const name of ["Pay", "Cart", "Fresh"])
      t.equal(await invoke(account, `${STACK}-${name}`), `${name.toLowerCase()} v3`);
  },
);
