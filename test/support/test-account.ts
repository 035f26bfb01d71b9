import { rm } from "node:fs/promises";
import { strToU8, type Zippable, zipSync } from "fflate";
import type { Test } from "tap";
import type { Deployment, Rollback } from "#client/api-types";
import type { Shape } from "#sandbox/core/contract";
import { createSandbox, type Sandbox, type SandboxOptions } from "#sandbox/sandbox";
import { type ComposeOptions, type RunningService, startService } from "#src/compose";
import { readConfig } from "#src/config";
import { type Account, type AwsOutput, type Reply, type ReplyTo, sandboxAccount } from "./answers.ts";
import { ANY_SPEED } from "./any-speed.ts";
import { eagerClock, quickClock } from "./quick-clock.ts";
import { makeScratchFolder } from "./scratch.ts";

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** A sandbox and a service that talk over loopback, in this process, with a folder of their own. */
export interface TestAccount extends Account {
  readonly sandbox: Sandbox;
  readonly dataDir: string;
  /** What a client of the sandbox needs in its environment. */
  readonly awsEnv: Record<string, string>;
  readonly url: string;
  readonly token: string;
  api<Method extends string, Path extends string>(
    method: Method,
    path: Path,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<ReplyTo<Method, Path>>>;
  /** Stops the service and starts it again on the same data. */
  restart(env?: Record<string, string>): Promise<void>;
  close(): Promise<void>;
}

/** The environment that makes an SDK, the AWS CLI or a deploy tool call that endpoint. */
export function awsEnv(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
  };
}

const QUIET = { STEPBACK_LOG_LEVEL: "error" };

/** An account that lives as long as one test. */
export async function worldOf(
  t: Test,
  options: SandboxOptions = {},
  env: Record<string, string> = {},
): Promise<TestAccount> {
  const account = await startTestAccount(options, env);
  t.teardown(() => account.close());
  return account;
}

