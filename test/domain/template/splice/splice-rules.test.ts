import t from "tap";
import { asObject } from "#src/domain/json";
import { NO_ECHO } from "#src/domain/template/no-echo";
import { ownedProperties } from "#src/domain/template/splice/owned-properties";
import type { Part, PropertyNames } from "#src/domain/template/splice/request";
import { splice } from "#src/domain/template/splice/splice";
import { parseTemplate } from "#src/domain/template/template";
import { refused, spliced, spliceTexts, submitted, whole } from "./case.ts";
import { largeTemplate } from "./yaml-templates.ts";

const topic = (DisplayName: unknown) => ({ Type: "AWS::SNS::Topic", Properties: { DisplayName } });
const ref = (name: string) => ({ Ref: name });
const part = (logicalId: string, properties: PropertyNames): Part[] => [{ logicalId, take: "properties", properties }];
const resourcesOf = (text: string) => asObject(parseTemplate(text)["Resources"]);
const fn = (key: string, memory: number, more: object = {}) => ({
  Type: "AWS::Lambda::Function",
  Properties: { Code: { S3Bucket: "code", S3Key: key }, MemorySize: memory, Role: "r", ...more },
});

t.test("code is restored without the configuration, and the configuration without the code", async (t) => {
  const good = { Resources: { F: fn("good", 1, { Tags: [], Layers: ["l"] }) } };
  const bad = { Resources: { F: fn("bad", 2, { Tags: [{ Key: "a", Value: "b" }], Timeout: 3 }) } };
  const owned = (owner: Parameters<typeof ownedProperties>[1]) =>
    ownedProperties("AWS::Lambda::Function", owner) ?? t.fail(owner);
  const properties = (parts: Part[]) =>
    asObject(resourcesOf(spliced(spliceTexts(bad, good, { parts })).template)["F"])["Properties"];
  const code = part("F", owned("lambda-code") as PropertyNames);
  const config = part("F", owned("lambda-config") as PropertyNames);
  t.same(properties(code), { ...bad.Resources.F.Properties, Code: good.Resources.F.Properties.Code });
  const { Code, Tags } = bad.Resources.F.Properties as Record<string, unknown>;
  t.same(properties(config), { ...good.Resources.F.Properties, Code, Tags });
  t.same(properties([...code, ...config]), { ...good.Resources.F.Properties, Tags }, "both parts of one resource");
  t.equal(ownedProperties("AWS::SNS::Topic", "lambda-code"), null);
  t.equal(ownedProperties("AWS::Lambda::Function", "lambda-alias"), null);
  t.same(ownedProperties("AWS::Serverless::Function", "lambda-url"), { only: ["FunctionUrlConfig"] });
  const added = refused(spliceTexts(bad, { Resources: { Other: topic("x") } }, { parts: code }));
  t.match(added, { refusals: [{ code: "REQUIRES_COMPONENT", requires: ["F"] }], together: null });
});

t.test("properties are added to and removed from definitions of every shape", async (t) => {
  const none = "Resources:\n  A:\n    Type: AWS::SNS::Topic # bare\n  B: {Type: AWS::SNS::Topic}\n";
  const some =
    "Resources:\n  A:\n    Type: AWS::SNS::Topic # bare\n    Properties:\n      DisplayName: a\n  B: {Type: AWS::SNS::Topic, Properties: {DisplayName: b}}\n";
  const all: PropertyNames = { except: [] };
  for (const logicalId of ["A", "B"]) {
    const there = spliced(spliceTexts(none, some, { parts: part(logicalId, all) })).template;
    t.same(resourcesOf(there)[logicalId], resourcesOf(some)[logicalId]);
    const back = spliced(spliceTexts(some, none, { parts: part(logicalId, all) })).template;
    t.same(resourcesOf(back)[logicalId], resourcesOf(none)[logicalId]);
  }
});

