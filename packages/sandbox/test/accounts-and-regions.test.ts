import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CreateFunctionCommand, GetFunctionCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import {
  CreateBucketCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import t, { type Test } from "tap";
import type { AccountRegion } from "#sandbox/core/contract";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { ManualClock } from "./manual-clock.ts";
import { handlerZip, overEachTransport, type Transport } from "./sandbox-harness.ts";

const OTHER = "222222222222";

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Clients {
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
  readonly cloudFormation: CloudFormationClient;
}

interface Stage {
  readonly sandbox: Sandbox;
  clients(region: string, credentials?: Credentials, more?: { readonly forcePathStyle: boolean }): Clients;
}

async function openStage(t: Test, transport: Transport = "request handler"): Promise<Stage> {
  const sandbox = createSandbox({ updateMs: 0 });
  const endpoint = transport === "socket" ? await sandbox.listen() : "http://sandbox.localhost";
  const handler = transport === "socket" ? {} : { requestHandler: sandbox.requestHandler() };
  const opened: { destroy(): void }[] = [];
  t.teardown(async () => {
    for (const client of opened) client.destroy();
    await sandbox.close();
  });
  return {
    sandbox,
    clients: (region, credentials = keyOf("test"), { forcePathStyle } = { forcePathStyle: true }) => {
      const config = { endpoint, region, credentials, maxAttempts: 1, ...handler };
      const clients = {
        lambda: new LambdaClient(config),
        s3: new S3Client({ ...config, forcePathStyle }),
        sts: new STSClient(config),
        cloudFormation: new CloudFormationClient(config),
      };
      opened.push(...Object.values(clients));
      return clients;
    },
  };
}

function keyOf(accessKeyId: string): Credentials {
  return { accessKeyId, secretAccessKey: "test" };
}

async function assume({ sts }: Clients, accountId: string): Promise<Credentials> {
  const RoleArn = `arn:aws:iam::${accountId}:role/deploy/restorer`;
  const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "night" }));
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = given ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

function failureOf(sent: Promise<unknown>): Promise<unknown> {
  return sent.catch((error: unknown) => error);
}

function createFunction({ lambda }: Clients, name: string, code: object = { ZipFile: handlerZip("v1") }) {
  const settings = {
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Role: "arn:aws:iam::000000000000:role/x",
  } as const;
  return lambda.send(new CreateFunctionCommand({ FunctionName: name, ...settings, Code: code }));
}

overEachTransport("a function exists only in its own account and region", async (t, transport) => {
  const { clients } = await openStage(t, transport);
  const here = clients("us-east-1");
  const places: readonly [Clients, string][] = [
    [here, "us-east-1:000000000000"],
    [clients("eu-west-1"), "eu-west-1:000000000000"],
    [clients("us-east-1", await assume(here, OTHER)), `us-east-1:${OTHER}`],
    [clients("us-east-1", keyOf("333333333333")), "us-east-1:333333333333"],
  ];
  for (const [place, name] of places) {
    t.same((await place.lambda.send(new ListFunctionsCommand({}))).Functions, [], `${name} begins empty`);
    const { FunctionArn } = await createFunction(place, "pay");
    t.equal(FunctionArn, `arn:aws:lambda:${name}:function:pay`);
    const { Code } = await place.lambda.send(new GetFunctionCommand({ FunctionName: "pay" }));
    t.match(Code?.Location, `awslambda-${name.split(":")[0]}-tasks/snapshots/${name.split(":")[1]}/`);
  }
});

