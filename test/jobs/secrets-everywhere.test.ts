import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import t, { type Test } from "tap";
import { AwsError, type Shape } from "#sandbox/core/contract";
import type { JsonObject } from "#src/domain/json";
import { runInProcess } from "../cli/run-in-process.ts";
import { tarOf } from "../support/archives.ts";
import { canary, filesWithCanaries, holdsCanary, MARK } from "../support/canaries.ts";
import { ROOT } from "../support/root.ts";
import {
  configure,
  createFunction,
  deployStack,
  ended,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
  until,
  updateCode,
} from "../support/test-account.ts";

/** 4 KB of variables are what Lambda takes. */
const VARIABLES = 55;
const FUNCTIONS = Array.from({ length: 12 }, (_, at) => `pay-${at}`);

const many = (of: string, count: number) => Array.from({ length: count }, (_, at) => canary(`${of}${at}`));

function variablesOf(of: string): Record<string, string> {
  return Object.fromEntries(many(of, VARIABLES).map((value, at) => [`V${at}`, value]));
}

/** Canaries in every place of a template that holds a secret, and those of the functions where nobody expects one. */
function template(of: string, echoed: string): Shape {
  const list = (count: number, where: string) => many(`${of}-${where}`, count);
  return {
    Description: `for ${of}`,
    Conditions: { Never: { "Fn::Equals": ["a", "b"] } },
    Parameters: {
      Hidden: { Type: "String", NoEcho: true, Default: canary(`${of}-hidden`) },
      DbPassword: { Type: "String", Default: canary(`${of}-parameter`) },
      Main: { Type: "String", Default: canary(`${of}-main`) },
    },
    Mappings: { ByStage: { prod: { Values: list(150, "mapping") } } },
    Resources: {
      Topic: {
        Type: "AWS::SNS::Topic",
        Properties: { DisplayName: `see ${echoed}`, Tags: [{ Key: "note", Value: echoed }] },
      },
      Vault: { Type: "AWS::SecretsManager::Secret", Properties: { SecretString: canary(`${of}-vault`) } },
      Setting: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: canary(`${of}-ssm`) } },
      Db: {
        Type: "AWS::RDS::DBInstance",
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        Properties: { Engine: "postgres", DBInstanceClass: "db.t3.micro", MasterUserPassword: { Ref: "Main" } },
      },
      Host: {
        Type: "AWS::EC2::Instance",
        DeletionPolicy: "Retain",
        Properties: { UserData: { "Fn::Base64": canary(`${of}-userdata`) } },
      },
      Task: {
        Type: "AWS::ECS::TaskDefinition",
        Properties: {
          ContainerDefinitions: [
            {
              Name: "main",
              Image: "nginx",
              Environment: list(150, "ecs").map((Value, at) => ({ Name: `V${at}`, Value })),
            },
          ],
        },
      },
      Build: {
        Type: "AWS::CodeBuild::Project",
        Properties: {
          Artifacts: { Type: "NO_ARTIFACTS" },
          ServiceRole: "arn:aws:iam::000000000000:role/build",
          Source: { Type: "NO_SOURCE", BuildSpec: "version: 0.2" },
          Environment: {
            Type: "LINUX_CONTAINER",
            ComputeType: "BUILD_GENERAL1_SMALL",
            Image: "aws/codebuild/standard:7.0",
            EnvironmentVariables: list(50, "codebuild").map((Value, at) => ({ Name: `V${at}`, Value })),
          },
        },
      },
      Inline: {
        Type: "AWS::Lambda::Function",
        Properties: {
          Runtime: "nodejs20.x",
          Handler: "index.handler",
          Role: "arn:aws:iam::000000000000:role/service",
          Code: { ZipFile: `// ${canary(`${of}-inline`)}` },
          Environment: {
            "Fn::If": [
              "Never",
              { Variables: { A: canary(`${of}-never`) } },
              { Variables: { A: canary(`${of}-if`), B: { Ref: "Hidden" } } },
            ],
          },
        },
      },
    },
    Outputs: { ApiToken: { Value: canary(`${of}-output`) } },
  };
}

/** Reading bytes shows them to whoever may. */
const BYTES = /\/artifact$|\/packages\/\{service\}$/;
/** A followed log ends only with its job, and repeats the log. */
const ENDLESS = /\/stream$/;

