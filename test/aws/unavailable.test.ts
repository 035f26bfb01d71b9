import t, { type Test } from "tap";
import { AwsError } from "#sandbox/core/contract";
import type { FailOptions } from "#sandbox/core/faults";
import { shortenPauses } from "../support/short-pauses.ts";
import { openStage, ownFunction, type Stage } from "./aws-stage.ts";

const PAGE = "<!doctype html><html><body>Not here<br></body></html>";
const page = (status: number, body = PAGE) => ({
  status,
  headers: { "content-type": "text/html" },
  body: new TextEncoder().encode(body),
});

/** How servers say that they do not have a call, each with the rule that the message names. */
const LACKING: readonly (readonly [string, FailOptions["error"], RegExp])[] = [
  ["400 InvalidAction", new AwsError("InvalidAction", "The action is not valid.", 400), /HTTP 400, InvalidAction\)/],
  ["404 UnknownOperation", new AwsError("UnknownOperationException", "", 404), /UnknownOperationException\)/],
  ["404 without a name", page(404), /HTTP 404/],
  ["501 as of an emulator", new AwsError("InternalFailure", "not yet implemented", 501), /HTTP 501\)/],
  ["501 as a page", page(501), /HTTP 501\)/],
  ["500 as a page", page(500), /HTTP 500, the answer cannot be parsed\)/],
  ["405", page(405), /HTTP 405\)/],
  ["200 as a page", page(200), /HTTP 200, the answer is not (JSON|XML)\)/],
  ["200 without a body", page(200, ""), /HTTP 200, the answer is empty\)/],
];

/** Every read that a backup can do without, and how its gateway returns that it is unavailable. */
const OPTIONAL: readonly (readonly [string, (stage: Stage) => Promise<unknown>])[] = [
  ["GetRuntimeManagementConfig", ({ aws }) => aws.lambda.getRuntimeManagement("pay")],
  ["GetFunctionRecursionConfig", ({ aws }) => aws.lambda.getRecursiveLoop("pay")],
  ["GetFunctionCodeSigningConfig", ({ aws }) => aws.lambda.getCodeSigning("pay")],
  ["ListFunctionEventInvokeConfigs", ({ aws }) => aws.lambda.listEventInvokes("pay")],
  ["ListFunctionUrlConfigs", ({ aws }) => aws.lambda.listUrls("pay")],
  ["GetPolicy", ({ aws }) => aws.lambda.getPolicy({ functionName: "pay", qualifier: null })],
  ["ListProvisionedConcurrencyConfigs", ({ aws }) => aws.lambda.listProvisioned("pay")],
  ["ListTags", ({ aws }) => aws.lambda.listTags("arn:aws:lambda:us-east-1:000000000000:function:pay")],
  ["GetStackPolicy", ({ aws }) => aws.cloudFormation.getStackPolicy("shop")],
];

/** Responses that may have been cut off on their way: the second and the third like it tell of the server. */
const UNCLEAR: ReadonlySet<string> = new Set(["500 as a page", "200 as a page", "200 without a body"]);

async function openShop(t: Test): Promise<Stage> {
  const stage = openStage(t);
  await ownFunction(stage, "pay", "v1");
  const TemplateBody = JSON.stringify({
    Resources: { Topic: { Type: "AWS::SNS::Topic" } },
  });
  await stage.own("cloudformation", "CreateStack", { StackName: "shop", TemplateBody });
  await stage.aws.cloudFormation.awaitStack("shop");
  return stage;
}

function failing({ sandbox }: Stage, operation: string, error: FailOptions["error"]): void {
  sandbox.faults.fail({ match: (record) => record.operation === operation, error });
}

t.test(
  "a read that the server lacks is unavailable, with the host, the call and the rule, and is not tried for long",
  async (t) => {
    const stage = await openShop(t);
    for (const [operation, read] of OPTIONAL) {
      for (const [how, error, rule] of LACKING) {
        failing(stage, operation, error);
        stage.sandbox.calls.clear();
        const found = (await read(stage)) as { unavailable: string; lacking: boolean };
        t.match(found, { lacking: true, unavailable: rule }, `${operation}: ${how}`);
        t.match(
          found.unavailable,
          new RegExp(`${operation}: sandbox.localhost lacks the call`),
          `${operation}: ${how}`,
        );
        const tries = UNCLEAR.has(how) ? 3 : 1;
        t.equal(stage.sandbox.calls.all().length, tries, `${operation}: ${how} is tried ${tries} times`);
        stage.sandbox.faults.off();
      }
    }
  },
);