overEachTransport(
  "STS says who the caller is: the user, the role's session, or the session's user",
  async (t, transport) => {
    const { clients } = await openStage(t, transport);
    const here = clients("us-east-1");
    const whoAmI = async ({ sts }: Clients) => {
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      return { Account, Arn };
    };
    t.same(await whoAmI(here), { Account: "000000000000", Arn: "arn:aws:iam::000000000000:user/sandbox" });
    const role = clients("eu-west-1", await assume(here, OTHER));
    const session = `arn:aws:sts::${OTHER}:assumed-role/restorer/night`;
    t.same(await whoAmI(role), { Account: OTHER, Arn: session });
    const { Credentials: token } = await role.sts.send(new GetSessionTokenCommand({}));
    const temporary = { accessKeyId: token?.AccessKeyId ?? "", secretAccessKey: token?.SecretAccessKey ?? "" };
    t.same(await whoAmI(clients("us-east-1", temporary)), { Account: OTHER, Arn: session });
    t.same(await whoAmI(clients("us-east-1", await assume(role, "333333333333"))), {
      Account: "333333333333",
      Arn: "arn:aws:sts::333333333333:assumed-role/restorer/night",
    });
    await t.rejects(
      here.sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${OTHER}:user/x`, RoleSessionName: "night" })),
      {
        name: "ValidationError",
        message: `arn:aws:iam::${OTHER}:user/x is invalid`,
      },
    );
  },
);

t.test(
  "a stack, its names and its exports are of its own account and region; IAM's names are the account's",
  async (t) => {
    const { sandbox, clients } = await openStage(t);
    const template = (resources: object) =>
      JSON.stringify({ Resources: resources, Outputs: { Out: { Value: "1", Export: { Name: "shared" } } } });
    const topic = { Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "alarm" } } };
    const role = {
      Role: { Type: "AWS::IAM::Role", Properties: { RoleName: "deployer", AssumeRolePolicyDocument: {} } },
    };
    const deploy = async (place: AccountRegion, resources: object) => {
      const { cloudFormation } = clients(place.region, keyOf(place.accountId));
      const TemplateBody = template(resources);
      const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
      await cloudFormation.send(new CreateStackCommand({ StackName: "shop", TemplateBody, Capabilities }));
      for (;;) {
        const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: "shop" }));
        const { StackStatus = "", StackId } = Stacks?.[0] ?? {};
        if (!StackStatus.endsWith("IN_PROGRESS")) return { StackStatus, StackId };
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const home = { accountId: "000000000000", region: "us-east-1" };
    t.match(await deploy(home, { ...topic, ...role }), { StackStatus: "CREATE_COMPLETE" });
    t.match(await deploy({ ...home, region: "eu-west-1" }, topic), {
      StackStatus: "CREATE_COMPLETE",
      StackId: /^arn:aws:cloudformation:eu-west-1:000000000000:stack\/shop\//,
    });
    t.match(await deploy({ ...home, accountId: OTHER }, { ...topic, ...role }), { StackStatus: "CREATE_COMPLETE" });
    t.match(await deploy({ ...home, region: "eu-north-1" }, { ...topic, ...role }), {
      StackStatus: "ROLLBACK_COMPLETE",
    });
    t.match(
      sandbox.calls.all().filter(({ operation }) => operation === "CreateStack"),
      [home, { region: "eu-west-1" }, { accountId: OTHER }, { region: "eu-north-1" }],
      "the log says where each call acted",
    );
  },
);

overEachTransport(
  "a bucket's name is taken everywhere; its region is asked again, its account alone has it",
  async (t, transport) => {
    const { sandbox, clients } = await openStage(t, transport);
    const [home, west] = [clients("us-east-1"), clients("eu-west-1")];
    const other = clients("us-east-1", await assume(home, OTHER));
    const create = ({ s3 }: Clients, Bucket: string, LocationConstraint?: "eu-west-1") =>
      s3.send(
        new CreateBucketCommand({
          Bucket,
          ...(LocationConstraint ? { CreateBucketConfiguration: { LocationConstraint } } : {}),
        }),
      );
    // The SDK's client would name the region itself.
    await t.rejects(sandbox.service("s3", { region: "eu-west-1" }).call("CreateBucket", { Bucket: "code" }, "wire"), {
      name: "IllegalLocationConstraintException",
    });
    await create(west, "code", "eu-west-1");
    await create(home, "home");
    await t.resolves(create(home, "home"), "us-east-1 lets the owner create it again");
    await t.rejects(create(west, "code", "eu-west-1"), { name: "BucketAlreadyOwnedByYou" });
    await t.rejects(create(home, "code"), { name: "BucketAlreadyOwnedByYou" });
    await t.rejects(create(other, "home"), { name: "BucketAlreadyExists" });

    await west.s3.send(new PutObjectCommand({ Bucket: "code", Key: "a", Body: "one" }));
    await t.rejects(home.s3.send(new GetObjectCommand({ Bucket: "code", Key: "a" })), {
      name: "PermanentRedirect",
      Endpoint: "s3.eu-west-1.amazonaws.com",
      $metadata: { httpStatusCode: 301 },
    });
    t.match(await failureOf(home.s3.send(new HeadBucketCommand({ Bucket: "code" }))), {
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { "x-amz-bucket-region": "eu-west-1" } },
    });
    t.equal((await home.s3.send(new GetBucketLocationCommand({ Bucket: "code" }))).LocationConstraint, "eu-west-1");
    t.equal((await west.s3.send(new HeadBucketCommand({ Bucket: "code" }))).BucketRegion, "eu-west-1");
    t.match(await failureOf(other.s3.send(new HeadBucketCommand({ Bucket: "home" }))), {
      $metadata: { httpStatusCode: 403 },
    });
    const listed = async ({ s3 }: Clients) =>
      (await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
    t.same(await listed(west), ["code", "home"], "a list has the buckets of every region");
    t.same(await listed(other), []);

    await t.rejects(createFunction(home, "pay", { S3Bucket: "code", S3Key: "a" }), {
      name: "InvalidParameterValueException",
      message:
        "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: eu-west-1. Please use this region to retry the request",
    });
  },
);

t.test("a bucket in the host is reached in its region, where a signature for another one is malformed", async (t) => {
  const { clients } = await openStage(t);
  const west = clients("eu-west-1", keyOf("test"), { forcePathStyle: false });
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const };
  await west.s3.send(new CreateBucketCommand({ Bucket: "code", CreateBucketConfiguration }));
  const home = clients("us-east-1", keyOf("test"), { forcePathStyle: false });
  await t.rejects(home.s3.send(new GetObjectCommand({ Bucket: "code", Key: "a" })), {
    name: "AuthorizationHeaderMalformed",
    message: "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
    Region: "eu-west-1",
    $metadata: { httpStatusCode: 400 },
  });
});

t.test("CloudFormation reads templates from buckets of other regions of its account", async (t) => {
  const { clients } = await openStage(t);
  const [home, west] = [clients("us-east-1"), clients("eu-west-1")];
  await home.s3.send(new CreateBucketCommand({ Bucket: "templates" }));
  const Body = JSON.stringify({ Resources: { Topic: { Type: "AWS::SNS::Topic" } } });
  await home.s3.send(new PutObjectCommand({ Bucket: "templates", Key: "shop.json", Body }));
  const TemplateURL = "https://templates.s3.amazonaws.com/shop.json";
  await t.resolves(west.cloudFormation.send(new CreateStackCommand({ StackName: "shop", TemplateURL })));
  const other = clients("us-east-1", await assume(home, OTHER));
  await t.rejects(other.cloudFormation.send(new CreateStackCommand({ StackName: "shop", TemplateURL })), {
    message: "S3 error: Access Denied",
  });
});

t.test("each account has its quotas in each region", async (t) => {
  const sandbox = createSandbox({ clock: new ManualClock(), quotas: { "lambda:*": 1 } });
  t.teardown(() => sandbox.close());
  const handler = { requestHandler: sandbox.requestHandler(), maxAttempts: 1, endpoint: "http://sandbox.localhost" };
  const list = (region: string, accessKeyId: string) =>
    new LambdaClient({ ...handler, region, credentials: keyOf(accessKeyId) }).send(new ListFunctionsCommand({}));
  await list("us-east-1", "test");
  await t.rejects(list("us-east-1", "test"), { name: "TooManyRequestsException" });
  await list("eu-west-1", "test");
  await list("us-east-1", OTHER);
});

t.test("service() reaches any account and region without a protocol", async (t) => {
  const { sandbox, clients } = await openStage(t);
  await createFunction(clients("eu-west-1"), "pay");
  const names = async (place?: Partial<AccountRegion>) =>
    (await sandbox.service("lambda", place).call("ListFunctions", {}, "wire"))["Functions"];
  t.match(await names({ region: "eu-west-1" }), [{ FunctionName: "pay" }]);
  t.same(await names({ accountId: OTHER, region: "eu-west-1" }), []);
  t.same(await names(), []);
});
