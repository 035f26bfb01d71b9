import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import { type CommandResult, runInProcess } from "../cli/run-in-process.ts";
import { wordsOfTheApi } from "../cli/walks.ts";
import { awsCli, missing } from "../support/commands.ts";
import { makeScratchFolder } from "../support/scratch.ts";
import {
  HOME,
  openTargetScene,
  PLACES,
  placeOf,
  placesCalled,
  ROLE,
  SECOND,
  TARGET_NAMES,
  type TargetName,
  type TargetScene,
} from "../support/targets.ts";
import { ended, fingerprintOf, invoke, rollBack } from "../support/test-account.ts";

const skip = (await missing("aws", "--version")) ?? false;
const STACK = "shop-api";
const STAGE = ["--application", "shop", "--stage", "prod"];

/** A build as it lies in a checkout: one function of a stack, whose code is a folder beside the template. */
const TEMPLATE = `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  Pay:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: pay
      Runtime: nodejs22.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: ./pay
`;

/** The profiles of somebody's AWS CLI: the second account is entered by a role, as the service does. */
const PROFILES = `
[profile virginia]
region = us-east-1
aws_access_key_id = ${HOME}
aws_secret_access_key = test

[profile ireland]
region = eu-west-1
aws_access_key_id = ${HOME}
aws_secret_access_key = test

[profile second]
region = us-east-1
role_arn = ${ROLE}
source_profile = virginia
`;

/** A pipeline that deploys builds by the AWS CLI, and somebody who rolls them back. */
interface Pipeline extends TargetScene {
  /** A build's folder, ready to be deployed to every target. */
  build(says: string): Promise<string>;
  /** `stepback deploy -- aws cloudformation …` of a build to a target. */
  deploy(name: TargetName, number: string, folder: string): Promise<CommandResult>;
  /** The plain command, without Stepback. */
  aws(name: TargetName, ...args: readonly string[]): Promise<Record<string, unknown>>;
  stepback(...args: readonly string[]): Promise<CommandResult>;
  /** Everything that each target has: functions, and the template as the AWS CLI reads it. */
  picture(): Promise<Record<TargetName, unknown>>;
}

async function openPipeline(t: Test): Promise<Pipeline> {
  const scene = await openTargetScene(t);
  const { account, at } = scene;
  const folder = await makeScratchFolder();
  const config = join(folder, "config");
  await writeFile(config, PROFILES);
  const home = { AWS_ENDPOINT_URL: account.awsEnv["AWS_ENDPOINT_URL"] ?? "", AWS_CONFIG_FILE: config, AWS_PAGER: "" };
  const profile = (name: TargetName) => ({ ...home, HOME: folder, AWS_PROFILE: name });
  const aws = (name: TargetName, ...args: readonly string[]) => awsCli(profile(name), ...args);
  const stepback = (...args: readonly string[]) =>
    runInProcess(args, { env: { STEPBACK_URL: account.url, STEPBACK_TOKEN: account.token } });
  const pictureOf = async (name: TargetName) => [
    await fingerprintOf(at[name]),
    await aws(name, "cloudformation", "get-template", "--stack-name", STACK, "--template-stage", "Original"),
  ];
  return {
    ...scene,
    aws,
    stepback,
    async build(says) {
      const made = join(folder, says);
      await mkdir(join(made, "pay"), { recursive: true });
      await writeFile(join(made, "template.yaml"), TEMPLATE);
      await writeFile(join(made, "pay/index.js"), `exports.handler = async () => ${JSON.stringify(says)};\n`);
      return made;
    },
    deploy: (name, number, made) =>
      runInProcess(
        ["deploy", ...STAGE, "--build", number, "--target", name, "--stack", STACK, "--", "sh", "-c", deployLine(name)],
        { env: { ...profile(name), BUILD: made, STEPBACK_URL: account.url, STEPBACK_TOKEN: account.token } },
      ),
    async picture() {
      const [virginia, ireland, second] = await Promise.all(TARGET_NAMES.map(pictureOf));
      return { virginia, ireland, second };
    },
  };
}

