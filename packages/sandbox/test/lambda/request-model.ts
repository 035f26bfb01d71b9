import t from "tap";
import { AwsError, type Shape } from "#sandbox/core/contract";
import { API_MODEL } from "#sandbox/lambda/api-model";
import { createSandbox } from "#sandbox/sandbox";

const sandbox = createSandbox({ updateMs: 0 });
t.teardown(() => sandbox.close());

/** The message of a refused request; undefined if it was accepted. */
async function refusal(operation: string, input: Shape): Promise<string | undefined> {
  try {
    await sandbox.service("lambda").call(operation, input, "wire");
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return error.code === "ValidationException" ? error.message : error.code;
  }
}

function missing(...members: string[]): string {
  const faults = members.map(
    (member) => `Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
  return `${faults.length} validation error${faults.length === 1 ? "" : "s"} detected: ${faults.join("; ")}`;
}

t.test("every operation names all members that it requires and did not get", async (t) => {
  for (const [operation, rules] of Object.entries(API_MODEL)) {
    const required = Object.keys(rules).filter((member) => rules[member]?.required && !/[.[]/.test(member));
    if (required.length === 0) continue;
    const camel = required.map((member) => member.charAt(0).toLowerCase() + member.slice(1));
    t.equal(await refusal(operation, {}), missing(...camel), operation);
  }
});

t.test("members that once had a default are required, and nothing changes without them", async (t) => {
  const lambda = sandbox.service("lambda");
  const role = "arn:aws:iam::000000000000:role/x";
  const code = { ImageUri: "000000000000.dkr.ecr.us-east-1.amazonaws.com/pay:1" };
  await lambda.call("CreateFunction", { FunctionName: "pay", PackageType: "Image", Role: role, Code: code }, "wire");
  t.equal(await refusal("PutFunctionConcurrency", { FunctionName: "pay" }), missing("reservedConcurrentExecutions"));
  t.same(await lambda.call("GetFunctionConcurrency", { FunctionName: "pay" }, "wire"), {});
  t.equal(await refusal("CreateFunctionUrlConfig", { FunctionName: "pay" }), missing("authType"));
  t.equal(await refusal("CreateFunctionUrlConfig", { FunctionName: "pay", AuthType: null }), missing("authType"));
  t.equal(await refusal("CreateAlias", { FunctionName: "pay", Name: "live" }), missing("functionVersion"));
  t.equal(
    await refusal("TagResource", { Resource: "arn:aws:lambda:us-east-1:000000000000:function:pay" }),
    missing("tags"),
  );
});

t.test("what a member holds has to hold its own required members, by their place in a list", async (t) => {
  const mapping = { FunctionName: "pay", EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:q" };
  const FileSystemConfigs = [
    { Arn: "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-01234567890123456" },
  ];
  t.equal(
    await refusal("UpdateFunctionConfiguration", { FunctionName: "pay", FileSystemConfigs }),
    missing("fileSystemConfigs.1.member.localMountPath"),
  );
  t.equal(
    await refusal("CreateCodeSigningConfig", { AllowedPublishers: {} }),
    missing("allowedPublishers.signingProfileVersionArns"),
  );
  t.match(
    await refusal("CreateEventSourceMapping", { ...mapping, BatchSize: 0, ParallelizationFactor: 11 }),
    "2 validation errors detected: Value '0' at 'batchSize' failed to satisfy constraint: Member must have value greater than or equal to 1; " +
      "Value '11' at 'parallelizationFactor' failed to satisfy constraint: Member must have value less than or equal to 10",
  );
  t.match(await refusal("ListFunctions", { MaxItems: "0" }), /Value '0' at 'maxItems' .* greater than or equal to 1/);
  t.match(
    await refusal("CreateFunctionUrlConfig", { FunctionName: "pay", AuthType: "OPEN" }),
    /Value 'OPEN' at 'authType' failed to satisfy constraint: Member must satisfy enum value set: \[NONE, AWS_IAM\]/,
  );
});