t.test("a text in one format takes parts of a text in the other one", async (t) => {
  const yaml =
    "Parameters: {P: {Type: String, Default: x}}\nResources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n      Date: 2012-10-17\n      Account: 012345678901\n      Big: 123456789012345678901234567890\n      Text: |\n        one\n          two\n      On: yes\n      Sub: !Sub '${P}-${AWS::Region}'\n      List: [!GetAtt 'B.Arn', !If [C, 1, no]]\n  B: {Type: AWS::SNS::Topic}\nConditions:\n  C: !Equals [!Ref P, x]\n";
  const json = JSON.stringify({ Resources: { B: { Type: "AWS::SNS::Topic" } } }, null, "\t");
  const taken = spliced(spliceTexts(json, yaml, { parts: whole("A") }));
  t.match(taken.template, '"Big": 123456789012345678901234567890,');
  t.match(JSON.parse(taken.template).Resources.A.Properties, {
    Date: "2012-10-17",
    Account: "012345678901",
    Text: "one\n  two\n",
    On: true,
    Sub: { "Fn::Sub": "${P}-${AWS::Region}" },
    List: [{ "Fn::GetAtt": ["B", "Arn"] }, { "Fn::If": ["C", 1, false] }],
  });
  t.same(taken.affected.added, { parameters: ["P"], mappings: [], conditions: ["C"] });
  t.same(taken.parameters, { P: "x" });
  const same = spliced(spliceTexts(yaml, taken.template, { parts: whole("A") }));
  t.equal(same.template, yaml, "what reads the same is left as it is written");
  const other = taken.template.replace('"one\\n', '"other\\n');
  const back = spliced(spliceTexts(yaml, other, { parts: whole("A") })).template;
  t.ok(back.startsWith("Parameters: {P: {Type: String, Default: x}}\nResources:\n  A: {"));
  t.ok(back.endsWith("\n    }\n  B: {Type: AWS::SNS::Topic}\nConditions:\n  C: !Equals [!Ref P, x]\n"));
  t.same(resourcesOf(back)["A"], resourcesOf(other)["A"]);
});

t.test("the text around a resource stays: comments, byte order mark, line breaks, tabs", async (t) => {
  const yaml = (definition: string) =>
    `\uFEFF---\r\n# top\r\nResources:\r\n  # of A\r\n  A:\r\n${definition}\r\n\r\n  # of B\r\n  B: {Type: AWS::SNS::Topic}  # b\r\n# end\r\n`;
  const bad = yaml("    Type: AWS::SNS::Topic\r\n    Properties: {DisplayName: bad} # bad");
  const good =
    "Resources:\n    A:\n        Type: AWS::SNS::Topic\n        Properties:\n            DisplayName: |-\n                good\n                  one # why\n";
  t.equal(
    spliced(spliceTexts(bad, good, { parts: whole("A") })).template,
    yaml(
      "      Type: AWS::SNS::Topic\r\n      Properties:\r\n          DisplayName: |-\r\n              good\r\n                one # why",
    ),
  );
  const json = (name: string) =>
    `\uFEFF{\r\n\t"Resources" : {\r\n\t\t"A": { "Type": "AWS::SNS::Topic", "Properties": {"DisplayName":"${name}"} },\r\n\t\t"B" : {"Type":"AWS::SNS::Topic"}\r\n\t}\r\n}`;
  t.equal(spliced(spliceTexts(json("bad"), json("good"), { parts: whole("A") })).template, json("good"));
});

t.test("a shared name keeps its meaning for other resources: a copy gets a new name, once", async (t) => {
  const good = {
    Parameters: { P: { Type: "String", Default: "good" }, L: { Type: "CommaDelimitedList", Default: "a,b" } },
    Mappings: { M: { k: { v: "good" } } },
    Conditions: { C: { "Fn::Equals": [ref("P"), "x"] }, D: { "Fn::Not": [{ Condition: "C" }] } },
    Resources: {
      A: { ...topic({ "Fn::Sub": ["${P} ${L} ${!P} ${Q}", { Q: ref("P") }] }), Condition: "D" },
      B: topic({ "Fn::If": ["C", { "Fn::FindInMap": ["M", "k", "v"] }, ref("P")] }),
    },
  };
  const bad = {
    ...good,
    Parameters: { ...good.Parameters, P: { Type: "String", Default: "bad" } },
    Mappings: { M: { k: { v: "bad" } } },
    Resources: { A: topic("bad"), B: topic("bad"), PFromBackup: topic(ref("P")) },
  };
  const result = spliced(spliceTexts(bad, good, { parts: whole("A") }));
  t.same(resourcesOf(result.template)["A"], {
    ...topic({ "Fn::Sub": ["${PFromBackup2} ${L} ${!P} ${Q}", { Q: ref("PFromBackup2") }] }),
    Condition: "DFromBackup",
  });
  t.same(asObject(parseTemplate(result.template)["Conditions"])["DFromBackup"], {
    "Fn::Not": [{ Condition: "CFromBackup" }],
  });
  t.same(result.parameters, { P: null, L: null, PFromBackup2: "good" });
  const then = spliced(
    splice({
      current: submitted(result.template, { P: "bad", L: "a,b", PFromBackup2: "good" }),
      backup: submitted(JSON.stringify(good)),
      parts: whole("B"),
    }),
  );
  t.same(
    then.affected.added,
    { parameters: [], mappings: ["MFromBackup"], conditions: [] },
    "what stands there is used",
  );
});

