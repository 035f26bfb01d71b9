import t from "tap";
import { asObject, type Json, type JsonObject } from "#src/domain/json";
import { NO_ECHO } from "#src/domain/template/no-echo";
import { type BridgeEnd, type BridgeTemplate, bridge } from "#src/domain/template/splice/bridge";
import { parseTemplate } from "#src/domain/template/template";
import { FIXTURES } from "./case.ts";
import { danglingIn, defaultsOf, seenBy, stackOf } from "./witness.ts";

type Parameters = Readonly<Record<string, Json>>;

const ref = (name: string) => ({ Ref: name });
const topic = (DisplayName: Json, more: object = {}) => ({
  Type: "AWS::SNS::Topic",
  Properties: { DisplayName },
  ...more,
});
const output = (Value: unknown, name: Json, more: object = {}) => ({ Value, Export: { Name: name }, ...more });

function end(template: string | object, parameters?: Parameters): BridgeEnd {
  const text = typeof template === "string" ? template : JSON.stringify(template, null, 2);
  return { template: text, parameters: parameters ?? defaultsOf(text) };
}

/** Keeps the export `kept`, which the output `Kept` of live has. */
function keep(goal: BridgeEnd, live: BridgeEnd, key = "Kept"): BridgeTemplate {
  return bridge(goal, { ...live, exportNames: { Other: "other", [key]: "kept" } }, ["kept"]);
}

function made(result: BridgeTemplate): BridgeEnd {
  if ("refusal" in result) throw new Error(`refused: ${result.refusal}`);
  return result;
}

function refusal(result: BridgeTemplate): string {
  if ("refusal" in result) return result.refusal;
  throw new Error(`not refused: ${result.template}`);
}

/** A live template in which `Kept` exports the value, and a goal without that output. */
function over(rest: { live: object; goal: object }, value: unknown, more: object = {}): [BridgeEnd, BridgeEnd] {
  const Outputs = { Kept: output(value, "kept", more) };
  return [end(rest.goal), end({ ...rest.live, Outputs })];
}

t.test("an output is added to JSON with the members that it refers to, and all other bytes stay", (t) => {
  const goal = `{
  "Resources": {
    "Own": { "Type": "AWS::SNS::Topic" }
  },
  "Outputs": {
    "Old": { "Value": "v", "Export": { "Name": "old" } }
  }
}
`;
  const live = {
    Resources: {
      Own: topic("another one, that only has to be there first"),
      Added: topic("added", { DependsOn: "Own" }),
    },
    Outputs: { Kept: output(ref("Added"), "kept"), Other: output("o", "other") },
  };
  t.equal(
    made(keep(end(goal), end(live))).template,
    `{
  "Resources": {
    "Own": { "Type": "AWS::SNS::Topic" },
    "Added": {
      "Type": "AWS::SNS::Topic",
      "Properties": {
        "DisplayName": "added"
      },
      "DependsOn": "Own"
    }
  },
  "Outputs": {
    "Old": { "Value": "v", "Export": { "Name": "old" } },
    "Kept": {
      "Value": {
        "Ref": "Added"
      },
      "Export": {
        "Name": "kept"
      }
    }
  }
}
`,
  );
  t.end();
});

const YAML_GOAL = `# of the shop
Resources:
  Own: {Type: AWS::SNS::Topic}   # its own

Outputs:
  Kept: # another output under the key
    Value: 012345678901
    Export: {Name: old}
# end
`;

const YAML_LIVE = `Parameters:
  Stage: {Type: String}
  Secret:
    Type: String
    NoEcho: true
  Unused: {Type: String}
Mappings:
  Names:
    prod: {long: production}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Both: !And [!Condition IsProd, !Not [!Equals [!Ref Secret, x]]]
Resources:
  Own: {Type: AWS::SNS::Topic}
  Added:
    Type: AWS::SNS::Topic
    Condition: Both
    Properties:
      # what people see
      DisplayName: !FindInMap [Names, !Ref Stage, long]
      TopicName: !Sub '\${Behind.TopicName}-\${AWS::Region}'
  Behind: {Type: AWS::SNS::Topic}
Outputs:
  Kept:
    Condition: Both
    Value: !Ref Added
    Export: {Name: !Sub '\${AWS::StackName}-kept'}
`;

