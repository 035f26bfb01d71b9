import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { createSandbox } from "#sandbox/sandbox";

const run = promisify(execFile);
const OSLS = resolve("tools/node_modules/.bin/osls");
/** Why the test skips; false where osls is there. */
const MISSING = existsSync(OSLS) ? false : "osls is not installed: npm run tools:install";
const OSLS_TIMEOUT_MS = 120_000;
/** How often osls polls a stack; every five seconds by default. */
const OSLS_POLL_MS = 100;

const SERVICE = `
service: shop
frameworkVersion: "*"
provider:
  name: aws
  runtime: nodejs22.x
  stage: prod
  region: us-east-1
functions:
  pay:
    handler: pay.handler
    environment:
      TOPIC: !Ref Topic
  ship:
    handler: ship.handler
resources:
  Resources:
    Topic:
      Type: AWS::SNS::Topic
  Outputs:
    TopicArn:
      Value: !Ref Topic
      Export:
        Name: shop-topic
`;

t.test(
  "osls deploys, lists, rolls back, redeploys a stored package and removes, unchanged",
  { skip: MISSING },
  async (t) => {
    const sandbox = createSandbox({ updateMs: 50 });
    const folder = await mkdtemp(join(tmpdir(), "cloudformation-osls-"));
    t.teardown(async () => {
      await sandbox.close();
      await rm(folder, { recursive: true });
    });
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: await sandbox.listen(),
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-east-1",
      SLS_TELEMETRY_DISABLED: "1",
      SLS_AWS_MONITORING_FREQUENCY: String(OSLS_POLL_MS),
      CI: "1",
    };
    const osls = async (...args: string[]): Promise<string> => {
      const child = run(OSLS, args, { cwd: folder, env, timeout: OSLS_TIMEOUT_MS });
      child.child.stdin?.end();
      const { stdout, stderr } = await child;
      return stdout + stderr;
    };
    const call = (service: string, operation: string, input: Record<string, unknown>) =>
      sandbox.service(service).call(operation, input, "wire");
    const liveCode = async () =>
      (await call("lambda", "GetFunctionConfiguration", { FunctionName: "shop-prod-pay" }))["CodeSha256"];
    const writeHandler = (name: string, n: number) =>
      writeFile(join(folder, `${name}.js`), `exports.handler = async () => ${n};\n`);

    await writeFile(join(folder, "serverless.yml"), SERVICE);
    await writeHandler("pay", 1);
    await writeHandler("ship", 1);
    t.match(await osls("deploy"), "Service deployed to stack shop-prod");
    const first = await liveCode();
    const exports = await call("cloudformation", "ListExports", {});
    t.match(JSON.stringify(exports), "shop-topic", "the export is there");
    const resources = JSON.stringify(await call("cloudformation", "ListStackResources", { StackName: "shop-prod" }));
    for (const type of ["AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::SNS::Topic", "AWS::Lambda::Version"]) {
      t.match(resources, type);
    }
    await osls("package");
    await cp(join(folder, ".serverless"), join(folder, "stored"), { recursive: true });

    await writeHandler("pay", 2);
    t.match(await osls("deploy"), "Service deployed to stack shop-prod");
    const second = await liveCode();
    t.not(second, first, "the new code runs");
    t.match(await osls("deploy"), "No changes to deploy");

    const stamps = [...(await osls("deploy", "list")).matchAll(/Timestamp: (\d+)/g)].map((match) => match[1] ?? "");
    t.equal(stamps.length, 2, "both deployments are listed");
    t.match(await osls("rollback", "--timestamp", stamps[0] ?? ""), "Service rolled back to timestamp");
    t.equal(await liveCode(), first, "the first code runs again");

    await osls("deploy", "--force");
    t.equal(await liveCode(), second);
    t.match(await osls("deploy", "--package", "stored"), "Service deployed to stack shop-prod");
    t.equal(await liveCode(), first, "the stored package runs");

    t.match(await osls("remove"), "Service shop has been successfully removed");
    t.same((await call("cloudformation", "DescribeStacks", {}))["Stacks"], []);
  },
);