t.test("a value is written instead of a parameter where no parameter can be added", async (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`X${index}`, { Type: "String", Default: "x" }]),
  );
  const good = {
    Parameters: { P: { Type: "String", Default: "a${b}" }, L: { Type: "CommaDelimitedList", Default: "a, b" } },
    Resources: { A: topic([ref("P"), ref("L"), { "Fn::Sub": "${P}" }]) },
  };
  const bad = { Parameters: many, Resources: { A: topic("bad") } };
  const { template } = spliced(spliceTexts(bad, good, { parts: whole("A") }));
  t.same(resourcesOf(template)["A"], topic(["a${b}", ["a", "b"], { "Fn::Sub": "a${!b}" }]));
  const keyed = {
    ...good,
    Parameters: { ...good.Parameters, P: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/key" } },
  };
  t.match(refused(spliceTexts(bad, keyed, { parts: whole("A") })), {
    refusals: [{ code: "SPLICE_IMPOSSIBLE" }],
    together: null,
  });
});

t.test("a NoEcho value is the one of the stack or is refused; its mask is never submitted", async (t) => {
  const secret = { Secret: { Type: "String", NoEcho: true } };
  const good = { Parameters: secret, Resources: { A: topic(ref("Secret")), B: topic("b") } };
  const over = (bad: object, parameters: Record<string, string | typeof NO_ECHO>) =>
    splice({
      current: submitted(JSON.stringify(bad), parameters),
      backup: submitted(JSON.stringify(good), { Secret: NO_ECHO }),
      parts: whole("A"),
    });
  const kept = spliced(over({ ...good, Resources: { A: topic("bad") } }, { Secret: NO_ECHO }));
  t.same([kept.parameters, kept.affected.secretsKept], [{ Secret: null }, ["Secret"]]);
  t.match(refused(over({ Resources: { A: topic("bad") } }, {})), {
    refusals: [{ code: "NOECHO_VALUE_LOST" }],
    together: null,
  });
  const open = { Parameters: { Secret: { Type: "String" } }, Resources: { A: topic("bad") } };
  t.match(refused(over(open, { Secret: "known" })), { refusals: [{ code: "NOECHO_VALUE_LOST" }] });

  const unsaid = { Parameters: { Secret: { Type: "String" } }, Resources: { A: topic(ref("Secret")) } };
  const masked = (parameters: Record<string, string | typeof NO_ECHO>) =>
    splice({
      current: submitted(JSON.stringify({ ...unsaid, Resources: { A: topic("bad") } }), parameters),
      backup: submitted(JSON.stringify(unsaid), { Secret: "****" }),
      parts: whole("A"),
    });
  t.same(spliced(masked({ Secret: NO_ECHO })).parameters, { Secret: null }, "a mask that an earlier backup holds");
  t.match(refused(masked({ Secret: "known" })), { refusals: [{ code: "NOECHO_VALUE_LOST" }] });
});

t.test(
  "the targets of references have to exist as in the backup; missing ones are named with all that they need",
  async (t) => {
    const good = {
      Resources: { A: topic(ref("B")), B: { ...topic("b"), DependsOn: "C" }, C: topic("c"), D: topic("d") },
    };
    const bad = { Resources: { A: topic("bad"), C: { Type: "AWS::SQS::Queue" }, D: topic("d") } };
    const result = refused(spliceTexts(bad, good, { parts: whole("A") }));
    t.match(result, {
      refusals: [{ code: "REQUIRES_COMPONENT", logicalId: "A", requires: ["B"] }],
      together: ["B", "C"],
    });
    const { affected } = spliced(spliceTexts(bad, good, { parts: whole("A", "B", "C") }));
    t.same(affected.picked, ["A", "B", "C"]);
    t.match(refused(spliceTexts(bad, { Resources: { A: topic(ref("Nowhere")) } }, { parts: whole("A") })), {
      refusals: [{ code: "SPLICE_IMPOSSIBLE" }],
    });
  },
);

