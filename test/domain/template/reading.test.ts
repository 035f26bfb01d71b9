import t from "tap";
import { type CapturedComponent, type ComponentState, captured } from "#src/domain/component/component";
import { canonicalText, type Json, type JsonObject, sameJson } from "#src/domain/json";
import { partOf } from "#src/domain/template/part";
import { reread } from "#src/domain/template/reread";
import { secondReading } from "#src/domain/template/splice/second-reading";
import { parseTemplate } from "#src/domain/template/template";
import { spliced, spliceTexts, whole } from "./splice/case.ts";

const withValue = (value: string) =>
  `Resources:\n  A:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      Definition:\n        Value: ${value}\n  B: {Type: AWS::SNS::Topic}\n`;
const jsonWithValue = (value: string) =>
  `{"Resources":{"A":{"Type":"AWS::StepFunctions::StateMachine","Properties":{"Definition":{"Value":${value}}}},"B":{"Type":"AWS::SNS::Topic"}}}`;

function definitionIn(text: string): JsonObject {
  const part = partOf({ template: parseTemplate(text), parameters: {} }, { logicalId: "A", take: "all" });
  if (!part) throw new Error(`no A in ${text}`);
  return part;
}

t.test("values that CloudFormation keeps apart have different readings", async (t) => {
  const families = [
    ["1.10", "1.1", '"1.10"', "1.100"],
    ["2.0", "2", '"2"', '"2.0"'],
    ["012", "12", "0o12", "10"],
    ["0x1F", "31", "0x1f"],
    ["012345670123", "12345670123", "1402434643"],
    ["1_000", "1000"],
    ["12345678901234567890", "12345678901234567891", "12345678901234567000"],
    ["0.1000000000000000055", "0.1"],
    ["1e3", "1000", "1.0e+3"],
    [".inf", "-.inf", "~"],
    ["true", '"true"', "TRUe"],
    ["~", '""'],
    ["2012-10-17", "2012-10-18", "2012-10-17T00:00:00Z"],
    ["12:30:45", "45045"],
    ["-0", "0"],
    ["-0.0", "0.0"],
    ["1.", "1"],
    ["+1", "1"],
  ];
  for (const family of families) {
    const readings = family.map((value) => canonicalText(definitionIn(withValue(value))));
    t.equal(new Set(readings).size, family.length, family.join(" | "));
  }
});

t.test("spellings of one value have one reading, in YAML and in JSON", async (t) => {
  const families = [
    ["true", "yes", "On", "TRUE", "!!bool yes"],
    ["~", "null", "", "NULL # none"],
    ["text", "'text'", '"te\\x78t"', "!!str text", "|-\n          text", ">-\n          text", "&anchor text"],
    ["!GetAtt B.Arn", "!GetAtt [B, Arn]", "{Fn::GetAtt: B.Arn}", "\n          Fn::GetAtt: [B, Arn]"],
    ["!GetAZs", "!GetAZs ''", "{Fn::GetAZs: ''}", '!GetAZs ""'],
    ["!Ref B", "{Ref: B}", "{Ref: x, Ref: B}", "! B".replace("! B", "!Ref  'B'")],
    ["[a, {b: c}]", "[a, b: c]", "\n        - a\n        - b: c", "\n          [a, b: c,]"],
  ];
  for (const family of families) {
    const [first, ...others] = family.map((value) => definitionIn(withValue(value)));
    for (const other of others) t.same(other, first, String(family[0]));
  }
  for (const value of ["2.0", "1.10", "true", '"true"', "12345678901234567890", "null", '""', "3"])
    t.same(definitionIn(jsonWithValue(value)), definitionIn(withValue(value)), value);
});

/** Texts that CloudFormation takes, and what they say of the resource A. */
const TAKEN: readonly (readonly [title: string, text: string, A: Json])[] = [
  [
    "a quoted text goes on at its key's column",
    'Resources:\n  A:\n    Type: T::T::T\n    Description: "goes on,\n    here"\n',
    { Type: "T::T::T", Description: "goes on, here" },
  ],
  [
    "items in brackets stand at their key's column",
    "Resources:\n  A:\n    Type: T::T::T\n    Tags: [\n    {Key: a, Value: b},\n    {Key: c}\n    ]\n",
    { Type: "T::T::T", Tags: [{ Key: "a", Value: "b" }, { Key: "c" }] },
  ],
  ["of equal keys in YAML, the last one counts", "Resources:\n  A: {Type: X}\n  A: {Type: Y}\n", { Type: "Y" }],
  ["of equal keys in JSON, the last one counts", '{"Resources":{"A":{"Type":"X","Type":"Y"}}}', { Type: "Y" }],
  ["a comma follows the last member in JSON", '{"Resources":{"A":{"Type":"X","L":[1,],},},}', { Type: "X", L: [1] }],
  ["a byte order mark and CRLF", "\uFEFFResources:\r\n  A:\r\n    Type: >-\r\n      X\r\n      Y\r\n", { Type: "X Y" }],
  ["a document begins and ends with marks", "---\nResources:\n  A: {Type: X}\n...\n", { Type: "X" }],
  ["tabs separate", "Resources:\n  A:\t{Type:\tX}\t# end\n", { Type: "X" }],
];

