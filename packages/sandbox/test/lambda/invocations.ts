import { existsSync } from "node:fs";
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  type InvokeCommandInput,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import t from "tap";
import { createSandbox } from "#sandbox/sandbox";
import { type Harness, handlerZip, openHarness, ROLE, zipOf } from "../sandbox-harness.ts";

const FunctionName = "pay";
/** A busy machine may need seconds to start a process; the default timeout of a function is 3. */
const START_TIMEOUT_SECONDS = 60;

async function create(
  { lambda, clock }: Harness,
  files: Record<string, string>,
  more: Partial<CreateFunctionCommandInput> = {},
) {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: "nodejs20.x",
      Role: ROLE,
      Handler: "index.handler",
      Timeout: START_TIMEOUT_SECONDS,
      Code: { ZipFile: zipOf(files) },
      ...more,
    }),
  );
  clock.advance(200);
}

async function invoke({ lambda }: Harness, more: Partial<InvokeCommandInput> = {}) {
  const { Payload, ...response } = await lambda.send(new InvokeCommand({ FunctionName, ...more }));
  const text = Buffer.from(Payload ?? []).toString();
  return { ...response, result: text === "" ? undefined : (JSON.parse(text) as unknown) };
}

t.test("runs a function with its variables, its event and what Lambda adds", async (t) => {
  const harness = await openHarness(t);
  const source = `exports.handler = async (event, context) => {
    const { A, AWS_REGION, AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, _HANDLER, LAMBDA_TASK_ROOT, HOME } = process.env;
    console.log("paying", event.amount);
    return { event, env: { A, AWS_REGION, AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, _HANDLER, HOME },
      root: LAMBDA_TASK_ROOT, name: context.functionName, left: context.getRemainingTimeInMillis() > 0 };
  };`;
  await create(harness, { "index.js": source }, { Publish: true, Environment: { Variables: { A: "1" } } });
  const Payload = Buffer.from('{"amount":3}');
  const response = await invoke(harness, { Payload, Qualifier: "1", LogType: "Tail" });
  t.equal(response.StatusCode, 200);
  t.equal(response.ExecutedVersion, "1");
  t.match(response.result, {
    event: { amount: 3 },
    env: {
      A: "1",
      AWS_REGION: "us-east-1",
      AWS_LAMBDA_FUNCTION_NAME: FunctionName,
      AWS_LAMBDA_FUNCTION_VERSION: "1",
      _HANDLER: "index.handler",
      HOME: undefined,
    },
    name: FunctionName,
    left: true,
  });
  t.match(Buffer.from(response.LogResult ?? "", "base64").toString(), /START RequestId: .* Version: 1\npaying 3\nEND/);
  const { root } = response.result as { root: string };
  t.ok(existsSync(root));
  await harness.sandbox.close();
  t.notOk(existsSync(root), "its folder is deleted when the sandbox closes");
});

t.test("runs CommonJS and ES modules, by extension and by package.json, in folders, with callbacks", async (t) => {
  const cases: readonly (readonly [handler: string, files: Record<string, string>])[] = [
    ["index.handler", { "index.mjs": "export const handler = async () => 'module';" }],
    [
      "index.handler",
      { "package.json": '{"type":"module"}', "index.js": "export const handler = async () => 'module';" },
    ],
    ["src/pay.run", { "src/pay.js": "exports.run = (event, context, callback) => callback(null, 'module');" }],
    ["index.handler", { "index.cjs": "module.exports = { handler: () => 'module' };" }],
    [
      "index.api.get",
      {
        "index.js": "exports.api = { get: async () => require('./other').name }",
        "other.js": "exports.name = 'module'",
      },
    ],
  ];
  const calls = cases.map(async ([Handler, files]) => {
    const harness = await openHarness(t);
    await create(harness, files, { Handler });
    t.equal((await invoke(harness)).result, "module", Object.keys(files).join(", "));
  });
  await Promise.all(calls);
});