t.test(
  "removing a resource removes its outputs, requires the resources that need it, and keeps exports in use",
  async (t) => {
    const good = { Resources: { A: topic("a") } };
    const bad = (output: object, more: object = {}) => ({
      Resources: { A: topic("a"), New: topic("n"), ...more },
      Outputs: { Kept: { Value: ref("A") }, Own: { Value: ref("New"), ...output } },
    });
    const gone = spliced(spliceTexts(bad({}), good, { parts: whole("New") }));
    t.same(gone.affected.outputsDropped, ["Own"]);
    t.same(asObject(parseTemplate(gone.template)["Outputs"]), { Kept: { Value: ref("A") } });
    const exported = bad({ Export: { Name: "x" } });
    t.match(refused(spliceTexts(exported, good, { parts: whole("New") })), {
      refusals: [{ outputs: ["Own"] }],
      together: [],
      outputs: ["Own"],
    });
    t.equal(spliceTexts(exported, good, { parts: whole("New"), unimportedOutputs: ["Own"] }).outcome, "spliced");
    const needed = bad({}, { User: { ...topic("u"), DependsOn: ["New"] } });
    t.match(refused(spliceTexts(needed, good, { parts: whole("New") })), {
      refusals: [{ requires: ["User"] }],
      together: ["User"],
    });
    const only = { Resources: { New: topic("n") }, Outputs: { Own: { Value: ref("New") } } };
    t.match(refused(spliceTexts(only, good, { parts: whole("New") })), { refusals: [{ code: "SPLICE_IMPOSSIBLE" }] });
    const sam = (more: object, outputs: object) => ({
      Transform: "AWS::Serverless-2016-10-31",
      Resources: { Pay: { Type: "AWS::Serverless::Function" }, ...more },
      Outputs: { Kept: { Value: ref("PayRole") }, ...outputs },
    });
    const prefixed = sam({ PayQueue: topic("q") }, { Own: { Value: ref("PayQueue") } });
    const without = spliced(spliceTexts(prefixed, sam({}, {}), { parts: whole("PayQueue") }));
    t.same(without.affected.outputsDropped, ["Own"], "no resource that SAM makes, though it begins like one");
    const last = spliced(
      spliceTexts({ Resources: { A: topic("a"), New: topic("n") }, Outputs: { Own: { Value: ref("New") } } }, good, {
        parts: whole("New"),
      }),
    );
    t.notOk("Outputs" in parseTemplate(last.template), "a section without entries goes");
  },
);

t.test("a version is restored only with its function, and not where its content is published already", async (t) => {
  const version = { Type: "AWS::Lambda::Version", DeletionPolicy: "Retain", Properties: { FunctionName: ref("F") } };
  const alias = (id: string) => ({
    Type: "AWS::Lambda::Alias",
    Properties: { FunctionName: ref("F"), FunctionVersion: { "Fn::GetAtt": [id, "Version"] }, Name: "live" },
  });
  const good = { Resources: { F: fn("good", 1), V1: version, Live: alias("V1") } };
  const bad = { Resources: { F: fn("bad", 1), V2: version, Live: alias("V2") } };
  t.match(refused(spliceTexts(bad, good, { parts: whole("Live") })), {
    refusals: [{ requires: ["V1"] }],
    together: ["F", "V1"],
  });
  const back = spliced(spliceTexts(bad, good, { parts: whole("Live", "V1", "F") }));
  t.same(Object.keys(resourcesOf(back.template)).sort(), ["F", "Live", "V1", "V2"], "the current version is kept");
  const offered = spliced(spliceTexts(bad, good, { parts: part("F", { only: ["Code"] }) })).offered;
  t.match(offered, [{ logicalIds: ["Live", "V1"] }]);
  const same = { Resources: { F: fn("good", 1), V2: version, Live: alias("V2") } };
  t.match(refused(spliceTexts(same, good, { parts: whole("Live", "V1") })), {
    refusals: [{ code: "SPLICE_IMPOSSIBLE", logicalId: "V1" }],
    together: null,
  });
  t.equal(spliceTexts(same, good, { parts: whole("Live", "V1"), unpublishedFunctions: ["F"] }).outcome, "spliced");
});