t.test("an output is added to YAML with parameters, mappings and conditions, under a new key", (t) => {
  const parameters = { Stage: "prod", Secret: NO_ECHO, Unused: "u" };
  const result = made(keep(end(YAML_GOAL), end(YAML_LIVE, parameters)));
  t.equal(
    result.template,
    `# of the shop
Resources:
  Own: {Type: AWS::SNS::Topic}   # its own
  Added:
    Type: AWS::SNS::Topic
    Condition: Both
    Properties:
      # what people see
      DisplayName: !FindInMap [Names, !Ref Stage, long]
      TopicName: !Sub '\${Behind.TopicName}-\${AWS::Region}'
  Behind: {Type: AWS::SNS::Topic}

Outputs:
  Kept: # another output under the key
    Value: 012345678901
    Export: {Name: old}
  KeptKept:
    Condition: Both
    Value: !Ref Added
    Export: {Name: !Sub '\${AWS::StackName}-kept'}
Parameters:
  Stage: {Type: String}
  Secret:
    Type: String
    NoEcho: true
Mappings:
  Names:
    prod: {long: production}
Conditions:
  Both: !And [!Condition IsProd, !Not [!Equals [!Ref Secret, x]]]
  IsProd: !Equals [!Ref Stage, prod]
# end
`,
  );
  t.same(result.parameters, { Stage: "prod", Secret: NO_ECHO }, "an added parameter has its present value");
  t.end();
});

t.test("members can be copied from JSON into YAML and back, and the text of the goal stays", (t) => {
  const gains = { Parameters: ["KeptP"], Conditions: ["KeptC"], Resources: ["KeptR"], Outputs: ["Kept"] };
  for (const { name, text } of FIXTURES) {
    const template = parseTemplate(text);
    const into = (section: string, more: object) => ({ [section]: { ...asObject(template[section]), ...more } });
    const live = JSON.stringify({
      ...template,
      ...into("Parameters", { KeptP: { Type: "String", Default: "p" } }),
      ...into("Conditions", { KeptC: { "Fn::Equals": [ref("KeptP"), "p"] } }),
      ...into("Resources", { KeptR: topic({ "Fn::Sub": "${KeptP}-x" }, { Condition: "KeptC" }) }),
      ...into("Outputs", { Kept: output(ref("KeptR"), { "Fn::Sub": "${KeptP}-kept" }, { Condition: "KeptC" }) }),
    });
    const goal = end(text);
    const result = made(keep(goal, end(live)));
    const [after, now] = [parseTemplate(result.template), parseTemplate(live)];
    t.same(without(after, gains), template, `${name}: the goal's part`);
    t.same(danglingIn(after), [], `${name}: nothing dangles`);
    t.ok(isWithin(text, result.template), `${name}: every byte of the text stands`);
    t.same(result.parameters, { ...goal.parameters, KeptP: "p" }, name);
    for (const [section, keys] of Object.entries(gains))
      for (const key of keys) {
        const seen = [after, now].map((one) =>
          seenBy(stackOf(JSON.stringify(one), result.parameters), asObject(one[section])[key]),
        );
        t.same(seen[0], seen[1], `${name}: ${key}`);
      }
  }
  t.end();
});

/** The template without these members, and without sections that have no others. */
function without(template: JsonObject, members: Readonly<Record<string, readonly string[]>>): JsonObject {
  const left = Object.entries(template).map(([section, value]): [string, Json] => {
    const kept = Object.entries(asObject(value)).filter(([key]) => !members[section]?.includes(key));
    return [section, members[section] ? Object.fromEntries(kept) : value];
  });
  return Object.fromEntries(
    left.filter(([section, value]) => !members[section] || Object.keys(asObject(value)).length),
  );
}

