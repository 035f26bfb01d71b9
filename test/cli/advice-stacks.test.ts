import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import { payResource } from "../support/stack-templates.ts";
import { deployStack, startTestAccount, until, updateCode, zip } from "../support/test-account.ts";
import { awsCommandIn, deployedBy, functionNamed, topic, walksIn } from "./walks.ts";

/*
 * Each walk brings about a refusal, does to the letter what it says, and ends Completed.
 */

const w = await startTestAccount();
t.teardown(() => w.close());

const ALLOW = { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" };
const PROTECT_A = { Statement: [ALLOW, { ...ALLOW, Effect: "Deny", Resource: "LogicalResourceId/A" }] };
const twoTopics = (words: string) => ({ Resources: { A: topic(words), B: topic(words) } });

t.test("OWNED_BY_STACK and STRATEGY_UNSUPPORTED: a function that its stack deleted", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await deployStack(w, "own", { Resources: { T: topic("1"), F: functionNamed("own-f", "1") } });
  const id = await deployedBy(w, { stacks: ["own"] }, () => deployStack(w, "own", { Resources: { T: topic("1") } }));
  const owned = ["--component", "lambda-code:own-f", "--strategy", "direct"];
  const printed = await refused(id, owned, "OWNED_BY_STACK");
  t.match(printed, /stack-resource:own\/F, .* `--strategy auto` or `--strategy stack`/);
  const direct = ["--component", "stack-resource:own/F", "--strategy", "direct"];
  t.match(await refused(id, direct, "STRATEGY_UNSUPPORTED"), /use `--strategy auto` or `--strategy stack`/);
  await completes(id, ["--component", "stack-resource:own/F", "--strategy", "stack"]);
});

t.test("STRATEGY_UNSUPPORTED: what the template says nothing about", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await deployStack(w, "strat", { Resources: { F: functionNamed("strat-f", "1") } });
  const id = await deployedBy(w, { stacks: ["strat"] }, () => updateCode(w, "strat-f", "2"));
  const picked = ["--component", "lambda-code:strat-f"];
  const printed = await refused(id, [...picked, "--strategy", "stack"], "STRATEGY_UNSUPPORTED");
  t.match(printed, /use `--strategy auto` or `--strategy direct`/);
  await completes(id, [...picked, "--strategy", "direct"]);
});

for (const [stack, picked] of [
  ["pol", "--all"],
  ["pol2", "--component stack-resource:pol2/A"],
] as const) {
  t.test(`STACK_POLICY_DENIES: ${picked}`, async (t) => {
    const { refused, completes } = walksIn(w, t);
    const StackPolicyBody = JSON.stringify(PROTECT_A);
    await deployStack(w, stack, twoTopics("1"), { StackPolicyBody });
    const id = await deployedBy(w, { stacks: [stack] }, () =>
      deployStack(w, stack, twoTopics("2"), { StackPolicyDuringUpdateBody: JSON.stringify({ Statement: [ALLOW] }) }),
    );
    const command = awsCommandIn(await refused(id, picked.split(" "), "STACK_POLICY_DENIES"), "set-stack-policy");
    await w.aws("cloudformation", "SetStackPolicy", {
      StackName: command["stack-name"],
      StackPolicyBody: command["stack-policy-body"],
    });
    await completes(id, [...picked.split(" "), "--on-conflict", "restore"]);
    const policy = await w.aws("cloudformation", "GetStackPolicy", { StackName: stack });
    if (picked === "--all") t.same(JSON.parse(policy.StackPolicyBody), PROTECT_A, "the policy is restored, too");
  });
}

t.test("STACK_NOT_UPDATABLE: termination protection", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const id = await deployedBy(w, { stacks: ["prot"] }, () =>
    deployStack(w, "prot", twoTopics("1"), { EnableTerminationProtection: true }),
  );
  const printed = await refused(id, ["--all", "--allow-loss", "all"], "STACK_NOT_UPDATABLE");
  const command = awsCommandIn(printed, "update-termination-protection");
  await w.aws("cloudformation", "UpdateTerminationProtection", {
    StackName: command["stack-name"],
    EnableTerminationProtection: !("no-enable-termination-protection" in command),
  });
  await completes(id, ["--all", "--allow-loss", "all", "--on-conflict", "restore"]);
});