t.test("SAM's Globals are written into the function where they differ, and refused where they only add", async (t) => {
  const template = (globals: object, own: object) => ({
    Transform: "AWS::Serverless-2016-10-31",
    Globals: { Function: globals },
    Resources: {
      F: { Type: "AWS::Serverless::Function", Properties: own },
      G: { Type: "AWS::Serverless::Function", Properties: { Handler: "g" } },
    },
  });
  const good = template(
    { Runtime: "a", Timeout: 5, Layers: ["one", "two"], Environment: { Variables: { A: "1", B: "2" } } },
    { Handler: "f", Layers: ["own"], Environment: { Variables: { C: "3" } } },
  );
  const bad = template({ Runtime: "b", Layers: ["one"], Environment: { Variables: { A: "9" } } }, { Handler: "bad" });
  const own = (result: ReturnType<typeof spliceTexts>) =>
    asObject(resourcesOf(spliced(result).template)["F"])["Properties"];
  t.same(own(spliceTexts(bad, good, { parts: whole("F") })), {
    Handler: "f",
    Runtime: "a",
    Timeout: 5,
    Layers: ["two", "own"],
    Environment: { Variables: { A: "1", B: "2", C: "3" } },
  });
  t.same(own(spliceTexts(bad, good, { parts: part("F", { only: ["Layers"] }) })), {
    Handler: "bad",
    Layers: ["two", "own"],
  });
  const more = template({ Runtime: "a", Environment: { Variables: { A: "1", Z: "9" } } }, { Handler: "bad" });
  t.match(refused(spliceTexts(more, good, { parts: whole("F") })), {
    refusals: [{ code: "SPLICE_IMPOSSIBLE", detail: /Environment/ }],
    together: null,
  });
  t.equal(spliceTexts(more, good, { parts: part("F", { only: ["Handler"] }) }).outcome, "spliced");
});

t.test("a generated resource is restored with the resource that it is generated from", async (t) => {
  const sam = (handler: string) => ({
    Transform: "AWS::Serverless-2016-10-31",
    Resources: {
      Pay: { Type: "AWS::Serverless::Function", Properties: { Handler: handler, Events: { E: { Type: "Api" } } } },
      Uses: topic({ "Fn::GetAtt": ["PayRole", "Arn"] }),
    },
  });
  for (const id of ["PayRole", "PayVersion0123456789", "PayAliaslive", "ServerlessRestApi"]) {
    t.match(refused(spliceTexts(sam("bad"), sam("good"), { parts: whole(id) })), {
      refusals: [{ code: "REQUIRES_COMPONENT", requires: ["Pay"] }],
      together: ["Pay"],
    });
  }
  t.same(spliced(spliceTexts(sam("bad"), sam("good"), { parts: whole("Pay") })).affected.generated, [
    "Pay*",
    "ServerlessRestApi*",
    "ServerlessHttpApi*",
  ]);
  const loop = (name: string) => ({
    Transform: "AWS::LanguageExtensions",
    Resources: { "Fn::ForEach::T": ["N", ["A", "B"], { "Topic${N}": topic(name) }], Uses: topic(ref("TopicA")) },
  });
  t.match(refused(spliceTexts(loop("bad"), loop("good"), { parts: whole("TopicA") })), {
    together: ["Fn::ForEach::T"],
  });
  t.same(spliced(spliceTexts(loop("bad"), loop("good"), { parts: whole("Fn::ForEach::T") })).affected.generated, [
    "Topic*",
  ]);
  const { Transform: _, ...plain } = loop("bad");
  t.match(refused(spliceTexts(plain, loop("good"), { parts: whole("Fn::ForEach::T") })), {
    refusals: [{ code: "SPLICE_IMPOSSIBLE" }],
  });
  t.match(refused(spliceTexts(sam("a"), sam("b"), { parts: whole("Nothing") })), {
    refusals: [{ code: "SPLICE_IMPOSSIBLE" }],
    together: null,
  });
});

