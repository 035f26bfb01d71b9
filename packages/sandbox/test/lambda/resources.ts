import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetLayerVersionByArnCommand,
  GetPolicyCommand,
  GetRuntimeManagementConfigCommand,
  ListEventSourceMappingsCommand,
  ListFunctionUrlConfigsCommand,
  ListTagsCommand,
  PutRuntimeManagementConfigCommand,
  TagResourceCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import t from "tap";
import { openHarness } from "../sandbox-harness.ts";
import { ARN, create, FunctionName } from "./fixtures.ts";

t.test("a version that an alias points to cannot be deleted", async (t) => {
  const harness = await openHarness(t);
  const { lambda } = harness;
  await create(harness, { Publish: true });
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
  const remove = () => lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "1" }));
  await t.rejects(remove(), { name: "ResourceConflictException", message: /\[live\]/ });
  await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
  await t.resolves(remove());
  await t.rejects(lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: "1" })), {
    message: `Function not found: ${ARN}:1`,
  });
});

t.test("what belongs to an alias or a function is deleted with it; an alias's URL and triggers stay", async (t) => {
  const harness = await openHarness(t);
  const { lambda } = harness;
  await create(harness, { Publish: true });
  const alias = { FunctionName, Qualifier: "live" };
  const permission = { StatementId: "s", Action: "lambda:InvokeFunction", Principal: "sns.amazonaws.com" };
  const createAlias = () => lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
  await createAlias();
  await lambda.send(new AddPermissionCommand({ ...alias, ...permission }));
  await lambda.send(new CreateFunctionUrlConfigCommand({ ...alias, AuthType: "NONE" }));
  const EventSourceArn = "arn:aws:sqs:us-east-1:000000000000:q";
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: `${ARN}:live`, EventSourceArn }));
  await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
  await createAlias();
  await t.rejects(lambda.send(new GetPolicyCommand(alias)), { name: "ResourceNotFoundException" });
  t.equal((await lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }))).FunctionUrlConfigs?.length, 1);
  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  t.equal((await lambda.send(new ListEventSourceMappingsCommand({}))).EventSourceMappings?.length, 1);
});

t.test("a recreated URL has another address", async (t) => {
  const harness = await openHarness(t);
  const { lambda } = harness;
  await create(harness);
  const address = async () =>
    (await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }))).FunctionUrl;
  const first = await address();
  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  await create(harness);
  t.not(await address(), first);
});

t.test("only AWS's services may set AWS's tags", async (t) => {
  const harness = await openHarness(t);
  const { lambda, sandbox } = harness;
  await create(harness);
  const tag = { Resource: ARN, Tags: { "aws:cloudformation:stack-name": "shop" } };
  await t.rejects(lambda.send(new TagResourceCommand(tag)), { name: "InvalidParameterValueException" });
  await sandbox.service("lambda").call("TagResource", tag, "cloudformation");
  t.same((await lambda.send(new ListTagsCommand({ Resource: ARN }))).Tags, tag.Tags);
});

t.test("a trigger cannot be updated while it is changing, and can be listed by its function", async (t) => {
  const harness = await openHarness(t);
  const { lambda, clock } = harness;
  await create(harness, { Publish: true });
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
  const EventSourceArn = "arn:aws:sqs:us-east-1:000000000000:q";
  const { UUID } = await lambda.send(
    new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, BatchSize: 5 }),
  );
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: `${FunctionName}:live`, EventSourceArn }));
  const disable = () => lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  await t.rejects(disable(), { name: "ResourceInUseException" });
  clock.advance(200);
  t.match(await disable(), { State: "Disabling", BatchSize: 5 });
  clock.advance(200);
  const listed = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
  t.same(
    listed.EventSourceMappings?.map(({ State }) => State),
    ["Disabled", "Enabled"],
  );
});

t.test("runtime management belongs to a version", async (t) => {
  const harness = await openHarness(t);
  const { lambda } = harness;
  await create(harness, { Publish: true });
  const put = { FunctionName, Qualifier: "1", UpdateRuntimeOn: "FunctionUpdate" } as const;
  await lambda.send(new PutRuntimeManagementConfigCommand(put));
  const mode = async (qualifier: object) =>
    (await lambda.send(new GetRuntimeManagementConfigCommand({ FunctionName, ...qualifier }))).UpdateRuntimeOn;
  t.equal(await mode({ Qualifier: "1" }), "FunctionUpdate");
  t.equal(await mode({}), "Auto");
});

t.test("a layer of another account can be used but not read", async (t) => {
  const harness = await openHarness(t);
  const foreign = "arn:aws:lambda:us-east-1:111122223333:layer:tools:1";
  t.match(await create(harness, { Layers: [foreign] }), { Layers: [{ Arn: foreign }] });
  await t.rejects(harness.lambda.send(new GetLayerVersionByArnCommand({ Arn: foreign })), {
    name: "AccessDeniedException",
  });
});
