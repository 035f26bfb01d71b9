import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import t from "tap";
import { runInProcess } from "../cli/run-in-process.ts";
import {
  HOME,
  openTargetScene,
  PLACES,
  placeOf,
  placesCalled,
  ROLE,
  SECOND,
  TARGET_NAMES,
  TARGETS,
  type TargetName,
  type TargetScene,
} from "../support/targets.ts";
import {
  createFunction,
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  rollBack,
  updateCode,
  zip,
} from "../support/test-account.ts";

const DEPLOY_TOOL = fileURLToPath(new URL("../cli/deploy-function.js", import.meta.url));

/** Deploys build 1841 to a target: the function says v2 instead of v1. */
async function deployBuild({ account, at }: TargetScene, target: TargetName): Promise<string> {
  await createFunction(at[target], "pay", "v1");
  const { id } = await openDeployment(account, { functions: ["pay"] }, { target, build: "1841", commit: "3f2c" });
  await updateCode(at[target], "pay", "v2");
  await finishDeployment(account, id);
  return id;
}

const WORDS = new Map(["v1", "v2"].map((word) => [createHash("sha256").update(zip(word)).digest("base64"), word]));

/** What the function says in each target, told by its code. */
async function saying({ at }: TargetScene): Promise<unknown[]> {
  const deployed = TARGET_NAMES.map((name) =>
    at[name].aws("lambda", "GetFunctionConfiguration", { FunctionName: "pay" }),
  );
  return (await Promise.all(deployed)).map(({ CodeSha256 }) => WORDS.get(CodeSha256));
}

t.test("two names of one account and region lock each other's components, and no others", async (t) => {
  const scene = await openTargetScene(t, [...TARGETS, { name: "virginia-again", region: "us-east-1" }]);
  const { account, at } = scene;
  const ended = await deployBuild(scene, "virginia");
  await createFunction(at.virginia, "other", "v1");
  const open = (target: string, name = "pay") => openDeployment(account, { functions: [name] }, { target });
  const first = await open("virginia");
  t.match(first, { status: "In Progress" });
  account.sandbox.calls.clear();
  const locked = { code: "DEPLOYMENT_IN_PROGRESS", detail: new RegExp(`${first.id} in the target virginia `) };
  t.match(await open("virginia-again"), { status: "Exception", error: locked });
  t.same(placesCalled(scene), [], "nothing was read there");
  t.match(await open("virginia-again", "other"), { status: "In Progress" });
  t.match(await open("ireland"), { status: "In Progress" }, "another region is another place");
  await account.api("POST", `/v1/deployments/${first.id}/cancel`);

  const again = await open("virginia-again");
  t.match(again, { status: "In Progress" });
  const body = { deployment: ended, components: "all" };
  const refused = await account.api("POST", "/v1/rollbacks", body);
  t.match(refused, { status: 409, body: { code: "DEPLOYMENT_IN_PROGRESS" } }, "a rollback knows its place beforehand");
  t.match(JSON.stringify(refused.body), `${again.id} in the target virginia-again`);
  await account.api("POST", `/v1/deployments/${again.id}/cancel`);
  t.match(await rollBack(account, ended, "all"), { status: "Completed" });
});