t.test("text that a macro reads is restored only where all names have the same meaning", async (t) => {
  const template = (value: string, name: string) => ({
    Mappings: { M: { k: { v: value } } },
    Resources: {
      A: {
        Type: "AWS::SNS::Topic",
        Properties: { "Fn::Transform": { Name: "AWS::Include", Parameters: { Location: name } } },
      },
      B: topic({ "Fn::FindInMap": [ref("AWS::Region"), "k", name] }),
    },
  });
  for (const id of ["A", "B"]) {
    t.equal(spliceTexts(template("same", "bad"), template("same", "good"), { parts: whole(id) }).outcome, "spliced");
    t.match(refused(spliceTexts(template("bad", "bad"), template("good", "good"), { parts: whole(id) })), {
      refusals: [{ code: "SPLICE_IMPOSSIBLE" }],
    });
  }
  const macro = { Transform: ["Custom"], Resources: { A: topic("good") } };
  t.match(refused(spliceTexts({ Resources: { A: topic("bad") } }, macro, { parts: whole("A") })), {
    refusals: [{ detail: /Custom/ }],
  });
});

const api = (method: string, deployment: string, more: object = {}) => ({
  Resources: {
    Api: { Type: "AWS::ApiGateway::RestApi", Properties: { Name: "api" } },
    M: { Type: "AWS::ApiGateway::Method", Properties: { HttpMethod: method, RestApiId: ref("Api") } },
    [deployment]: { Type: "AWS::ApiGateway::Deployment", Properties: { RestApiId: ref("Api") }, DependsOn: "M" },
    Stage: {
      Type: "AWS::ApiGateway::Stage",
      Properties: { RestApiId: ref("Api"), DeploymentId: ref(deployment), StageName: "prod" },
    },
    ...more,
  },
});

t.test("a change of an API offers the deployment with which it takes effect", async (t) => {
  t.match(spliced(spliceTexts(api("PUT", "D2"), api("GET", "D1"), { parts: whole("M") })).offered, [
    { logicalIds: ["D1"] },
  ]);
});

t.test("a deployment of an API is restored only with the methods that it keeps, and after them", async (t) => {
  const [bad, good] = [api("PUT", "D2"), api("GET", "D1")];
  t.match(refused(spliceTexts(bad, good, { parts: whole("Stage", "D1") })), {
    refusals: [{ code: "REQUIRES_COMPONENT", logicalId: "D1", requires: ["M"] }],
    together: ["M"],
  });
  const together = spliced(spliceTexts(bad, good, { parts: whole("Stage", "D1", "M") }));
  t.same(resourcesOf(together.template)["Stage"], good.Resources.Stage);
  const methodFirst = spliced(spliceTexts(bad, good, { parts: whole("M") })).template;
  const stageThen = spliced(spliceTexts(methodFirst, good, { parts: whole("Stage", "D1") }));
  t.same(parseTemplate(stageThen.template)["Resources"], { ...resourcesOf(together.template) });
  const Other = { Type: "AWS::ApiGateway::Resource", Properties: { RestApiId: ref("Api"), PathPart: "x" } };
  const [changed, before] = [api("GET", "D2", { Other }), api("GET", "D1")];
  t.match(refused(spliceTexts(changed, before, { parts: whole("Stage", "D1") })), { together: ["Other"] });
  const unordered = JSON.stringify(good, null, 2).replace(',\n      "DependsOn": "M"', "");
  t.match(refused(spliceTexts(bad, unordered, { parts: whole("Stage", "D1", "M") })), {
    refusals: [{ code: "SPLICE_IMPOSSIBLE", detail: /Restore M first and D1 after that/ }],
  });
  t.equal(spliceTexts(methodFirst, unordered, { parts: whole("Stage", "D1") }).outcome, "spliced", "the advice works");
});

t.test("every kind of snapshot inside AWS is restored only with what it keeps", async (t) => {
  const kinds = [
    ["AWS::ApiGatewayV2::Deployment", "AWS::ApiGatewayV2::Api", "ApiId"],
    ["AWS::StepFunctions::StateMachineVersion", "AWS::StepFunctions::StateMachine", "StateMachineArn"],
    ["AWS::Lex::BotVersion", "AWS::Lex::Bot", "BotId"],
    ["AWS::Bedrock::AgentAlias", "AWS::Bedrock::Agent", "AgentId"],
    ["AWS::Bedrock::FlowVersion", "AWS::Bedrock::Flow", "FlowArn"],
    ["AWS::Bedrock::PromptVersion", "AWS::Bedrock::Prompt", "PromptArn"],
    ["AWS::Bedrock::GuardrailVersion", "AWS::Bedrock::Guardrail", "GuardrailIdentifier"],
    ["AWS::Connect::ContactFlowVersion", "AWS::Connect::ContactFlow", "ContactFlowId"],
  ] as const;
  for (const [type, subject, property] of kinds) {
    const stack = (value: string, version: string) => ({
      Resources: {
        Subject: { Type: subject, Properties: { Description: value } },
        [version]: { Type: type, Properties: { [property]: ref("Subject") } },
      },
    });
    const [bad, good] = [stack("bad", "V2"), stack("good", "V1")];
    t.match(refused(spliceTexts(bad, good, { parts: whole("V1") })), { together: ["Subject"] }, type);
    t.equal(spliceTexts(bad, good, { parts: whole("V1", "Subject") }).outcome, "spliced", type);
    t.match(spliced(spliceTexts(bad, good, { parts: whole("Subject") })).offered, [{ logicalIds: ["V1"] }], type);
  }
});