t.test("takes the texts that CloudFormation takes, and restores parts of them", async (t) => {
  for (const [title, text, A] of TAKEN) {
    t.same(parseTemplate(text), { Resources: { A } }, title);
    const other = JSON.stringify({ Resources: { A: { Type: "Z" }, C: { Type: "AWS::SNS::Topic" } } }, null, 1);
    const taken = spliced(spliceTexts(other, text, { parts: whole("A") })).template;
    t.same(parseTemplate(taken), { Resources: { A, C: { Type: "AWS::SNS::Topic" } } }, `${title}: from it`);
    const into = spliced(spliceTexts(text, other, { parts: whole("C") })).template;
    t.same(parseTemplate(into), { Resources: { A, C: { Type: "AWS::SNS::Topic" } } }, `${title}: into it`);
  }
});

t.test("refuses texts that CloudFormation refuses, and says where", async (t) => {
  const texts = ["Resources: [", "{", "{}}", "- 1", "", "a: !!binary eA==", "a: !!set {b}", "a: b: c", "a:\n-\n- b\n"];
  for (const text of texts) t.throws(() => parseTemplate(text), { code: "TEMPLATE_UNREADABLE" }, text);
  t.throws(() => parseTemplate("a: &x {}\nb: *x\n"), { code: "TEMPLATE_UNREADABLE" });
});

t.test("a value keeps its type and its text on its way between YAML and JSON", async (t) => {
  const values = [
    "2.0",
    "1.10",
    "-0.50",
    "12345678901234567890",
    "true",
    '"true"',
    '"2.0"',
    '"012"',
    "null",
    '""',
    "7",
  ];
  for (const value of [...values, '"a\\nb\\n"', '"2012-10-17"', '"yes"', '"~"']) {
    const intoJson = spliced(spliceTexts(jsonWithValue('"bad"'), withValue(value), { parts: whole("A") })).template;
    t.match(intoJson.replace(/\s/g, ""), `{"Value":${value.replace(/\s/g, "")}}`, `${value} into JSON`);
    const intoYaml = spliced(spliceTexts(withValue("bad"), jsonWithValue(value), { parts: whole("A") })).template;
    t.same(secondReading(intoYaml), secondReading(jsonWithValue(value)), `${value} into YAML`);
    t.same(definitionIn(intoYaml), definitionIn(jsonWithValue(value)));
  }
  const zones = spliced(spliceTexts(jsonWithValue("1"), withValue("!GetAZs"), { parts: whole("A") })).template;
  t.match(zones.replace(/\s/g, ""), '{"Value":{"Fn::GetAZs":""}}', "an intrinsic without a value stays one");
});

t.test("a key that a question mark announces is read, and no entry is written beside it", async (t) => {
  const text = "Resources:\n  ? A\n  : {Type: X}\n";
  t.same(parseTemplate(text), { Resources: { A: { Type: "X" } } });
  const other = { Resources: { C: { Type: "AWS::SNS::Topic" } } };
  t.match(spliceTexts(text, other, { parts: whole("C") }), { outcome: "refused" });
});

t.test("refuses a number that the other format would read as text", async (t) => {
  const result = spliceTexts(withValue("bad"), jsonWithValue("1e3"), { parts: whole("A") });
  t.match(result, {
    outcome: "refused",
    refusals: [{ code: "SPLICE_IMPOSSIBLE", detail: /does not read as intended/ }],
  });
});

t.test("both readings agree on what both of them read", async (t) => {
  for (const [title, text] of TAKEN) {
    const second = secondReading(text);
    if (second !== null) t.ok(sameJson(second, parseTemplate(text)), title);
  }
});

t.test("what an older version read in another way is no change", async (t) => {
  const text = withValue("1.10").replace("Value:", "Azs: !GetAZs\n        On: yes\n        Value:");
  const stack = component("stack:shop", { settings: { template: text, parameters: {} }, evidence: {}, artifacts: [] });
  const definition = { Type: "X", Properties: { Definition: { Azs: { "Fn::GetAZs": null }, On: "yes", Value: 1.1 } } };
  const old = component("stack-resource:shop/A", {
    settings: { definition },
    evidence: { status: "X" },
    artifacts: [],
  });
  const alone = component("stack-resource:other/A", old.state);
  const read = reread(new Map([stack, old, alone].map((one) => [one.id, one])));
  const now = captured(old.id, { ...old.state, settings: definitionIn(text) }, old);
  t.same(read.get(old.id), now, "read again in its stack's template");
  t.equal(read.get(stack.id), stack);
  t.equal(read.get(alone.id), alone, "nothing is known of a stack that the snapshot does not hold");
});

function component(id: CapturedComponent["id"], state: ComponentState): CapturedComponent {
  return captured(id, state, { parent: null, physicalId: null });
}