t.test("one build in three targets gives three restore points, and rolling one back leaves the others", async (t) => {
  const scene = await openTargetScene(t);
  const { account } = scene;
  const ids: Record<string, string> = {};
  for (const name of TARGET_NAMES) ids[name] = await deployBuild(scene, name);
  t.same(await saying(scene), ["v2", "v2", "v2"]);

  const snapshots = new Set<string>();
  for (const name of TARGET_NAMES) {
    const { body } = await account.api("GET", `/v1/deployments?application=shop&target=${name}`);
    const { accountId, region } = PLACES[name];
    t.match(body.items, [{ id: ids[name], status: "Completed", target: { name, account: accountId, region } }]);
    t.equal(body.items.length, 1);
    snapshots.add(body.items[0]?.snapshot?.id ?? "");
  }
  t.equal(snapshots.size, 3, "each has a backup of its own");

  await t.test("each is rolled back in its own account and region alone", async (t) => {
    for (const [name, left] of [
      ["second", ["v2", "v2", "v1"]],
      ["ireland", ["v2", "v1", "v1"]],
    ] as const) {
      account.sandbox.calls.clear();
      t.match(await rollBack(account, ids[name] ?? "", "all"), { status: "Completed", target: { name } });
      t.same(placesCalled(scene), [placeOf(name)]);
      t.same(await saying(scene), left);
    }
  });

  await t.test("one rollback over several targets is refused, and says which deployment is elsewhere", async (t) => {
    account.sandbox.calls.clear();
    const deployment = [ids["virginia"], ids["second"]];
    const refused = await account.api("POST", "/v1/rollbacks", { deployment, components: "all" });
    t.match(refused, { status: 409, body: { code: "SEVERAL_TARGETS", detail: /virginia, second/ } });
    for (const name of ["virginia", "second"] as const) {
      const { accountId, region } = PLACES[name];
      const place = `${ids[name]} went to ${name} (account ${accountId}, region ${region}).`;
      t.match(JSON.stringify(refused.body), place, "each deployment is named with its place");
    }
    const build = { toBuild: "1841", components: "all" };
    t.match(await account.api("POST", "/v1/applications/shop/stages/prod/rollback", build), {
      status: 409,
      body: { code: "SEVERAL_TARGETS", detail: /ireland, second, virginia/ },
    });
    t.same(account.sandbox.calls.all(), [], "nothing was asked of AWS");
  });
});

t.test("the command line deploys to a target and rolls back a target's build", async (t) => {
  const scene = await openTargetScene(t);
  const { account, at } = scene;
  const [node, tool] = [process.execPath, DEPLOY_TOOL];
  const stage = ["--application", "shop", "--stage", "prod"];
  const env = { STEPBACK_URL: account.url, STEPBACK_TOKEN: account.token };
  const versionAt = async (name: TargetName) =>
    (await at[name].aws("lambda", "GetFunctionConfiguration", { FunctionName: "pay" })).Environment?.Variables?.[
      "VERSION"
    ];
  for (const name of TARGET_NAMES) {
    await createFunction(at[name], "pay", "v1", { Environment: { Variables: { VERSION: "1" } } });
    const { accountId, region } = PLACES[name];
    const signing = { ...account.awsEnv, AWS_ACCESS_KEY_ID: accountId, AWS_REGION: region };
    for (const version of name === "ireland" ? ["2", "3"] : ["2"]) {
      const args = [
        "deploy",
        ...stage,
        "--build",
        version,
        "--target",
        name,
        "--function",
        "pay",
        "--",
        node,
        tool,
        "pay",
        version,
      ];
      const { code, stderr } = await runInProcess(args, { env: { ...env, ...signing } });
      t.equal(code, 0, stderr);
    }
  }
  const unnamed = await runInProcess(["rollback", ...stage, "--to-build", "2", "--all", "--yes"], { env });
  t.not(unnamed.code, 0);
  t.same(await Promise.all(TARGET_NAMES.map(versionAt)), ["2", "3", "2"]);
  t.match(unnamed.stderr, "The build 2 was deployed to ireland, second, virginia.");
  const named = [...stage, "--to-build", "2", "--target", "ireland", "--all", "--yes"];
  const { code, stderr } = await runInProcess(["rollback", ...named], { env });
  t.equal(code, 0, stderr);
  t.same(await Promise.all(TARGET_NAMES.map(versionAt)), ["2", "2", "2"]);
  const { stdout } = await runInProcess(["activities", ...stage, "--target", "ireland", "--output", "json"], { env });
  const rows: { type: string; target: { name: string } }[] = JSON.parse(stdout).items;
  t.same(
    rows.map(({ type }) => type),
    ["rollback", "deploy", "deploy"],
  );
  t.ok(rows.every(({ target }) => target.name === "ireland"));
});