t.test("texts that cannot be copied in part are refused with the reason", async (t) => {
  const read = (text: string) => () => submitted(text, {});
  t.throws(read("Resources:\n  A: &a {Type: X}\n  B: *a\n"), { code: "SPLICE_IMPOSSIBLE", detail: /anchors/ });
  for (const text of [
    "Resources: [",
    "{",
    "{}}",
    "- 1",
    "",
    "a: !!binary eA==",
    "? [a]\n: 1",
    "[".repeat(9999),
    `{"a":${"[".repeat(999)}${"]".repeat(999)}}`,
  ])
    t.throws(read(text), { code: "TEMPLATE_UNREADABLE" }, text.slice(0, 20));
});

t.test(
  "a template of the largest size is spliced within seconds, and all other resources keep their bytes",
  async (t) => {
    const good = JSON.stringify(largeTemplate(), null, 1);
    const bad = good.replaceAll("nodejs22.x", "nodejs24.x");
    t.ok(good.length > 600_000 && good.length < 1_000_000, `${good.length}`);
    const began = process.cpuUsage();
    const [current, backup] = [submitted(bad), submitted(good)];
    const result = spliced(splice({ current, backup, parts: whole("Fn250", "Fn7") }));
    const { user } = process.cpuUsage(began);
    // Takes about 0.3 s of processor time; the limit catches quadratic behaviour only.
    t.ok(user < 5_000_000, `${user} µs`);
    t.same(result.template.split("nodejs22.x").length - 1, 2);
    t.equal(result.template.length, bad.length);
  },
);

t.test("an output of what a transform generates goes and comes with its origin, on either side", async (t) => {
  const sam = (resources: object, outputs: object) => ({
    Transform: "AWS::Serverless-2016-10-31",
    Resources: { Keep: { Type: "AWS::SNS::Topic" }, ...resources },
    Outputs: { Kept: { Value: ref("Keep") }, ...outputs },
  });
  const Events = { Get: { Type: "Api", Properties: { Path: "/", Method: "get" } } };
  const Dump = {
    Type: "AWS::Serverless::Function",
    Properties: { CodeUri: "s3://b/k.zip", AutoPublishAlias: "live", FunctionUrlConfig: { AuthType: "NONE" }, Events },
  };
  const values = {
    Url: { "Fn::GetAtt": ["DumpUrl", "FunctionUrl"] },
    Alias: ref("DumpAliaslive"),
    Role: { "Fn::GetAtt": "DumpRole.Arn" },
    Version: ref("DumpVersion0123456789"),
    Permission: { "Fn::Sub": "${DumpGetPermissionProd}" },
    Api: { "Fn::Sub": "https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod" },
  };
  for (const [key, Value] of Object.entries(values)) {
    const [without, withIt] = [sam({}, {}), sam({ Dump }, { [key]: { Value } })];
    const removed = spliced(spliceTexts(withIt, without, { parts: whole("Dump") }));
    t.same(parseTemplate(removed.template), without, `${key}: the deploy added it`);
    t.same(removed.affected.outputsDropped, [key]);
    const back = spliced(spliceTexts(without, withIt, { parts: whole("Dump") }));
    t.same(parseTemplate(back.template), parseTemplate(JSON.stringify(withIt)), `${key}: the deploy deleted it`);
    t.same(back.affected.outputsTaken, [key]);
    const other = spliced(spliceTexts(withIt, sam({ Keep: topic("x") }, {}), { parts: whole("Keep") }));
    t.same(parseTemplate(other.template)["Outputs"], parseTemplate(JSON.stringify(withIt))["Outputs"], `${key}: stays`);
  }
});