/** Names of buckets are unique over all accounts, and a stack's code lies in its own region. */
const bucketOf = (name: TargetName) => `builds-${name}`;

function deployLine(name: TargetName): string {
  const packaged = `packaged-${name}.yaml`;
  return [
    'cd "$BUILD"',
    `aws cloudformation package --template-file template.yaml --s3-bucket ${bucketOf(name)} --output-template-file ${packaged}`,
    `aws cloudformation deploy --template-file ${packaged} --stack-name ${STACK} --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset`,
  ].join(" && ");
}

/** The same build to every target, side by side: what one locks concerns no other. Returns the deployments' ids. */
async function deployEverywhere(
  t: Test,
  pipeline: Pipeline,
  build: { number: string; folder: string },
): Promise<Record<TargetName, string>> {
  const ran = await Promise.all(TARGET_NAMES.map((name) => pipeline.deploy(name, build.number, build.folder)));
  for (const { code, stdout, stderr } of ran) t.equal(code, 0, stdout + stderr);
  const idIn = async (target: TargetName) => {
    const { stdout } = await pipeline.stepback("deployments", ...STAGE, "--target", target, "--output", "json");
    return (JSON.parse(stdout) as { items: { id: string }[] }).items[0]?.id ?? "";
  };
  const [virginia = "", ireland = "", second = ""] = await Promise.all(TARGET_NAMES.map(idIn));
  return { virginia, ireland, second };
}

const says = ({ at }: TargetScene) => Promise.all(TARGET_NAMES.map((name) => invoke(at[name], "pay")));

