import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { CliEnd } from "../cli/run-as-process.ts";
import { type CdkStand, openCdkStand } from "../support/cdk.ts";
import { fingerprintOf, invoke } from "../support/test-account.ts";
import { missingCdk } from "../support/tools.ts";

/*
 * One story of one account: each test begins where the one before it ended, because every deploy of the CDK takes ten
 * seconds. Between two tests the account is as the good version of the app says.
 */

const skip = missingCdk ?? false;
const DEPLOY_ALL = ["deploy", "--all", "--require-approval", "never"];
const DEPLOY_API = ["deploy", "ShopApi", "--exclusively", "--require-approval", "never"];

let stand: CdkStand;
t.before(async () => {
  if (!skip) stand = await openCdkStand();
});
t.teardown(async () => {
  if (!skip) await stand.close();
});

/** What each function answers; an error's message for one that fails. */
async function answers(): Promise<Record<string, unknown>> {
  const { account } = stand;
  const say = async (name: string, qualifier?: string) => {
    const payload = await invoke(account, name, qualifier);
    return typeof payload === "object" && payload && "errorMessage" in payload ? payload.errorMessage : payload;
  };
  return { pay: await say("shop-pay", "live"), mail: await say("shop-mail"), report: await say("shop-report") };
}

const FINE = { pay: "pay is fine", mail: "mail is fine", report: "report is fine" };
const BROKEN = { pay: "pay is broken", mail: "mail is broken", report: "report is broken" };

async function stackStatus(StackName: string): Promise<string> {
  const { Stacks } = await stand.account.aws("cloudformation", "DescribeStacks", { StackName });
  return String(Stacks[0]?.StackStatus);
}

/** `cdk diff --fail` ends with an error where the account differs from the app. */
async function isAsGood(t: Test): Promise<void> {
  t.match(await stand.cdk("good", "diff", "--fail"), "Number of stacks with differences: 0");
}

function endsWell(t: Test, { code, stdout, stderr }: CliEnd): void {
  t.equal(code, 0, "it ends well", { output: stdout + stderr });
}

t.test("the CDK bootstraps, deploys two stacks, and finds no difference afterwards", { skip }, async (t) => {
  await stand.cdk("good", "bootstrap");
  await stand.cdk("good", ...DEPLOY_ALL);
  t.same(await answers(), FINE);
  await isAsGood(t);
});

t.test(
  "the command that `stepback deploy` prints rolls a bad deploy back, after one function alone",
  { skip },
  async (t) => {
    const before = await fingerprintOf(stand.account);
    const { code, id, printed } = await stand.deploy("bad", ...DEPLOY_ALL);
    t.equal(code, 0, "the CDK itself had no complaint");
    t.same(await answers(), BROKEN);
    const broken = await fingerprintOf(stand.account);

    const one = await stand.stepback("rollback", "--deployment", id, "--component", "lambda-code:shop-mail", "--yes");
    endsWell(t, one);
    t.same(await answers(), { ...BROKEN, mail: FINE.mail });
    const { "shop-mail": mail, ...others } = await fingerprintOf(stand.account);
    t.same({ ...others, "shop-mail": broken["shop-mail"] }, broken, "nothing else has changed");
    t.not(mail?.CodeSha256, broken["shop-mail"]?.CodeSha256);

    const all = await stand.stepback(...printed, "--yes");
    endsWell(t, all);
    t.same(await answers(), FINE);
    t.same(await fingerprintOf(stand.account), before);
    await isAsGood(t);
  },
);

t.test(
  "the next deploy arrives, and is rolled back where an export in use stops the CDK itself",
  { skip },
  async (t) => {
    const { printed } = await stand.deploy("bad", ...DEPLOY_ALL);
    t.same(await answers(), BROKEN);
    await t.rejects(stand.cdk("good", ...DEPLOY_ALL), /cannot be deleted as it is in use by shop-api/);
    t.same(await answers(), BROKEN);
    const back = await stand.stepback(...printed, "--yes");
    endsWell(t, back);
    t.same(await answers(), FINE);
    await isAsGood(t);
  },
);

t.test("a deploy that stopped half-way is refused until `cdk rollback` has ended it", { skip }, async (t) => {
  const { code, printed } = await stand.deploy("stuck", ...DEPLOY_API, "--no-rollback");
  t.equal(code, 1);
  t.equal(await stackStatus("shop-api"), "UPDATE_FAILED");
  const refused = await stand.stepback(...printed, "--yes");
  t.equal(refused.code, 1);
  t.match(refused.stdout, /STACK_NOT_UPDATABLE stack:shop-api: .*rollback-stack --stack-name shop-api/);

  await stand.cdk("stuck", "rollback", "ShopApi");
  t.equal(await stackStatus("shop-api"), "UPDATE_ROLLBACK_COMPLETE");
  const again = await stand.stepback(...printed, "--yes");
  endsWell(t, again);
  t.same(await answers(), FINE);
  await isAsGood(t);
});

t.test("a function that was hotswapped is restored, and is as its stack says again", { skip }, async (t) => {
  const before = await fingerprintOf(stand.account);
  const { printed } = await stand.deploy("hot", ...DEPLOY_API, "--hotswap");
  t.same(await answers(), { ...FINE, pay: BROKEN.pay });
  const back = await stand.stepback(...printed, "--yes");
  endsWell(t, back);
  t.notMatch(back.stdout, "LEAVES_STACK_BEHIND");
  t.same(await answers(), FINE);
  t.same(await fingerprintOf(stand.account), before);
});

t.test("a bucket that was imported leaves the stack again and stays in the account", { skip }, async (t) => {
  await stand.account.aws("s3", "CreateBucket", { Bucket: "shop-archive" });
  const mapping = join(stand.folder, "mapping.json");
  await writeFile(mapping, JSON.stringify({ ArchiveDA4CB258: { BucketName: "shop-archive" } }));
  const { printed } = await stand.deploy("adopting", "import", "ShopData", "--resource-mapping", mapping);
  t.equal(await stackStatus("shop-data"), "IMPORT_COMPLETE");
  const back = await stand.stepback(...printed, "--yes");
  endsWell(t, back);
  t.match(back.stdout + back.stderr, "RESOURCE_RETAINED");
  await stand.account.aws("s3", "HeadBucket", { Bucket: "shop-archive" });
  await isAsGood(t);
});

t.test("`cdk destroy` leaves nothing but what the templates retain", { skip }, async (t) => {
  await stand.cdk("good", "destroy", "--all", "--force");
  const { Functions } = await stand.account.aws("lambda", "ListFunctions");
  t.same(Functions, []);
  const { Stacks } = await stand.account.aws("cloudformation", "DescribeStacks");
  t.same(
    Stacks.map(({ StackName }) => StackName),
    ["CDKToolkit"],
  );
});
