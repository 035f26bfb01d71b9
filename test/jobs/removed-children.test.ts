import t from "tap";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  settled,
  startTestAccount,
} from "../support/test-account.ts";

/*
 * Children of a stack that somebody removes or alters outside it during the deploy, while the template stays the same:
 * CloudFormation notices nothing, so what can come back under its physical id comes back by a call of its own.
 */

const w = await startTestAccount();
t.teardown(() => w.close());

const resourcesOf = (name: string) => ({
  F: {
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: name,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/service",
      MemorySize: 256,
      Code: { ZipFile: "exports.handler = async () => 'pay';" },
    },
  },
  V: { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "F" } } },
  Live: {
    Type: "AWS::Lambda::Alias",
    Properties: { FunctionName: { Ref: "F" }, Name: "live", FunctionVersion: { "Fn::GetAtt": ["V", "Version"] } },
  },
  Url: {
    Type: "AWS::Lambda::Url",
    Properties: { TargetFunctionArn: { "Fn::GetAtt": ["F", "Arn"] }, AuthType: "NONE" },
  },
  Retries: {
    Type: "AWS::Lambda::EventInvokeConfig",
    Properties: { FunctionName: { Ref: "F" }, Qualifier: "$LATEST", MaximumRetryAttempts: 1 },
  },
  Callers: {
    Type: "AWS::Lambda::Permission",
    Properties: { FunctionName: { Ref: "F" }, Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" },
  },
  Orders: {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: {
      FunctionName: { Ref: "F" },
      EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      BatchSize: 5,
    },
  },
});

/** A deployment in which the stack, named like its function, stays as it is and somebody changes something beside it. */
async function changedBeside(name: string, change: () => Promise<unknown>): Promise<string> {
  await deployStack(w, name, { Resources: resourcesOf(name) });
  await settled(w, name);
  const { id } = await openDeployment(w, { stacks: [name] });
  await change();
  await finishDeployment(w, id);
  return id;
}

/** The stack owns what came back: it can alter and remove all of it. */
async function stackStillOwns(name: string): Promise<string> {
  const { F, Live, V } = resourcesOf(name);
  const changed = { ...F, Properties: { ...F.Properties, MemorySize: 512 } };
  return deployStack(w, name, { Resources: { F: changed, V, Live } });
}

async function readinessOf(id: string, component: string) {
  const { items } = (await w.api("GET", `/v1/deployments/${id}/components`)).body;
  return items.find((item) => item.id === component);
}

const uuidOf = async (FunctionName: string) =>
  (await w.aws("lambda", "ListEventSourceMappings", { FunctionName })).EventSourceMappings[0]?.UUID ?? "";

const REMOVALS: Readonly<
  Record<string, readonly [component: string, remove: (FunctionName: string) => Promise<unknown>]>
> = {
  url: ["lambda-url:", (FunctionName) => w.aws("lambda", "DeleteFunctionUrlConfig", { FunctionName })],
  async: [
    "lambda-async:",
    (FunctionName) => w.aws("lambda", "DeleteFunctionEventInvokeConfig", { FunctionName, Qualifier: "$LATEST" }),
  ],
  version: [
    "lambda-alias:",
    async (FunctionName) => {
      await w.aws("lambda", "DeleteAlias", { FunctionName, Name: "live" });
      await w.aws("lambda", "DeleteFunction", { FunctionName, Qualifier: "1" });
    },
  ],
};

for (const [what, [kind, remove]] of Object.entries(REMOVALS)) {
  t.test(
    `what was removed outside its stack is put back directly, alone, and stays the stack's: ${what}`,
    async (t) => {
      const name = `removed-${what}`;
      const id = await changedBeside(name, () => remove(name));
      const component = `${kind}${name}${what === "version" ? ":live" : ""}`;
      const done = await rollBack(w, id, [component], { allowDestructive: true });
      t.match(done, { status: "Completed", result: { recreated: 1 } });
      t.equal(await stackStillOwns(name), "UPDATE_COMPLETE");
    },
  );
}

