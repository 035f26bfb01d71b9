import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { awsCli, missing } from "../support/commands.ts";
import { operatorOf } from "../support/deploy-story.ts";
import { fingerprintOf, invoke, startTestAccount, type TestAccount } from "../support/test-account.ts";

const skip = (await missing("aws", "--version")) ?? false;
const STACK = "sam-prod";
const BUCKET = "sam-packages";

/** A template as `sam build` leaves it, with the code of each function in a folder beside it. */
function template(functions: readonly string[], timeout: number): string {
  return [
    "AWSTemplateFormatVersion: '2010-09-09'",
    "Transform: AWS::Serverless-2016-10-31",
    "Parameters:",
    "  Stage: { Type: String }",
    "Globals:",
    "  Function:",
    "    Runtime: nodejs22.x",
    "    Handler: index.handler",
    `    Timeout: ${timeout}`,
    "    AutoPublishAlias: live",
    "    Environment: { Variables: { STAGE: !Ref Stage } }",
    "Resources:",
    ...functions.flatMap((name) => [
      `  ${name}Function:`,
      "    Type: AWS::Serverless::Function",
      "    Properties:",
      `      CodeUri: ${name}`,
      "      Events:",
      "        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour) } }",
      `        Api: { Type: Api, Properties: { Path: /${name.toLowerCase()}, Method: post } }`,
      "    Metadata:",
      `      SamResourceId: ${name}Function`,
    ]),
    "Outputs:",
    "  Url:",
    "    Value: !Sub https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod/",
    "",
  ].join("\n");
}

/** What `sam deploy` asks of AWS, through the AWS CLI: package, a change set with its name and capabilities, its execution. */
const SAM_DEPLOY = `
set -e
cd "$1"
case "$2" in CREATE) done=stack-create-complete ;; *) done=stack-update-complete ;; esac
set=samcli-deploy$(date +%s)
aws cloudformation package --template-file template.yaml --s3-bucket ${BUCKET} --output-template-file packaged.yaml
aws cloudformation create-change-set --stack-name ${STACK} --change-set-name $set --change-set-type "$2" \\
  --template-body file://packaged.yaml --parameters ParameterKey=Stage,ParameterValue=prod \\
  --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND --tags Key=team,Value=pay --description "Created by SAM CLI"
aws cloudformation wait change-set-create-complete --stack-name ${STACK} --change-set-name $set
if [ "$3" = --no-execute-changeset ]; then exit 0; fi
aws cloudformation execute-change-set --stack-name ${STACK} --change-set-name $set
aws cloudformation wait $done --stack-name ${STACK}
`;

async function createProject() {
  const folder = await mkdtemp(join(tmpdir(), "stepback-sam-"));
  return {
    command: (type: "CREATE" | "UPDATE", ...more: string[]) => ["sh", "-c", SAM_DEPLOY, "sam", folder, type, ...more],
    async write(functions: Readonly<Record<string, string>>, timeout: number) {
      await writeFile(join(folder, "template.yaml"), template(Object.keys(functions), timeout));
      for (const [name, says] of Object.entries(functions)) {
        await mkdir(join(folder, name), { recursive: true });
        await writeFile(join(folder, name, "index.js"), `exports.handler = async () => ${JSON.stringify(says)};\n`);
      }
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** What the callers of a SAM function get, at its alias. */
async function callLive(account: TestAccount, logicalId: string): Promise<unknown> {
  const { StackResources } = await account.aws("cloudformation", "DescribeStackResources", { StackName: STACK });
  const found = StackResources.find((resource) => resource.LogicalResourceId === logicalId);
  return invoke(account, found?.PhysicalResourceId ?? "", "live");
}

t.test(
  "what `sam deploy` puts into a stack is rolled back by the line that deploy printed, and deployed again",
  { skip },
  async (t) => {
    const account = await startTestAccount();
    const project = await createProject();
    t.teardown(() => Promise.all([account.close(), project.remove()]));
    const operator = operatorOf(account, { AWS_PAGER: "", AWS_CONFIG_FILE: "/dev/null" });
    const deploy = (...command: Parameters<typeof project.command>) =>
      operator.deploy(["--stack", STACK], project.command(...command));
    await awsCli(account.awsEnv, "s3api", "create-bucket", "--bucket", BUCKET);

    await project.write({ Pay: "pay v1", Cart: "cart v1" }, 3);
    const good = await deploy("CREATE");
    t.equal(good.code, 0, good.stdout + good.stderr);
    t.equal(await callLive(account, "PayFunction"), "pay v1");
    const before = await fingerprintOf(account);

    await project.write({ Pay: "pay v2", Cart: "cart v1", Fresh: "fresh v2" }, 9);
    const bad = await deploy("UPDATE");
    t.equal(bad.code, 0, bad.stdout + bad.stderr);
    t.equal(await callLive(account, "PayFunction"), "pay v2");
    const reviewed = await deploy("UPDATE", "--no-execute-changeset");
    t.match(reviewed.stderr, "altered: nothing", "a change set that nobody executes alters nothing");

    const back = await operator.pasteRollback(bad);
    t.equal(back.code, 0, back.stdout + back.stderr);
    t.match(back.stdout, /lambda-code:sam-prod-PayFunction-\w+ +PayFunction +Restored/);
    t.same(await fingerprintOf(account), before);
    t.equal(await callLive(account, "PayFunction"), "pay v1");

    await project.write({ Pay: "pay v3", Cart: "cart v3", Fresh: "fresh v3" }, 3);
    const next = await deploy("UPDATE");
    t.equal(next.code, 0, next.stdout + next.stderr);
    for (const name of ["Pay", "Cart", "Fresh"])
      t.equal(await callLive(account, `${name}Function`), `${name.toLowerCase()} v3`);
  },
);
