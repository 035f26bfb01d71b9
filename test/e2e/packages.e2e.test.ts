import t from "tap";
import { type CliEnd, runCli } from "../cli/run-as-process.ts";
import { firstRow } from "../support/answers.ts";
import { awsCli, missing } from "../support/commands.ts";
import { createProject } from "../support/osls.ts";
import { startTestAccount } from "../support/test-account.ts";
import { missingOsls, OSLS } from "../support/tools.ts";

const runtime = "nodejs20.x";
const skip = missingOsls ?? (await missing("aws", "--version")) ?? false;
const V1 = { runtime, functions: { pay: "pay v1", cart: "cart v1" }, environment: { TABLE: "orders" } };
const V2 = { runtime, functions: { pay: "pay v2", fresh: "fresh v2" }, environment: { TABLE: "wrong" } };
const BUILD = ["--application", "shop", "--stage", "prod"];

t.test(
  "Stepback hands a package that was pruned from the deployment bucket back to osls, and every code hash is as before",
  { skip },
  async (t) => {
    const account = await startTestAccount();
    const env = account.awsEnv;
    const project = await createProject("depot", env);
    t.teardown(() => Promise.all([account.close(), project.remove()]));

    const stepback = (...args: string[]): Promise<CliEnd> =>
      runCli(args, {
        cwd: project.folder,
        env: {
          ...env,
          HOME: project.folder,
          SLS_TELEMETRY_DISABLED: "1",
          SLS_NOTIFICATIONS_MODE: "off",
          CI: "1",
          STEPBACK_URL: account.url,
          STEPBACK_TOKEN: account.token,
        },
      });
    const osls = (...args: string[]) => [process.execPath, OSLS, ...args, "--stage", "prod", "--region", "us-east-1"];
    const deploy = async (build: string, version: typeof V1 | typeof V2) => {
      await project.write(version);
      await project.run("package", "--package", `out-${build}`);
      const stored = [
        "--package",
        `out-${build}`,
        "--service",
        "depot",
        "--build",
        build,
        "--commit",
        `commit-${build}`,
      ];
      const wrapped = osls("deploy", "--package", `out-${build}`);
      const end = await stepback("deploy", ...BUILD, ...stored, "--stack", project.stack, "--", ...wrapped);
      t.equal(end.code, 0, end.stderr);
    };
    const functions = async () => {
      const { Functions } = (await awsCli(env, "lambda", "list-functions")) as {
        Functions: { FunctionName: string; CodeSha256: string; Environment: unknown }[];
      };
      return Object.fromEntries(
        Functions.map(({ FunctionName, CodeSha256, Environment }) => [FunctionName, { CodeSha256, Environment }]),
      );
    };
    const keysIn = async (bucket: string) => {
      const { Contents = [] } = (await awsCli(env, "s3api", "list-objects-v2", "--bucket", bucket)) as {
        Contents?: { Key: string }[];
      };
      return Contents.map(({ Key }) => Key);
    };
    /** As Serverless does after the fifth deploy: it deletes the files of the oldest one. */
    const prune = async () => {
      const { Buckets } = (await awsCli(env, "s3api", "list-buckets")) as { Buckets: { Name: string }[] };
      const bucket = Buckets.find(({ Name }) => Name.includes("deploymentbucket"))?.Name ?? "";
      const keys = await keysIn(bucket);
      for (const key of keys) await awsCli(env, "s3api", "delete-object", "--bucket", bucket, "--key", key);
      t.ok(keys.some((key) => key.endsWith("pay.zip")));
      t.same(await keysIn(bucket), [], "the bucket has lost the first package");
    };

    await deploy("1", V1);
    const before = await functions();
    await prune();
    await deploy("2", V2);
    t.not(JSON.stringify(await functions()), JSON.stringify(before));
    await project.write({ ...V1, functions: { pay: "not this", cart: "nor this" } });

    const redeploy = osls("deploy", "--force", "--package", "{package}");
    const to = ["rollback", "--to-build", "1", ...BUILD, "--allow-destructive", "--reason", "pay is down"];
    const back = await stepback(...to, "--", ...redeploy);
    t.equal(back.code, 0, back.stdout + back.stderr);
    t.match(back.stdout, /lambda-code:depot-prod-pay +pay +Restored +yes/);
    t.same(await functions(), before, "nothing was rebuilt: the sources say something else");
    const rollback = firstRow((await account.api("GET", "/v1/activities?limit=1")).body.items);
    t.match(rollback, { type: "rollback", status: "Completed", reason: "pay is down" });
    const { items } = (await account.api("GET", `/v1/rollbacks/${rollback.id}/logs?limit=200`)).body;
    t.match(JSON.stringify(items), /Service deployed to stack depot-prod/, "what osls said is in the log");
  },
);
