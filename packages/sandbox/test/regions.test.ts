import { CloudFormationClient, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import t, { type Test } from "tap";
import { isRegion } from "#sandbox/core/regions";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";

/** Any region of AWS that has a name like it, but is none. */
const NOWHERE = "eu-east-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

function openSandbox(t: Test): Sandbox {
  const sandbox = createSandbox({ updateMs: 0 });
  t.teardown(() => sandbox.close());
  return sandbox;
}

function configOf(sandbox: Sandbox, region: string) {
  const requestHandler = sandbox.requestHandler();
  return { endpoint: "http://sandbox.localhost", region, credentials, maxAttempts: 1, requestHandler };
}

t.test("a signature for a region that does not exist is refused in each protocol's words", async (t) => {
  const sandbox = openSandbox(t);
  const config = configOf(sandbox, NOWHERE);
  const scoped = "Credential should be scoped to a valid region";
  await t.rejects(new LambdaClient(config).send(new ListFunctionsCommand({})), {
    name: "InvalidSignatureException",
    message: `${scoped}. `,
    $metadata: { httpStatusCode: 403 },
  });
  await t.rejects(new DynamoDBClient(config).send(new ScanCommand({ TableName: "t" })), {
    name: "InvalidSignatureException",
    message: `${scoped}. `,
    $metadata: { httpStatusCode: 400 },
  });
  for (const sent of [
    new CloudFormationClient(config).send(new ListStacksCommand({})),
    new STSClient(config).send(new GetCallerIdentityCommand({})),
  ]) {
    await t.rejects(sent, {
      name: "SignatureDoesNotMatch",
      message: `${scoped}, not '${NOWHERE}'. `,
      $metadata: { httpStatusCode: 403 },
    });
  }
  await t.rejects(new S3Client({ ...config, forcePathStyle: true }).send(new ListBucketsCommand({})), {
    name: "AuthorizationHeaderMalformed",
    message: `The authorization header is malformed; the region '${NOWHERE}' is wrong; expecting 'us-east-1'`,
    Region: "us-east-1",
    $metadata: { httpStatusCode: 400 },
  });
  t.same(sandbox.calls.all(), [], "nothing has been called there");
});

t.test("regions of every partition exist", async (t) => {
  for (const region of ["us-east-1", "ap-southeast-7", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"]) {
    t.ok(isRegion(region), region);
  }
  for (const region of ["", "us-east", "us-east-9", "EU", "aws-global"]) t.notOk(isRegion(region), region);
});

t.test("a presigned URL for another region than the bucket's is wrong in its own words", async (t) => {
  const sandbox = openSandbox(t);
  const west = new S3Client(configOf(sandbox, "eu-west-1"));
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const };
  await west.send(new CreateBucketCommand({ Bucket: "code", CreateBucketConfiguration }));
  const { response } = await sandbox.requestHandler().handle({
    ...{ method: "GET", hostname: "code.s3.eu-west-1.amazonaws.com", path: "/a", headers: {} },
    query: { "X-Amz-Credential": "test/20261130/us-east-1/s3/aws4_request" },
  });
  const text = Buffer.concat(await response.body.toArray()).toString();
  t.equal(response.statusCode, 400);
  t.match(text, "<Code>AuthorizationQueryParametersError</Code>");
  t.match(
    text,
    /Error parsing the X-Amz-Credential parameter; the region (?:'|&apos;)us-east-1(?:'|&apos;) is wrong; expecting (?:'|&apos;)eu-west-1/,
  );
});

t.test("a bucket is made in no region that does not exist, and lists are of regions that do", async (t) => {
  const sandbox = openSandbox(t);
  const s3 = new S3Client({ ...configOf(sandbox, "us-east-1"), forcePathStyle: true });
  const create = (Bucket: string, LocationConstraint: string) =>
    s3.send(
      new CreateBucketCommand({
        Bucket,
        CreateBucketConfiguration: { LocationConstraint: LocationConstraint as "EU" },
      }),
    );
  await t.rejects(create("code", NOWHERE), {
    name: "InvalidLocationConstraint",
    LocationConstraint: NOWHERE,
    $metadata: { httpStatusCode: 400 },
  });
  await t.rejects(s3.send(new ListObjectsV2Command({ Bucket: "code" })), { name: "NoSuchBucket" });
  await create("old", "EU");
  t.match(await s3.send(new ListBucketsCommand({ BucketRegion: "eu-west-1" })), { Buckets: [{ Name: "old" }] });
  await t.rejects(s3.send(new ListBucketsCommand({ BucketRegion: NOWHERE })), { name: "InvalidArgument" });
});