for (const picked of ["all", "alone"] as const) {
  t.test(`a function that was deleted outside its stack is created again under its name: ${picked}`, async (t) => {
    const name = `removed-function-${picked}`;
    const id = await changedBeside(name, () => w.aws("lambda", "DeleteFunction", { FunctionName: name }));
    t.match(await readinessOf(id, `lambda-code:${name}`), { change: "deleted", readiness: "reversible" });
    const components = picked === "all" ? "all" : [`lambda-code:${name}`];
    const done = await rollBack(w, id, components, { allowDestructive: true });
    t.match(done, { status: "Completed", error: null, result: { failed: 0, skipped: 0 } });
    t.match(await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: name }), { MemorySize: 256 });
    if (picked === "all") t.equal(await stackStillOwns(name), "UPDATE_COMPLETE");
  });
}

t.test(
  "a trigger that was deleted outside its stack is refused with a way out that works, and readiness says it",
  async (t) => {
    const name = "removed-trigger";
    const id = await changedBeside(name, async () =>
      w.aws("lambda", "DeleteEventSourceMapping", { UUID: await uuidOf(name) }),
    );
    const component = `lambda-trigger:${name}/arn:aws:sqs:us-east-1:000000000000:${name}`;
    const way = /Update removed-trigger once without the trigger and once with it, as in the backup, then plan again/;
    t.match(await readinessOf(id, component), {
      readiness: "irreversible",
      details: [{ code: "OWNED_BY_STACK", detail: way }],
    });
    w.sandbox.calls.clear();
    t.match(await rollBack(w, id, "all"), { error: { errors: [{ code: "OWNED_BY_STACK", detail: way }] } });
    t.same(w.sandbox.calls.mutations(), [], "nothing is touched");
    const { Orders: _, ...others } = resourcesOf(name);
    t.equal(await deployStack(w, name, { Resources: others }), "UPDATE_COMPLETE");
    t.equal(await deployStack(w, name, { Resources: resourcesOf(name) }), "UPDATE_COMPLETE");
    t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
    t.equal((await w.aws("lambda", "ListEventSourceMappings", { FunctionName: name })).EventSourceMappings.length, 1);
  },
);

const ALTERATIONS: Readonly<Record<string, (FunctionName: string) => Promise<unknown>>> = {
  "lambda-config:": (FunctionName) => w.aws("lambda", "UpdateFunctionConfiguration", { FunctionName, MemorySize: 512 }),
  "lambda-alias:": (FunctionName) =>
    w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", FunctionVersion: "$LATEST" }),
  "lambda-url:": (FunctionName) => w.aws("lambda", "UpdateFunctionUrlConfig", { FunctionName, AuthType: "AWS_IAM" }),
  "lambda-async:": (FunctionName) =>
    w.aws("lambda", "UpdateFunctionEventInvokeConfig", { FunctionName, Qualifier: "$LATEST", MaximumRetryAttempts: 2 }),
  "lambda-trigger:": async (FunctionName) =>
    w.aws("lambda", "UpdateEventSourceMapping", { UUID: await uuidOf(FunctionName), BatchSize: 9 }),
};

t.test(
  "what was altered outside its stack, whose template is the same, is restored directly and in place",
  async (t) => {
    const name = "altered";
    const id = await changedBeside(name, async () => {
      for (const alter of Object.values(ALTERATIONS)) {
        await alter(name);
        await settled(w, name);
      }
    });
    w.sandbox.calls.clear();
    const done = await rollBack(w, id, "all");
    t.match(done, { status: "Completed", result: { restored: 5, failed: 0 } });
    const rows = (await w.api("GET", `/v1/rollbacks/${done.id}/components`)).body.items;
    t.same(rows.map(({ component }) => `${component.split(":")[0]}:`).sort(), Object.keys(ALTERATIONS).sort());
    t.ok(rows.every(({ strategy, verified }) => strategy === "direct" && verified));
    t.notMatch(
      w.sandbox.calls
        .mutations()
        .map(({ operation }) => operation)
        .join(" "),
      /ChangeSet|Create|Delete/,
    );
    t.equal(await stackStillOwns(name), "UPDATE_COMPLETE");
  },
);
