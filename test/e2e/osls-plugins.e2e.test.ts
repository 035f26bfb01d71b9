import t, { type Test } from "tap";
import type { CommandResult } from "../cli/run-in-process.ts";
import { operatorOf } from "../support/deploy-story.ts";
import { createProject, type ServiceVersion } from "../support/osls.ts";
import { ended, fingerprintOf, invoke, type TestAccount, worldOf } from "../support/test-account.ts";
import { missingOslsPlugins, PROVIDER_REQUEST } from "../support/tools.ts";

const skip = missingOslsPlugins ?? false;

type Parts = Omit<ServiceVersion, "functions" | "environment" | "runtime">;

/** A service with plug-ins, and the commands of whoever deploys it. */
async function serviceOf(t: Test, name: string, parts: Parts) {
  const account = await worldOf(t);
  const project = await createProject(name, account.awsEnv);
  t.teardown(() => project.remove());
  const operator = operatorOf(account, project.env);
  const write = (functions: Readonly<Record<string, string>>) =>
    project.write({ ...parts, functions, environment: {}, runtime: "nodejs22.x" });
  return {
    account,
    operator,
    /** A deploy through Stepback; with `fails`, something behind osls fails, such as a smoke test. */
    async deploy(
      functions: Readonly<Record<string, string>>,
      { options = [], fails = false }: { options?: readonly string[]; fails?: boolean } = {},
    ): Promise<CommandResult> {
      await write(functions);
      const command = project.command("deploy");
      const wrapped = fails ? ["sh", "-c", '"$@"; exit 3', "sh", ...command] : command;
      return operator.deploy(["--stack", project.stack, ...options], wrapped);
    },
    /** What a function says to its callers. */
    call: (fn: string, qualifier?: string) => invoke(account, `${project.stack}-${fn}`, qualifier),
  };
}

interface Turns {
  /** The alias that is called. */
  readonly qualifier?: string;
  /** Looks at the account after the bad deploy. */
  readonly whenBad?: (account: TestAccount) => Promise<void>;
}

/** A good deploy, a bad one that adds a function, the rollback as printed, and the next deploy. */
async function tellStory(t: Test, name: string, parts: Parts, { qualifier, whenBad }: Turns = {}): Promise<void> {
  const { account, operator, deploy, call } = await serviceOf(t, name, parts);
  const good = await deploy({ pay: "pay v1", cart: "cart v1" });
  t.equal(good.code, 0, good.stdout + good.stderr);
  t.equal(await call("pay", qualifier), "pay v1");
  const before = await fingerprintOf(account);

  const bad = await deploy({ pay: "pay v2", cart: "cart v1", fresh: "fresh v2" });
  t.equal(bad.code, 0, bad.stdout + bad.stderr);
  t.equal(await call("pay", qualifier), "pay v2");
  await whenBad?.(account);

  const back = await operator.pasteRollback(bad);
  t.equal(back.code, 0, back.stdout + back.stderr);
  t.match(back.stdout, new RegExp(`lambda-code:${name}-prod-pay +pay +Restored`), "with the name that people know");
  t.equal(await call("pay", qualifier), "pay v1");
  t.same(await fingerprintOf(account), before);

  const next = await deploy({ pay: "pay v3", cart: "cart v3", fresh: "fresh v3" });
  t.equal(next.code, 0, next.stdout + next.stderr);
  for (const fn of ["pay", "cart", "fresh"]) t.equal(await call(fn, qualifier), `${fn} v3`);
}

const ALIAS = "deploymentSettings: { type: AllAtOnce, alias: live }";

t.test("a bundle of serverless-esbuild is rolled back and is deployed again", { skip }, async (t) => {
  await tellStory(t, "bundle", {
    plugins: ["serverless-esbuild"],
    more: ["custom: { esbuild: { bundle: true, minify: true } }"],
  });
});

t.test(
  "an alias of serverless-plugin-canary-deployments is rolled back to code whose version serverless-prune-plugin has deleted",
  { skip },
  async (t) => {
    const parts = {
      plugins: [PROVIDER_REQUEST, "serverless-prune-plugin", "serverless-plugin-canary-deployments"],
      more: ["custom: { prune: { automatic: true, number: 0 } }"],
      ofEachFunction: [ALIAS],
    };
    const whenBad = async (account: TestAccount) => {
      const { Versions } = await account.aws("lambda", "ListVersionsByFunction", { FunctionName: "canary-prod-pay" });
      const numbers = (Versions as { Version: string }[]).map(({ Version }) => Version);
      t.same(numbers, ["$LATEST", "2"], "the version of the good deploy is gone");
    };
    await tellStory(t, "canary", parts, { qualifier: "live", whenBad });
  },
);

t.test("a failed deploy that added a function is rolled back by `--on-failure rollback`", { skip }, async (t) => {
  const { account, deploy, call } = await serviceOf(t, "smoke", {
    plugins: ["serverless-plugin-canary-deployments"],
    ofEachFunction: [ALIAS],
  });
  await deploy({ pay: "pay v1" });
  const before = await fingerprintOf(account);
  const failed = await deploy(
    { pay: "pay v2", fresh: "fresh v2" },
    { options: ["--on-failure", "rollback"], fails: true },
  );
  t.equal(failed.code, 3, "the command's own code");
  const [rollback] = (await account.api("GET", "/v1/rollbacks")).body.items;
  t.match(await ended(account, `/v1/rollbacks/${rollback?.id}`), { status: "Completed", result: { failed: 0 } });
  t.equal(await call("pay", "live"), "pay v1");
  t.same(await fingerprintOf(account), before);
});