export async function startTestAccount(
  options: SandboxOptions = {},
  env: Record<string, string> = {},
  parts: ComposeOptions = {},
): Promise<TestAccount> {
  const sandbox = createSandbox({ updateMs: 0, clock: eagerClock, ...options });
  const sandboxEnv = awsEnv(await sandbox.listen());
  Object.assign(process.env, sandboxEnv);
  const dataDir = await makeScratchFolder();
  const start = (more: Record<string, string> = {}) =>
    startService(
      readConfig({ ...QUIET, ...ANY_SPEED, STEPBACK_PORT: "0", STEPBACK_DATA_DIR: dataDir, ...env, ...more }),
      { requestHandler: sandbox.requestHandler(), clock: quickClock, ...parts },
    );
  let service: RunningService = await start();
  return {
    sandbox,
    dataDir,
    awsEnv: sandboxEnv,
    get url() {
      return service.url;
    },
    get token() {
      return service.adminToken;
    },
    api: (method, path, body, headers) => call(service, method, { path, body, headers: headers ?? {} }),
    aws: sandboxAccount(sandbox).aws,
    restart: async (more) => {
      await service.close();
      service = await start(more);
    },
    close: async () => {
      await service.close();
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function call<Body>(
  service: RunningService,
  method: string,
  { path, body, headers }: { path: string; body: unknown; headers: Record<string, string> },
): Promise<Answer<Body>> {
  const content = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await service.inject({
    method: method as "GET",
    url: path,
    headers: { authorization: `Bearer ${service.adminToken}`, ...content, ...headers },
    ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = answer.body;
  return {
    status: answer.statusCode,
    body: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text,
    headers: new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
  };
}

/** A function's zip whose handler returns `says`. Equal words give equal bytes. */
export function zip(says: string, more: Zippable = {}): Uint8Array {
  const handler = `exports.handler = async () => (${JSON.stringify(says)});\n`;
  return zipSync({ "index.js": strToU8(handler), ...more }, { mtime: new Date("2026-01-01T00:00:00Z") });
}

/** Creates a function outside any stack and waits until it is active. */
export async function createFunction(account: Account, name: string, says: string, more: Shape = {}): Promise<void> {
  await account.aws("lambda", "CreateFunction", {
    FunctionName: name,
    Runtime: "nodejs20.x",
    Handler: "index.handler",
    Role: "arn:aws:iam::000000000000:role/service",
    Code: { ZipFile: zip(says) },
    ...more,
  });
  await settled(account, name);
}

export async function updateCode(account: Account, name: string, says: string): Promise<void> {
  await account.aws("lambda", "UpdateFunctionCode", { FunctionName: name, ZipFile: zip(says) });
  await settled(account, name);
}

export async function configure(account: Account, name: string, settings: Shape): Promise<void> {
  await account.aws("lambda", "UpdateFunctionConfiguration", { FunctionName: name, ...settings });
  await settled(account, name);
}

export async function settled(account: Account, name: string): Promise<void> {
  await until(async () => {
    const { State, LastUpdateStatus } = await account.aws("lambda", "GetFunctionConfiguration", { FunctionName: name });
    return State === "Active" && LastUpdateStatus === "Successful";
  });
}

/** Invokes a function and returns its response. */
export async function invoke(account: Account, name: string, qualifier?: string): Promise<unknown> {
  const { Payload } = await account.aws("lambda", "Invoke", {
    FunctionName: name,
    ...(qualifier ? { Qualifier: qualifier } : {}),
  });
  return JSON.parse(Buffer.from(Payload).toString());
}

/** Creates or updates a stack as a deploy tool does, and waits until the operation has ended. */
export async function deployStack(
  account: Account,
  name: string,
  template: unknown,
  more: Shape = {},
): Promise<string> {
  const exists = await account.aws("cloudformation", "DescribeStacks", { StackName: name }).then(
    () => true,
    () => false,
  );
  const body = typeof template === "string" ? template : JSON.stringify(template, null, 2);
  const input = {
    StackName: name,
    TemplateBody: body,
    Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    ...more,
  };
  await account.aws("cloudformation", exists ? "UpdateStack" : "CreateStack", input);
  return stackSettled(account, name);
}

export async function stackSettled(account: Account, name: string): Promise<string> {
  let status = "";
  await until(async () => {
    const { Stacks } = await account.aws("cloudformation", "DescribeStacks", { StackName: name });
    status = Stacks[0]?.StackStatus ?? "";
    return status !== "" && !status.endsWith("_IN_PROGRESS");
  });
  return status;
}

interface StackPart {
  readonly stack: string;
  readonly logicalId: string;
}

export async function physicalIdOf(account: Account, { stack, logicalId }: StackPart): Promise<string> {
  const asked = { StackName: stack, LogicalResourceId: logicalId };
  const { StackResources } = await account.aws("cloudformation", "DescribeStackResources", asked);
  return StackResources[0]?.PhysicalResourceId ?? "";
}

/** Sends a message to a queue of a stack. */
export async function sendTo(account: Account, queue: StackPart): Promise<void> {
  await account.aws("sqs", "SendMessage", { QueueUrl: await physicalIdOf(account, queue), MessageBody: "order" });
}

/** Puts an item into a table of a stack, whatever of these its key is. */
export async function putItem(account: Account, table: StackPart): Promise<void> {
  const TableName = await physicalIdOf(account, table);
  await account.aws("dynamodb", "PutItem", { TableName, Item: { id: { S: "1" }, sku: { S: "1" } } });
}

/** Most waits are over within a turn or two of the event loop. */
const LOOK_AGAIN_MS = 5;

/** Waits for a condition, and throws when it does not become true in time. */
export async function until(condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  await firstOf(async () => (await condition()) || undefined, timeoutMs, `${condition}`);
}

/** Reads until there is a value, and throws when there is none in time. */
export async function firstOf<Value>(
  read: () => Promise<Value | undefined>,
  timeoutMs = 20_000,
  what = `${read}`,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`it did not become true within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Opens a deployment and waits until its backup is ready. */
export async function openDeployment(
  account: TestAccount,
  scope: { stacks?: string[]; functions?: string[] },
  more: object = {},
): Promise<Reply<Deployment>> {
  const request = { application: "shop", stage: "prod", branch: "main", scope, ...more };
  const opened = await account.api("POST", "/v1/deployments", request);
  if (opened.status !== 202) return opened.body;
  return settledDeployment(account, opened.body.id, ({ status }) => status !== "Queued");
}

/** Reports the outcome and waits until the deployment has ended. */
export async function finishDeployment(
  account: TestAccount,
  id: string,
  outcome = "succeeded",
): Promise<Reply<Deployment>> {
  await account.api("POST", `/v1/deployments/${id}/finish`, { outcome });
  return settledDeployment(account, id, ({ status }) => status === "Completed" || status === "Exception");
}

/** Each waits half a minute. A job that takes longer than all of them does not end. */
const MOST_WAITS = 6;

/** Waits for a condition on a machine of any speed, and returns what there is when it has not become true. */
async function settledDeployment(
  account: TestAccount,
  id: string,
  isSettled: (deployment: Deployment) => boolean,
): Promise<Reply<Deployment>> {
  const read = async () => (await account.api("GET", `/v1/deployments/${id}?wait=30`)).body;
  let deployment = await read();
  for (let waits = 1; waits < MOST_WAITS && !isSettled(deployment); waits += 1) deployment = await read();
  return deployment;
}

/** Waits until a job has ended, on a machine of any speed. */
export async function ended<Path extends string>(
  account: Pick<TestAccount, "api">,
  path: Path,
): Promise<ReplyTo<"GET", Path>> {
  const waiting: string = /\/(deployments|rollbacks)\//.test(path) ? `${path}?wait=30` : path;
  await until(async () => {
    const { status } = (await account.api("GET", waiting)).body;
    return status === "Completed" || status === "Exception";
  }, 300_000);
  return (await account.api("GET", path)).body;
}

/** Starts a rollback and waits until it has ended. */
export async function rollBack(
  account: TestAccount,
  deployment: string,
  components: readonly string[] | "all",
  more: object = {},
): Promise<Reply<Rollback>> {
  const opened = await account.api("POST", "/v1/rollbacks", { deployment, components, ...more });
  if (opened.status !== 202) return opened.body;
  return (await account.api("GET", `/v1/rollbacks/${opened.body.id}?wait=60`)).body;
}

interface Facets {
  readonly tags: object;
  readonly concurrency: object | null;
  readonly recursion: string;
  readonly statements: readonly string[];
  readonly urls: readonly object[];
  readonly invokes: readonly object[];
}

/** The facets of a function, without the values that AWS makes for each object: addresses, times, order, revisions. */
async function facetsOf(account: Account, FunctionName: string): Promise<Facets> {
  const lambda = <Operation extends string>(operation: Operation) => account.aws("lambda", operation, { FunctionName });
  const { Tags = {}, Concurrency = null } = await lambda("GetFunction");
  const { FunctionUrlConfigs } = await lambda("ListFunctionUrlConfigs");
  const { FunctionEventInvokeConfigs } = await lambda("ListFunctionEventInvokeConfigs");
  const policy: object[] = await lambda("GetPolicy").then(
    ({ Policy }) => JSON.parse(Policy).Statement,
    () => [],
  );
  return {
    tags: Tags,
    concurrency: Concurrency,
    recursion: (await lambda("GetFunctionRecursionConfig")).RecursiveLoop,
    statements: policy.map((statement) => JSON.stringify(statement)).sort(),
    urls: FunctionUrlConfigs.map(({ FunctionArn, AuthType, Cors }) => ({ FunctionArn, AuthType, Cors })),
    invokes: FunctionEventInvokeConfigs.map(({ LastModified: _, ...settings }) => settings),
  };
}

type Configuration = Pick<
  AwsOutput<"GetFunctionConfiguration">,
  "CodeSha256" | "MemorySize" | "Timeout" | "Environment" | "Description" | "Handler"
>;

interface FunctionFingerprint extends Configuration, Facets {
  readonly aliases: Readonly<Record<string, object>>;
}

/** Code digest, configuration, aliases and facets of every function and the template of every stack, as AWS returns them. */
export async function fingerprintOf(account: Account): Promise<Record<string, FunctionFingerprint>> {
  const { Functions } = await account.aws("lambda", "ListFunctions");
  const functions: Record<string, FunctionFingerprint> = {};
  for (const found of Functions) {
    const { Aliases } = await account.aws("lambda", "ListAliases", { FunctionName: found.FunctionName });
    const { CodeSha256, MemorySize, Timeout, Environment, Description, Handler } = found;
    const aliases: Record<string, object> = {};
    for (const { Name, FunctionVersion } of Aliases) {
      const version = await account.aws("lambda", "GetFunctionConfiguration", {
        FunctionName: found.FunctionName,
        Qualifier: FunctionVersion,
      });
      aliases[Name] = { CodeSha256: version.CodeSha256, MemorySize: version.MemorySize };
    }
    functions[found.FunctionName] = {
      ...{ CodeSha256, MemorySize, Timeout, Environment, Description, Handler, aliases },
      ...(await facetsOf(account, found.FunctionName)),
    };
  }
  return functions;
}