t.test("reports how a function failed", async (t) => {
  const cases: readonly (readonly [files: Record<string, string>, error: object, timeoutSeconds?: number])[] = [
    [
      { "index.js": "exports.handler = async () => { throw new TypeError('no card'); };" },
      { errorType: "TypeError", errorMessage: "no card", trace: [/TypeError: no card/] },
    ],
    [{ "other.js": "" }, { errorType: "Runtime.ImportModuleError", errorMessage: "Error: Cannot find module 'index'" }],
    [
      { "index.js": "exports.other = 1;" },
      { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is undefined or not exported" },
    ],
    [
      { "index.js": "exports.handler = async () => process.exit(3);" },
      { errorMessage: "Runtime exited with error: exit status 3" },
    ],
    [
      { "index.js": "exports.handler = async () => { for (;;) {} };" },
      { errorType: "Sandbox.Timedout", errorMessage: "Task timed out after 1.00 seconds" },
      1,
    ],
  ];
  const failures = cases.map(async ([files, error, Timeout = START_TIMEOUT_SECONDS]) => {
    const harness = await openHarness(t);
    await create(harness, files, { Timeout });
    const response = await invoke(harness);
    t.equal(response.StatusCode, 200);
    t.equal(response.FunctionError, "Unhandled");
    t.match(response.result, error);
  });
  await Promise.all(failures);
});

t.test("runs the old code until an update has settled", async (t) => {
  const harness = await openHarness(t);
  await create(harness, {}, { Code: { ZipFile: handlerZip("old") } });
  await harness.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip("new") }));
  t.match((await invoke(harness)).result, { marker: "old" });
  harness.clock.advance(200);
  t.match((await invoke(harness)).result, { marker: "new" });
});

t.test("an alias sends the share of calls given by its weight to the other version", async (t) => {
  const harness = await openHarness(t);
  const { lambda, clock } = harness;
  await create(harness, {}, { Code: { ZipFile: handlerZip("1") }, Publish: true });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip("2"), Publish: true }));
  clock.advance(200);
  for (const [Name, weight] of [
    ["none", 0],
    ["all", 1],
  ] as const) {
    const RoutingConfig = { AdditionalVersionWeights: { "2": weight } };
    await lambda.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: "1", RoutingConfig }));
  }
  t.equal((await invoke(harness, { Qualifier: "none" })).ExecutedVersion, "1");
  t.equal((await invoke(harness, { Qualifier: "all" })).ExecutedVersion, "2");
});

t.test("accepts event invocations without waiting, and dry runs without running", async (t) => {
  const harness = await openHarness(t);
  await create(harness, { "index.js": "exports.handler = async () => 1;" });
  t.equal((await invoke(harness, { InvocationType: "Event" })).StatusCode, 202);
  t.equal((await invoke(harness, { InvocationType: "DryRun" })).StatusCode, 204);
  await t.rejects(invoke(harness, { Payload: Buffer.from("{") }), { name: "InvalidRequestContentException" });
});

t.test("rejects calls of a function that is pending, or whose reserved concurrency is 0", async (t) => {
  const harness = await openHarness(t);
  await create(harness, { "index.js": "" });
  await harness.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  await t.rejects(invoke(harness), {
    name: "TooManyRequestsException",
    Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
  });
  const pending = createSandbox({ clock: harness.clock });
  const call = (operation: string, input: object) =>
    pending.service("lambda").call(operation, { FunctionName, ...input }, "wire");
  const Code = { ZipFile: handlerZip("1") };
  await call("CreateFunction", { Runtime: "nodejs20.x", Role: ROLE, Handler: "index.handler", Code });
  await t.rejects(call("Invoke", {}), { name: "ResourceConflictException", message: /state: Pending/ });
});

t.test("reports that it does not run other runtimes", async (t) => {
  const harness = await openHarness(t);
  await create(harness, { "index.py": "" }, { Runtime: "python3.12" });
  const response = await invoke(harness);
  t.equal(response.FunctionError, "Unhandled");
  t.match(response.result, { errorType: "Sandbox.UnsupportedRuntime", errorMessage: /python3\.12/ });
});
