import t from "tap";
import { deployStack, startTestAccount, updateCode } from "../support/test-account.ts";
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