t.test("a target that is another account or region now is refused before anything is read", async (t) => {
  const elsewhere = [
    { name: "ireland", region: "eu-central-1" },
    { name: "ireland", region: "eu-west-1", roleArn: ROLE },
  ];
  const scene = await openTargetScene(t);
  const { account, retarget } = scene;
  const deployment = await deployBuild(scene, "ireland");
  for (const target of elsewhere) {
    await retarget([target]);
    account.sandbox.calls.clear();
    const { status, error } = await rollBack(account, deployment, "all");
    t.equal(status, "Exception");
    t.match(error, { code: "WRONG_TARGET", detail: /belongs to account 000000000000, region eu-west-1/ });
    t.same(placesCalled(scene), [], "only STS was asked");
  }
  await retarget(TARGETS);
  t.match(await rollBack(account, deployment, "all"), { status: "Completed" });
  const { CodeSha256 } = await scene.at.ireland.aws("lambda", "GetFunctionConfiguration", { FunctionName: "pay" });
  t.equal(WORDS.get(CodeSha256), "v1");
});

t.test("credentials of another account than the target's stop its first job before anything is read", async (t) => {
  const scene = await openTargetScene(t, [
    { name: "second", region: "us-east-1", roleArn: ROLE },
    { name: "third", region: "us-east-1", account: "333333333333" },
  ]);
  const { account } = scene;
  account.sandbox.faults.alter({
    match: ({ operation, accountId }) => operation === "GetCallerIdentity" && accountId === SECOND,
    change: (output) => ({ ...output, Account: "444444444444" }),
  });
  for (const [target, detail] of [
    ["second", `The target second is account ${SECOND}; the credentials are of account 444444444444.`],
    ["third", `The target third is account 333333333333; the credentials are of account ${HOME}.`],
  ] as const) {
    account.sandbox.calls.clear();
    const request = { application: "shop", stage: "prod", target, scope: { functions: ["pay"] } };
    const { body } = await account.api("POST", "/v1/deployments", request);
    const { status, error } = await ended(account, `/v1/deployments/${body.id}` as const);
    t.match({ status, error }, { status: "Exception", error: { code: "WRONG_TARGET", detail } });
    t.same(placesCalled(scene), [], "only STS was asked");
  }
});

t.test("large templates go through the bucket of their own target's region", async (t) => {
  const scene = await openTargetScene(t, [
    { name: "virginia", region: "us-east-1" },
    { name: "ireland", region: "eu-west-1", stagingBucket: "staging-ireland" },
  ]);
  const { account, at } = scene;
  const LocationConstraint = "eu-west-1";
  await at.ireland.aws("s3", "CreateBucket", {
    Bucket: "staging-ireland",
    CreateBucketConfiguration: { LocationConstraint },
  });
  const template = (word: string) => ({
    Metadata: { Padding: "x".repeat(52_000) },
    Resources: { Alarm: { Type: "AWS::SNS::Topic", Properties: { DisplayName: word } } },
  });
  await at.ireland.aws("s3", "CreateBucket", { Bucket: "deploys", CreateBucketConfiguration: { LocationConstraint } });
  const deploy = async (word: string) => {
    const Body = Buffer.from(JSON.stringify(template(word)));
    await at.ireland.aws("s3", "PutObject", { Bucket: "deploys", Key: word, Body });
    const TemplateURL = `https://deploys.s3.eu-west-1.amazonaws.com/${word}`;
    return deployStack(at.ireland, "shop", "", { TemplateURL, TemplateBody: undefined });
  };
  t.equal(await deploy("before"), "CREATE_COMPLETE");
  const { id } = await openDeployment(account, { stacks: ["shop"] }, { target: "ireland" });
  t.equal(await deploy("after"), "UPDATE_COMPLETE");
  await finishDeployment(account, id);
  account.sandbox.calls.clear();
  t.match(await rollBack(account, id, "all"), { status: "Completed" });
  const staged = account.sandbox.calls.all().filter(({ operation }) => operation === "PutObject");
  t.match(staged, [{ region: "eu-west-1", input: { Bucket: "staging-ireland" } }]);
});