t.test("STACK_NOT_UPDATABLE: a stack whose own rollback failed", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const Bucket = "deploys";
  await w.aws("s3", "CreateBucket", { Bucket });
  const version = async (Key: string, more: Shape = {}) => {
    await w.aws("s3", "PutObject", { Bucket, Key, Body: zip(Key) });
    const Pay = payResource({ S3Bucket: Bucket, S3Key: Key }, { FunctionName: "stuck-pay" });
    return deployStack(w, "stuck", { Resources: { Pay, ...more } });
  };
  await version("v1");
  const Broken = { Type: "AWS::CloudFormation::WaitCondition", DependsOn: ["Pay"], Properties: { Timeout: "1" } };
  const id = await deployedBy(
    w,
    { stacks: ["stuck"] },
    async () => {
      await w.aws("s3", "DeleteObject", { Bucket, Key: "v1" });
      t.equal(await version("v2", { Broken }), "UPDATE_ROLLBACK_FAILED");
    },
    "failed",
  );
  const printed = await refused(id, ["--all", "--include-failed"], "STACK_NOT_UPDATABLE");
  t.match(printed, /as in `--continue-update-rollback stuck=Pay`/);
  const [, advised = ""] = /consent with `([^`]+)`/.exec(printed) ?? [];
  await completes(id, ["--all", "--include-failed", ...advised.split(" ")]);
});

const withSecret = (words: string) => ({
  Parameters: { Secret: { Type: "String", NoEcho: true } },
  Resources: {
    A: topic(words),
    S: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: { Ref: "Secret" } } },
  },
  Outputs: { Words: { Value: words } },
});

t.test("NOECHO_VALUE_LOST: a stack with a secret was deleted", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const Parameters = [{ ParameterKey: "Secret", ParameterValue: "s3cret" }];
  await deployStack(w, "secret", withSecret("1"), { Parameters });
  const id = await deployedBy(w, { stacks: ["secret"] }, async () => {
    await w.aws("cloudformation", "DeleteStack", { StackName: "secret" });
    await until(() =>
      w.aws("cloudformation", "DescribeStacks", { StackName: "secret" }).then(
        () => false,
        () => true,
      ),
    );
  });
  await refused(id, ["--all"], "NOECHO_VALUE_LOST");
  await deployStack(w, "secret", withSecret("by hand"), { Parameters });
  await completes(id, ["--all", "--on-conflict", "restore"]);
});

t.test("NOECHO_VALUE_LOST: the deploy dropped the parameter of a secret", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const Parameters = [{ ParameterKey: "Secret", ParameterValue: "s3cret" }];
  await deployStack(w, "dropped", withSecret("1"), { Parameters });
  const {
    Parameters: declared,
    Resources: { A, S },
  } = withSecret("2");
  const id = await deployedBy(w, { stacks: ["dropped"] }, () => deployStack(w, "dropped", { Resources: { A } }));
  await refused(id, ["--all"], "NOECHO_VALUE_LOST");
  await deployStack(w, "dropped", { Parameters: declared, Resources: { A, S } }, { Parameters });
  await completes(id, ["--all", "--on-conflict", "restore"]);
});

const exporting = (name: string, Value: string) => ({
  Resources: { A: topic(Value) },
  Outputs: { Out: { Value, Export: { Name: name } } },
});
const importing = (name: string, words: string) => ({
  Resources: {
    B: topic(words, {}),
    C: { Type: "AWS::SNS::Topic", Properties: { DisplayName: { "Fn::ImportValue": name } } },
  },
});

t.test("EXPORT_IN_USE: a stack outside the deployment imports what the deploy exported", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await deployStack(w, "exporter", { Resources: { A: topic("1") } });
  const id = await deployedBy(w, { stacks: ["exporter"] }, () => deployStack(w, "exporter", exporting("added", "2")));
  await deployStack(w, "outsider", importing("added", "1"));
  t.match(await refused(id, ["--all"], "EXPORT_IN_USE"), /write its value literally into outsider/);
  await deployStack(w, "outsider", { Resources: { B: topic("2"), C: topic("2") } });
  await completes(id, ["--all"]);
});

t.test("EXPORT_MISSING: a stack outside the deployment has dropped what the backup imports", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await deployStack(w, "source", exporting("dropped-export", "1"));
  await deployStack(w, "user", importing("dropped-export", "1"));
  const id = await deployedBy(w, { stacks: ["user"] }, () => deployStack(w, "user", { Resources: { B: topic("2") } }));
  await deployStack(w, "source", { Resources: { A: topic("1") } });
  t.match(await refused(id, ["--all"], "EXPORT_MISSING"), /add the export by hand/);
  await deployStack(w, "source", exporting("dropped-export", "1"));
  await completes(id, ["--all"]);
});

t.test("EXPORT_TAKEN: another stack has taken the name of an export", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await deployStack(w, "first", exporting("taken", "1"));
  const id = await deployedBy(w, { stacks: ["first"] }, () =>
    deployStack(w, "first", { Resources: { A: topic("2") } }),
  );
  await deployStack(w, "second", exporting("taken", "2"));
  t.match(await refused(id, ["--all"], "EXPORT_TAKEN"), /Remove the export from the stack/);
  await deployStack(w, "second", { Resources: { A: topic("2") } });
  await completes(id, ["--all"]);
});

t.test("ORDER_IMPOSSIBLE: two stacks wait for each other and neither can be bridged", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const old = (name: string) => ({
    Resources: { Own: topic(name) },
    Outputs: { [`Out${name}`]: { Value: { "Fn::GetAtt": ["Own", "TopicName"] }, Export: { Name: name } } },
  });
  await deployStack(w, "shop", old("old"));
  await deployStack(w, "jobs", importing("old", "1"));
  const id = await deployedBy(w, { stacks: ["shop", "jobs"] }, async () => {
    await deployStack(w, "jobs", { Resources: { B: topic("1"), C: topic("2") } });
    await deployStack(w, "shop", old("new"));
    await deployStack(w, "jobs", importing("new", "1"));
  });
  t.match(await refused(id, ["--all"], "ORDER_IMPOSSIBLE"), /literally/);
  await deployStack(w, "jobs", { Resources: { B: topic("1"), C: topic("2") } });
  await completes(id, ["--all", "--on-conflict", "restore"]);
});

t.test("NESTED_STACK: a nested stack alone", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const Bucket = "nested";
  await w.aws("s3", "CreateBucket", { Bucket });
  const root = async (words: string) => {
    const Body = Buffer.from(JSON.stringify({ Resources: { A: topic(words) } }));
    await w.aws("s3", "PutObject", { Bucket, Key: words, Body });
    const Properties = { TemplateURL: `https://s3.amazonaws.com/${Bucket}/${words}` };
    await deployStack(w, "root", { Resources: { Nested: { Type: "AWS::CloudFormation::Stack", Properties } } });
  };
  await root("1");
  const { StackResources } = await w.aws("cloudformation", "DescribeStackResources", { StackName: "root" });
  const nested = StackResources[0]?.PhysicalResourceId.split("/")[1] ?? "";
  const id = await deployedBy(w, { stacks: ["root"] }, () => root("2"));
  const picked = ["--component", `stack:${nested}`];
  const [, added = ""] = /add (\S+), which restores it/.exec(await refused(id, picked, "NESTED_STACK")) ?? [];
  await completes(id, [...picked, "--component", added]);
});

t.test("STAGING_BUCKET_NEEDED: the key of the code holds other bytes by now", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const [Bucket, staging] = ["overwritten", "staging"];
  for (const name of [Bucket, staging]) await w.aws("s3", "CreateBucket", { Bucket: name });
  const put = (Key: string, says: string) => w.aws("s3", "PutObject", { Bucket, Key, Body: zip(says) });
  const version = async (Key: string) => {
    await put(Key, Key);
    const Code = { S3Bucket: Bucket, S3Key: Key };
    return deployStack(w, "staged", { Resources: { Pay: payResource(Code, { FunctionName: "staged-pay" }) } });
  };
  await version("v1");
  const id = await deployedBy(w, { stacks: ["staged"] }, () => version("v2"));
  await put("v1", "other");
  t.match(
    await refused(id, ["--all"], "STAGING_BUCKET_NEEDED"),
    /Set STEPBACK_STAGING_BUCKET.* to a bucket in the region/,
  );
  await w.restart({ STEPBACK_STAGING_BUCKET: staging });
  await completes(id, ["--all"]);
});