/** Whether the longer text is the shorter one with insertions. */
function isWithin(text: string, longer: string): boolean {
  let at = 0;
  for (const char of text) {
    at = longer.indexOf(char, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

t.test("a bridge without kept exports is the goal, and one with two has both", (t) => {
  const live = end({ Resources: {}, Outputs: { A: output("a", "x"), AKept: output("b", "y"), B: output("c", "z") } });
  const goal = end({ Resources: { Own: topic("o") }, Outputs: { A: { Value: "mine" } } });
  const start = { ...live, exportNames: { A: "x", AKept: "y", B: "z" } };
  t.same(bridge(goal, start, []), goal);
  const { Outputs } = parseTemplate(made(bridge(goal, start, ["x", "y"])).template);
  t.same(Outputs, { A: { Value: "mine" }, AKept2: output("a", "x"), AKept: output("b", "y") });
  t.end();
});

t.test("a member of both sides is used where both are equal, and refused otherwise", (t) => {
  const parameter = (Default: string, more: object = {}) => ({
    Parameters: { P: { Type: "String", Default, ...more } },
  });
  const mapping = (value: string) => ({ Mappings: { M: { a: { b: value } } } });
  const condition = (value: string) => ({ Conditions: { C: { "Fn::Equals": [value, "x"] } } });
  const lookup = { "Fn::FindInMap": ["M", "a", "b"] };
  const sub = { "Fn::Sub": "${P}-${R}" };
  const R = topic("r");
  const cases: [title: string, value: unknown, live: object, goal: object, more?: object][] = [
    ["parameter P", ref("P"), parameter("one"), parameter("two")],
    [
      "parameter P",
      sub,
      { ...parameter("1"), Resources: { R } },
      { ...parameter("1", { Type: "Number" }), Resources: { R } },
    ],
    ["mapping M", lookup, mapping("one"), mapping("two")],
    ["condition C", "v", condition("x"), condition("y"), { Condition: "C" }],
    ["resource R", ref("R"), { Resources: { R } }, { Resources: { R: topic("other") } }],
    ["resource R", ref("R"), { Resources: { R } }, { Resources: { R: { ...R, Type: "AWS::SQS::Queue" } } }],
  ];
  for (const [title, value, live, goal, more] of cases) {
    t.match(
      refusal(keep(...over({ live, goal }, value, more))),
      `the output Kept needs the ${title} as it is now, and the backup has another one`,
    );
    const same = made(keep(...over({ live, goal: live }, value, more))).template;
    t.same(
      without(parseTemplate(same), { Outputs: ["Kept"] }),
      live,
      `${title}: nothing is added where it is the same`,
    );
  }
  const [goal, live] = over({ live: parameter("a"), goal: { ...parameter("a"), Description: "d" } }, ref("P"));
  t.match(refusal(keep({ ...goal, parameters: { P: "b" } }, { ...live, parameters: { P: "a" } })), "the parameter P");
  t.match(
    refusal(keep({ ...goal, parameters: { P: "b" } }, { ...live, parameters: { P: NO_ECHO } })),
    "the parameter P",
  );
  made(keep({ ...goal, parameters: { P: NO_ECHO } }, { ...live, parameters: { P: NO_ECHO } }));
  t.end();
});

t.test("a member with the same text whose references differ is refused", (t) => {
  const side = (display: string, stage: string) => ({
    Parameters: { Stage: { Type: "String", Default: stage } },
    Conditions: { C: { "Fn::Equals": [ref("Stage"), "x"] }, D: { Condition: "C" } },
    Resources: { R: topic(ref("S")), S: topic(display), Own: topic("own", { Condition: "D" }) },
  });
  t.equal(
    refusal(keep(...over({ live: side("a", "x"), goal: side("b", "x") }, ref("R")))),
    "the resource R needs the resource S as it is now, and the backup has another one",
  );
  t.equal(
    refusal(keep(...over({ live: side("a", "x"), goal: side("a", "y") }, ref("Own")))),
    "the condition C needs the parameter Stage as it is now, and the backup has another one",
  );
  t.end();
});

t.test("a function with other code counts as the same, and one with another name does not", (t) => {
  const side = (key: string, name: string, Type = "AWS::Lambda::Function") => ({
    Parameters: { Name: { Type: "String", Default: name } },
    Resources: {
      F: {
        Type,
        Properties: { FunctionName: ref("Name"), Code: { S3Key: key }, Role: { "Fn::GetAtt": ["Role", "Arn"] } },
      },
      Role: { Type: "AWS::IAM::Role", Properties: { Path: key } },
    },
  });
  const arn = { "Fn::GetAtt": ["F", "Arn"] };
  const sides = { live: side("new", "f"), goal: side("old", "f") };
  const { template } = made(keep(...over(sides, arn)));
  t.same(without(parseTemplate(template), { Outputs: ["Kept"] }), sides.goal);
  made(
    keep(
      ...over(
        { live: side("new", "f", "AWS::Serverless::Function"), goal: side("old", "f", "AWS::Serverless::Function") },
        arn,
      ),
    ),
  );
  t.match(refusal(keep(...over({ live: side("new", "g"), goal: side("old", "f") }, arn))), "needs the parameter Name");
  t.end();
});

t.test("members that cannot be added safely are refused in words", (t) => {
  const imported = { "Fn::ImportValue": "x" };
  const sam = (more: object = {}) => ({ Transform: "AWS::Serverless-2016-10-31", ...more });
  const none = { Resources: {} };
  const cases: [says: string | RegExp, value: unknown, live: object, goal: object][] = [
    ["the output Kept gets a value from another stack", imported, none, none],
    ["the resource R gets a value from another stack", ref("R"), { Resources: { R: topic(imported) } }, none],
    ["the output Kept refers to Made, which its template does not define", ref("Made"), none, none],
    ["the output Kept contains an Fn::Transform", { "Fn::Transform": { Name: "M" } }, none, none],
    [
      "the output Kept computes a name that it refers to",
      { "Fn::FindInMap": [ref("AWS::Region"), "a", "b"] },
      none,
      none,
    ],
    ["the output Kept computes a name", { "Fn::GetAtt": [ref("AWS::Region"), "Arn"] }, none, none],
    [
      "would have to be added, and the backup has a parameter of that name",
      ref("R"),
      { Resources: { R: topic("r") } },
      { Parameters: { R: { Type: "String" } } },
    ],
    [
      "would have to be added, and the backup has a resource of that name",
      ref("R"),
      { Parameters: { R: { Type: "String" } } },
      { Resources: { R: topic("r") } },
    ],
    ["its template has other transforms now than in the backup", "v", sam(), none],
    [
      /Globals as they are now, and the backup has others/,
      ref("A"),
      sam({ Globals: { Api: { Name: "x" } }, Resources: { A: { Type: "AWS::Serverless::Api" } } }),
      sam(),
    ],
  ];
  for (const [says, value, live, goal] of cases) t.match(refusal(keep(...over({ live, goal }, value))), says);
  const [goal, live] = over({ live: none, goal: none }, "v");
  t.equal(
    refusal(bridge(goal, { ...live, exportNames: { Nested: "kept" } }, ["kept", "unknown"])),
    "no output in its template has the export kept; no output in its template has the export unknown",
  );
  t.match(refusal(keep(end("Resources: &r {}\nOther: *r\n", {}), live)), "cannot be read or uses anchors");
  t.match(refusal(keep(goal, { ...live, template: "{" })), "cannot be read or uses anchors");
  t.end();
});

t.test("a bridge keeps the quotas of a template", (t) => {
  const many = (count: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`X${index}`, value]));
  const full = { Resources: { R: topic("r") }, Outputs: many(200, { Value: "v" }) };
  t.equal(refusal(keep(...over({ live: {}, goal: full }, "v"))), "it would have 201 Outputs, and 200 are allowed");
  const large = { Resources: { R: topic("r".repeat(999_900)) } };
  t.match(refusal(keep(...over({ live: {}, goal: large }, "v"))), "more than 1000000 bytes");
  t.end();
});