t.test("a denied read is unavailable too, but may have a value", async (t) => {
  const stage = await openShop(t);
  for (const [operation, read] of OPTIONAL) {
    failing(stage, operation, new AwsError("AccessDeniedException", "User is not authorized", 403));
    t.match(await read(stage), { lacking: false, unavailable: /is not allowed/ }, operation);
    stage.sandbox.faults.off();
  }
});

t.test("throttling, an overloaded server and a broken connection are failures of an optional read", async (t) => {
  const stage = await openShop(t);
  const failures: readonly (readonly [FailOptions["error"], string])[] = [
    [new AwsError("TooManyRequestsException", "Rate exceeded", 429), "AWS_THROTTLED"],
    [page(503), "AWS_UNAVAILABLE"],
    [page(502), "AWS_UNAVAILABLE"],
    ["reset", "AWS_UNAVAILABLE"],
  ];
  shortenPauses(t);
  const tries = OPTIONAL.map(async ([operation, read], index) => {
    const [error, code] = failures[index % failures.length] ?? ["reset", "AWS_UNAVAILABLE"];
    failing(stage, operation, error);
    await t.rejects(read(stage), { code }, `${operation}: ${code}`);
  });
  await Promise.all(tries);
});

t.test("exports and importers that the server cannot list are unknown", async (t) => {
  const stage = await openShop(t);
  for (const [how, error] of LACKING) {
    failing(stage, "ListExports", error);
    failing(stage, "ListImports", error);
    t.equal(await stage.aws.cloudFormation.listExports(), null, how);
    t.same(await stage.aws.cloudFormation.listImporters("shop:topic"), [], how);
    stage.sandbox.faults.off();
  }
});

t.test("a required read that the server lacks says so, and never to try again later", async (t) => {
  const stage = await openShop(t);
  for (const [how, error] of LACKING) {
    failing(stage, "GetTemplate", error);
    failing(stage, "ListAliases", error);
    const unsupported = { code: "AWS_UNSUPPORTED", detail: /sandbox.localhost lacks the call/ };
    await t.rejects(stage.aws.cloudFormation.getTemplate("shop"), unsupported, how);
    await t.rejects(stage.aws.lambda.listAliases("pay"), unsupported, how);
    stage.sandbox.faults.off();
  }
});

t.test(
  "a response to a read that was cut off or garbled once is asked for again, and never taken for a value",
  async (t) => {
    const stage = await openShop(t);
    for (const Bucket of ["files"]) await stage.own("s3", "CreateBucket", { Bucket });
    await stage.own("s3", "PutObject", { Bucket: "files", Key: "one", Body: Buffer.from("one") });
    const READS: readonly (readonly [string, () => Promise<unknown>, unknown])[] = [
      ["GetStackPolicy", () => stage.aws.cloudFormation.getStackPolicy("shop"), { value: null }],
      ["ListImports", () => stage.aws.cloudFormation.listImporters("none"), []],
      ["DescribeStacks", async () => (await stage.aws.cloudFormation.getStack("shop"))?.name, "shop"],
      ["ListVersionsByFunction", () => stage.aws.lambda.listVersions("pay"), []],
      ["GetCallerIdentity", () => stage.aws.identity.whoAmI(), { account: "000000000000", region: "us-east-1" }],
      ["ListObjectVersions", () => stage.aws.objects.isEmpty("files"), false],
      ["HeadObject", async () => (await stage.aws.objects.head("files", "one"))?.sizeBytes, 3],
      ["GetObject", async () => (await stage.aws.objects.open("files", "one"))?.sizeBytes, 3],
    ];
    for (const [operation, read, value] of READS) {
      for (const [how, answer] of Object.entries({
        torn: page(200),
        "well-formed": page(200, "<html><p>Sign in</p></html>"),
      })) {
        const match = (record: { readonly operation: string }) => record.operation === operation;
        stage.sandbox.faults.fail({ match, times: 1, error: answer });
        t.match(await read(), value, `${operation}: a ${how} page`);
        stage.sandbox.faults.cut({ match, times: 1 });
        t.match(await read(), value, `${operation}: half of its response`);
        stage.sandbox.faults.off();
      }
    }
  },
);