t.test("one build, deployed by the AWS CLI to two regions and a second account", { skip }, async (t) => {
  const pipeline = await openPipeline(t);
  const { account, at, stepback, picture } = pipeline;
  await Promise.all(
    TARGET_NAMES.map((name) => {
      const { region } = PLACES[name];
      const where = region === "us-east-1" ? [] : ["--create-bucket-configuration", `LocationConstraint=${region}`];
      return pipeline.aws(name, "s3api", "create-bucket", "--bucket", bucketOf(name), ...where);
    }),
  );
  const first = await pipeline.build("v1");
  await deployEverywhere(t, pipeline, { number: "1", folder: first });
  const good = await picture();
  const deployed = await deployEverywhere(t, pipeline, { number: "2", folder: await pipeline.build("v2") });
  const bad = await picture();
  t.same(await says(pipeline), ["v2", "v2", "v2"]);

  await t.test("is a deployment with a restore point of its own in each of them", async (t) => {
    const snapshots = new Set<string>();
    const digests = new Set<string>();
    for (const name of TARGET_NAMES) {
      const { body } = await account.api("GET", `/v1/deployments/${deployed[name]}`);
      const { accountId, region } = PLACES[name];
      t.match(body, { status: "Completed", build: "2", target: { name, account: accountId, region } });
      snapshots.add(body.snapshot.id);
      digests.add((await at[name].aws("lambda", "GetFunctionConfiguration", { FunctionName: "pay" })).CodeSha256);
    }
    t.equal(snapshots.size, 3);
    t.equal(digests.size, 1, "what runs in each is the same build");
  });

  await t.test("cannot be rolled back in several targets by one rollback, and the advice works", async (t) => {
    const two = ["--deployment", deployed.virginia, "--deployment", deployed.second];
    const ofBuild = [...STAGE, "--to-build", "1"];
    account.sandbox.calls.clear();
    for (const [origin, named] of [
      [two, /virginia, second/],
      [ofBuild, /ireland, second, virginia/],
    ] as const) {
      const { code, stdout, stderr } = await stepback("rollback", ...origin, "--all", "--yes");
      t.equal(code, 254, "the service refused");
      t.match(stderr, /SEVERAL_TARGETS/);
      t.match(stderr, named);
      t.match(stderr, /`--deployment`.*`--target`/s, "the advice names the options");
      t.same(wordsOfTheApi(stdout + stderr), []);
    }
    const both = { deployment: [deployed.virginia, deployed.second], components: "all" };
    const refused = await account.api("POST", "/v1/rollbacks", both);
    t.match(refused, { status: 409, body: { code: "SEVERAL_TARGETS", errors: [{}, {}] } });
    const toBuild = { toBuild: "1", components: "all" };
    const unnamed = await account.api("POST", "/v1/applications/shop/stages/prod/rollback", toBuild);
    t.match(unnamed, { status: 409, body: { code: "SEVERAL_TARGETS" } });
    t.same(account.sandbox.calls.all(), [], "AWS was asked nothing");
    t.same(await picture(), bad);

    account.sandbox.calls.clear();
    const followed = await stepback("rollback", "--deployment", deployed.second, "--all", "--yes");
    t.equal(followed.code, 0, followed.stdout + followed.stderr);
    t.same(placesCalled(pipeline), [placeOf("second")], "no other target was touched or read");
    t.same(await picture(), { ...bad, second: good.second });

    account.sandbox.calls.clear();
    const named = await stepback("rollback", ...ofBuild, "--target", "ireland", "--all", "--yes");
    t.equal(named.code, 0, named.stdout + named.stderr);
    t.same(placesCalled(pipeline), [placeOf("ireland")]);
    t.same(await picture(), { ...good, virginia: bad.virginia });
    t.same(await says(pipeline), ["v2", "v1", "v1"]);
  });

  await t.test("is what the AWS CLI finds to deploy nothing of, where the build before it is live again", async (t) => {
    const again = await pipeline.deploy("second", "1", first);
    t.equal(again.code, 0, again.stdout + again.stderr);
    const { body } = await account.api("GET", "/v1/deployments?application=shop&target=second&limit=1");
    t.match(body.items, [{ status: "Completed", notRollbackableReason: "NOTHING_ALTERED" }]);
    t.same((await picture()).second, good.second);
  });

  await t.test("is neither deployed nor rolled back where the credentials are of another account", async (t) => {
    account.sandbox.faults.alter({
      match: ({ operation, accountId }) => operation === "GetCallerIdentity" && accountId === SECOND,
      change: (output) => ({ ...output, Account: "444444444444" }),
    });
    const wrong = `The target second is account ${SECOND}; the credentials are of account 444444444444.`;
    /** To take the role is no reading; its credentials last for more than one job. */
    const asked = () => {
      const operations = account.sandbox.calls.all().map(({ operation }) => operation);
      return [...new Set(operations)].filter((operation) => operation !== "AssumeRole");
    };
    const before = await picture();

    account.sandbox.calls.clear();
    const deploy = await pipeline.deploy("second", "3", await pipeline.build("v3"));
    t.equal(deploy.code, 254, "the deploy was not started");
    t.match(deploy.stderr, "WRONG_TARGET");
    t.match(deploy.stderr, wrong);
    t.same(asked(), ["GetCallerIdentity"], "neither Stepback nor the command asked anything else");

    account.sandbox.calls.clear();
    const request = { application: "shop", stage: "prod", target: "second", scope: { stacks: [STACK] } };
    const opened = await account.api("POST", "/v1/deployments", request);
    const failed = await ended(account, `/v1/deployments/${opened.body.id}` as const);
    t.match(failed, { status: "Exception", error: { code: "WRONG_TARGET", detail: wrong } });
    const line = await stepback("rollback", "--deployment", deployed.second, "--all", "--yes");
    t.equal(line.code, 254, "it could not be planned");
    t.match(line.stdout + line.stderr, "WRONG_TARGET");
    const back = await rollBack(account, deployed.second, "all");
    t.match(back, { status: "Exception", error: { code: "WRONG_TARGET", detail: wrong } });
    t.same(asked(), ["GetCallerIdentity"]);

    account.sandbox.faults.off();
    t.same(await picture(), before);
    t.match(await rollBack(account, deployed.virginia, "all"), { status: "Completed" }, "other targets go on");
    t.same(await picture(), good);
  });
});