/** Each address that can be read, with what exists in place of its parameters. */
function addresses(parameters: Readonly<Record<string, readonly string[]>>): string[] {
  const document = JSON.parse(readFileSync(join(ROOT, "openapi/openapi.json"), "utf8")) as { paths: JsonObject };
  const readable = Object.entries(document.paths).filter(
    ([path, methods]) => "get" in (methods as object) && !BYTES.test(path),
  );
  return readable.flatMap(([path]) => {
    if (ENDLESS.test(path)) return [];
    const noun = path.split("/")[2] ?? "";
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    return names.reduce<string[]>(
      (paths, name) =>
        paths.flatMap((each) =>
          (parameters[name === "id" ? noun : name] ?? []).map((value) =>
            each.replace(`{${name}}`, encodeURIComponent(value)),
          ),
        ),
      [path],
    );
  });
}

/** Where the first canary is, to see what was forgotten. */
function around(text: string): string {
  const at = Math.max(text.indexOf(MARK), 0);
  return text.slice(Math.max(at - 100, 0), at + 100);
}

/** Reads an address to its last page. Returns the pages that hold a canary, or failed. */
async function leaksOf(w: TestAccount, address: string): Promise<string[]> {
  const leaks: string[] = [];
  for (let path: string | null = address; path !== null; ) {
    const answer = await fetch(w.url + path, { headers: { authorization: `Bearer ${w.token}` } });
    const text = await answer.text();
    if (holdsCanary(text) || answer.status >= 500) leaks.push(`${answer.status} ${path} ${around(text)}`);
    const isPage = answer.headers.get("content-type")?.startsWith("application/json");
    const { next = null } = isPage ? (JSON.parse(text) as { next?: string | null }) : {};
    path = next && `${address}${address.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(next)}`;
  }
  return leaks;
}

/** What an upstream quotes a value as. */
const QUOTES: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => JSON.stringify({ value }),
  (value) => JSON.stringify(JSON.stringify({ value })),
  (value) => encodeURIComponent(value),
  (value) => Buffer.from(`x${value}`).toString("base64"),
];

function quoted(value: string): string {
  return QUOTES.map((quote) => quote(value)).join(" and ");
}

function failing(w: TestAccount, operation: string, value: string, code = "InvalidParameterValueException"): void {
  w.sandbox.faults.fail({
    match: (record) => record.operation === operation,
    times: 1,
    error: new AwsError(code, `The value ${quoted(value)} is not allowed.`, 400),
  });
}

async function commands(
  w: TestAccount,
  t: Test,
  ids: { deployment: string; rollback: string; byPackage: string },
): Promise<void> {
  const env = { STEPBACK_URL: w.url, STEPBACK_TOKEN: w.token };
  const lines = [
    ["deployments"],
    ["activities"],
    ["components", ids.deployment],
    ["logs", ids.deployment],
    ["logs", ids.rollback],
    ["logs", ids.byPackage],
    ["history", "lambda-config:pay-0"],
    ["drill", ids.deployment],
    ["pins", "list"],
    ["builds", "list", "--application", "shop", "--stage", "prod"],
    ["revalidations", "list", "--application", "shop", "--stage", "prod"],
    ["policy", "show", "--application", "shop", "--stage", "prod"],
  ];
  for (const line of lines)
    for (const json of [[], ["--json"]]) {
      const { stdout, stderr } = await runInProcess([...line, ...json], { env });
      t.notOk(holdsCanary(stdout + stderr), `stepback ${[...line, ...json].join(" ")}`);
    }
}

t.test("no secret of a thousand is anywhere but where it belongs, and each comes back by a rollback", async (t) => {
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const w = await startTestAccount({}, {}, { logger });
  t.teardown(() => w.close());
  const known = canary("pay-0-0");
  const echo = { Description: `uses ${known}`, Tags: { note: known } };
  for (const name of FUNCTIONS)
    await createFunction(w, name, canary(`${name} code`), {
      ...echo,
      Environment: { Variables: variablesOf(`${name}-`) },
    });
  await w.aws("lambda", "PublishVersion", { FunctionName: "pay-0" });
  await w.aws("lambda", "CreateAlias", {
    FunctionName: "pay-0",
    Name: "live",
    FunctionVersion: "1",
    Description: known,
  });
  const cors = { AllowOrigins: [`https://${encodeURIComponent(known)}`] };
  await w.aws("lambda", "CreateFunctionUrlConfig", { FunctionName: "pay-0", AuthType: "NONE", Cors: cors });
  t.match(await deployStack(w, "shop", template("before", known)), "CREATE_COMPLETE");

  // The reason comes before anybody can know that it holds a secret.
  const reason = { reason: `because of ${known}`, build: "1", commit: "abc" };
  const opened = await openDeployment(w, { functions: ["pay-*"], stacks: ["shop"] }, reason);
  t.match(opened, { status: "In Progress", error: null });
  const deployment = opened.id;
  const tar = await tarOf({ "code.js": canary("package") });
  await fetch(`${w.url}/v1/applications/shop/stages/prod/builds/1/packages/api?commit=c`, {
    method: "PUT",
    headers: { authorization: `Bearer ${w.token}`, "content-type": "application/x-tar" },
    body: new Uint8Array(tar),
  });
  for (const name of FUNCTIONS) {
    await updateCode(w, name, canary("bad code"));
    await configure(w, name, {
      Environment: { Variables: variablesOf(`bad-${name}-`) },
      Description: canary(`bad-${name}-0`),
    });
  }
  t.match(await deployStack(w, "shop", template("after", canary("bad-pay-0-0"))), "UPDATE_COMPLETE");
  await w.api("POST", `/v1/deployments/${deployment}/finish`, { outcome: "succeeded", message: `with ${known}` });
  t.match(await ended(w, `/v1/deployments/${deployment}`), { status: "Completed" });

  for (const member of ["build", "branch", "commit", "ticket"]) {
    const named = { application: "shop", stage: "prod", scope: { functions: ["none"] }, [member]: known };
    const refused = await w.api("POST", "/v1/deployments", named);
    t.match(refused, { status: 422, body: { code: "SECRET_IN_NAME", errors: [{ pointer: `/${member}` }] } });
  }
  t.match(await w.api("POST", "/v1/tokens", { name: known, role: "auditor" }), { status: 422 });

  failing(w, "UpdateFunctionConfiguration", known);
  const broken = await rollBack(w, deployment, ["lambda-config:pay-0"], { strategy: "direct", reason: known });
  t.match(broken, { status: "Exception" });
  w.sandbox.faults.alter({
    match: ({ operation }) => operation === "DescribeChangeSet",
    change: (output) => ({ ...output, Status: "FAILED", StatusReason: quoted(canary("before-vault")) }),
  });
  const stuck = await rollBack(w, deployment, ["stack:shop"], { allowDestructive: true, onConflict: "restore" });
  t.match(stuck, { status: "Exception" });
  w.sandbox.faults.off();
  failing(w, "GetPolicy", canary("pay-1-1"), "ServiceException");
  const draft = await w.api("POST", "/v1/rollbacks", { deployment, components: "all", run: false, reason: known });
  await w.api("GET", `/v1/rollbacks/${draft.body.id}/plan?wait=60`);
  const rolledBack = await rollBack(w, deployment, "all", {
    allowDestructive: true,
    onConflict: "restore",
    reason: known,
  });
  t.match(rolledBack, { status: "Completed", error: null });
  for (const name of FUNCTIONS) {
    const now = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: name });
    t.same(now.Environment?.Variables, variablesOf(`${name}-`), name);
    t.equal(now.Description, echo.Description);
  }
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", { StackName: "shop" });
  t.same(JSON.parse(TemplateBody), template("before", known));

  const again = { toBuild: "1", package: "api", onConflict: "restore", allowDestructive: true, reason: known };
  const byPackage = await w.api("POST", "/v1/applications/shop/stages/prod/rollback", again);
  t.equal(byPackage.status, 202);
  const commanded = `/v1/rollbacks/${byPackage.body.id}` as const;
  await until(async () => (await w.api("GET", commanded)).body.status !== "Queued");
  const output = QUOTES.map((quote) => `printed ${quote(known)} and ${quote(canary("bad-pay-3-3"))}`);
  t.equal((await w.api("POST", `${commanded}/output`, { lines: output })).status, 204);
  await w.api("POST", `${commanded}/finish`, { outcome: "failed", message: `it said ${known}` });
  t.match(await ended(w, commanded), {
    status: "Exception",
    error: { code: "COMMAND_FAILED", detail: "it said (secret)" },
  });

  const rollbacks = [broken.id, stuck.id, draft.body.id, rolledBack.id, byPackage.body.id];
  const { body: pins } = await w.api("GET", "/v1/pins");
  const { body: shown } = await w.api("GET", `/v1/snapshots/${opened.snapshot.id}/components`);
  const components = shown.items.map(({ id }) => id);
  const found = addresses({
    deployments: [deployment],
    rollbacks,
    snapshots: [opened.snapshot.id],
    pins: pins.items.map(({ id }) => id),
    componentId: components,
    application: ["shop"],
    stage: ["prod"],
    build: ["1"],
  });
  const leaks: string[] = [];
  for (const address of [...found, "/v1/audit/export?format=csv", "/v1/audit/export?format=ocsf"])
    leaks.push(...(await leaksOf(w, address)));
  t.ok(found.length > 40, `${found.length} addresses`);
  t.same(leaks, [], "no answer");
  await commands(w, t, { deployment, rollback: broken.id, byPackage: byPackage.body.id });
  t.same(
    lines.filter((line) => holdsCanary(line)),
    [],
    "the service's log",
  );
  t.same(await filesWithCanaries(w.dataDir), [], "no file");
});
