import t from "tap";
import { type CapturedComponent, captured } from "#src/domain/component/component";
import { type Json, type JsonObject, sameJson } from "#src/domain/json";
import { policyDenies, readStackPolicy } from "#src/domain/stack/stack-policy";
import { dynamicReferences } from "#src/domain/template/dynamic-references";
import { partOf } from "#src/domain/template/part";
import { leftUndone, sameTemplate } from "#src/domain/template/same-effect";
import type { Submitted } from "#src/domain/template/splice/request";
import { splice } from "#src/domain/template/splice/splice";
import { parseTemplate } from "#src/domain/template/template";
import { fc } from "../../support/seeded.ts";
import { deployedParameters, spliced, submitted, whole } from "./splice/case.ts";

const ref = (name: string) => ({ Ref: name });
const PART = { logicalId: "A", take: "all" } as const;

t.test("two texts are the same template where CloudFormation reads the same data", async (t) => {
  const json = '{"Resources":{"A":{"Type":"AWS::SNS::Topic","Properties":{"DisplayName":{"Ref":"P"},"Size":128}}}}';
  const yaml = [
    "# how it was reviewed",
    "Resources:",
    "  A:",
    "    Properties: { Size: 128, DisplayName: !Ref P }",
    "    Type: 'AWS::SNS::Topic'",
  ].join("\n");
  t.ok(sameTemplate(json, JSON.stringify(JSON.parse(json), null, 4)), "white space");
  t.ok(sameTemplate(json, yaml), "YAML and JSON, the order of keys, comments, short intrinsics");
  t.notOk(sameTemplate(json, json.replace("128", "256")));
  for (const [one, other] of [
    ["A: 0123", "A: 123"],
    ["A: 1.0", "A: 1"],
    ["A: 12345678901234567890", "A: 12345678901234567891"],
  ] as const)
    t.notOk(sameTemplate(one, other), `${one} is not ${other}: a number that is rounded would hide it`);
  t.ok(sameTemplate("{", "{"), "what nobody can read is its own text");
  t.notOk(sameTemplate("{", "{ "));
});

t.test("after an empty change set only outputs and policies of resources can differ from the goal", async (t) => {
  const state = (template: object, parameters: JsonObject = {}) => ({
    settings: { template: JSON.stringify(template), parameters },
    evidence: {},
    artifacts: [],
  });
  const table = (more: object = {}) => ({ Resources: { Orders: { Type: "AWS::DynamoDB::Table", ...more } } });
  const undone = (goal: object, live: object) => leftUndone(state(goal), state(live));
  t.same(undone({ ...table(), Description: "1" }, { ...table(), Description: "2", Metadata: { a: 1 } }), []);
  t.same(undone({ ...table(), Mappings: { M: {} } }, { ...table(), Conditions: {} }), []);
  t.same(undone({ ...table(), Outputs: { Name: { Value: "1" } } }, { ...table(), Outputs: { Name: { Value: "2" } } }), [
    "the output Name",
  ]);
  t.same(undone(table(), { ...table(), Outputs: { More: { Value: "2" } } }), ["the output More"]);
  t.same(undone(table({ DeletionPolicy: "Retain" }), table({ DeletionPolicy: "Delete" })), [
    "DeletionPolicy of Orders",
  ]);
  const conditional = (value: string) => ({
    ...table(),
    Conditions: { Loud: { "Fn::Equals": [value, "1"] } },
    Outputs: { Name: { Condition: "Loud", Value: "1" } },
  });
  t.same(undone(conditional("1"), conditional("2")), ["the output Name"], "what an output refers to counts");
});

interface Side {
  readonly values: Readonly<Record<string, string>>;
  readonly mapped: string;
  readonly equals: string;
}

const USES: readonly Json[] = [
  ref("P"),
  ref("PFromBackup"),
  { "Fn::Sub": "${P} ${Q} ${!P}" },
  { "Fn::Sub": ["${P}${Q}${L}", { Q: ref("P"), L: ref("Q") }] },
  { "Fn::FindInMap": ["M", "all", ref("Q")] },
  { "Fn::If": ["C", ref("P"), { Ref: "AWS::NoValue" }] },
  { "Fn::If": ["D", 128, "x"] },
];

/** Names whose meaning in the live template differs at random from that in the backup. */
function templateOf({ values, mapped, equals }: Side, uses: readonly Json[], decoys: readonly string[]): object {
  const parameters = Object.keys(values).map((name) => [name, { Type: "String" }] as const);
  return {
    Parameters: Object.fromEntries(parameters),
    Mappings: { M: { all: { a: mapped } }, ...(decoys.includes("M") ? { MFromBackup: { all: { a: "decoy" } } } : {}) },
    Conditions: {
      C: { "Fn::Equals": [ref("P"), equals] },
      D: { "Fn::Not": [{ Condition: "C" }] },
      ...(decoys.includes("C") ? { CFromBackup: { "Fn::Equals": ["decoy", "decoy"] } } : {}),
    },
    Resources: {
      A: { Type: "AWS::SNS::Topic", Condition: "D", Properties: { Tags: uses } },
      ...(decoys.includes("Q") ? { QFromBackup: { Type: "AWS::SNS::Topic" } } : {}),
    },
  };
}

const side = (tag: string) =>
  fc.record({
    values: fc.record({
      P: fc.constantFrom("same", `${tag} P`),
      Q: fc.constantFrom("a", "b"),
      PFromBackup: fc.constantFrom("copied", `${tag} copied`),
    }),
    mapped: fc.constantFrom("1", "2"),
    equals: fc.constantFrom("same", tag),
  });

t.test("a part that was restored under copied names equals the backup's, and is not restored again", async (t) => {
  let copied = 0;
  const given = fc.record({
    was: side("was"),
    now: side("now"),
    uses: fc.subarray([...USES], { minLength: 1 }),
    decoys: fc.subarray(["M", "C", "Q"]),
  });
  fc.assert(
    fc.property(given, ({ was, now, uses, decoys }) => {
      const text = (template: object) => JSON.stringify(template, null, 2);
      const backup = submitted(text(templateOf(was, uses, [])), was.values);
      const current = submitted(text(templateOf(now, ["deployed"], decoys)), now.values);
      const result = spliced(splice({ current, backup, parts: whole("A") }));
      const after = submitted(result.template, deployedParameters(current, result));
      const { added } = result.affected;
      copied += Object.values(added).flat().length > 0 ? 1 : 0;
      const again = spliced(splice({ current: after, backup, parts: whole("A") }));
      return sameJson(read(after), read(backup)) && again.template === result.template;
    }),
    { numRuns: 500 },
  );
  t.ok(copied > 250, `${copied} had names that were copied`);
});

function read({ template, parameters }: Submitted): Json {
  return partOf({ template: parseTemplate(template.text), parameters }, PART);
}

t.test("a copied name reads as the original only where the part does not mention the original, too", async (t) => {
  const tags = (Tags: Json, parameters: JsonObject, resources: JsonObject = {}) =>
    partOf(
      {
        template: {
          Parameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, { Type: "String" }])),
          Resources: { A: { Type: "T", Properties: { Tags } }, ...resources },
        },
        parameters,
      },
      PART,
    );
  const both = [ref("P"), ref("PFromBackup")];
  t.match(tags(both, { P: "1", PFromBackup: "2" }), {
    definition: { Properties: { Tags: both } },
    parameters: { P: "1", PFromBackup: "2" },
  });
  const resource = tags([ref("P"), ref("PFromBackup")], { PFromBackup: "2" }, { P: { Type: "T" } });
  t.match(resource, { definition: { Properties: { Tags: both } }, parameters: { PFromBackup: "2" } });
  const hidden = { "Fn::Sub": ["${P}${PFromBackup}", { P: "own" }] };
  t.match(tags(hidden, { PFromBackup: "2" }), { definition: { Properties: { Tags: hidden } } });
  t.match(tags(ref("PFromBackup12"), { PFromBackup12: "2" }), {
    definition: { Properties: { Tags: ref("P") } },
    parameters: { P: "2" },
  });
  t.match(tags(ref("FromBackup"), { FromBackup: "2" }), { parameters: { FromBackup: "2" } });
});

t.test("dynamic references are named, and whether their values differ, without showing a value", async (t) => {
  const stack = (resolvedParameters: JsonObject, more: JsonObject = {}): CapturedComponent =>
    captured(
      "stack:shop",
      {
        settings: { template: "{{resolve:ssm:level}} {{resolve:ssm:pinned:2}}", parameters: { Ami: "/ami", ...more } },
        evidence: { resolvedParameters },
        artifacts: [],
      },
      { parent: null, physicalId: null },
    );
  const backup = stack({ Ami: "ami-1" });
  const said = (live: CapturedComponent | null) => dynamicReferences(backup, { live })[0]?.detail ?? "";
  t.match(said(null), /the parameter Ami, \{\{resolve:ssm:level\}\} to the present value/);
  t.notMatch(said(null), /pinned/);
  t.notMatch(said(backup), /different value/);
  t.match(said(stack({ Ami: "ami-2" })), /different value of Ami/);
  t.notMatch(said(stack({ Ami: "ami-2" })), /ami-[12]/);
  t.notMatch(said(stack({ Ami: "ami-2" }, { Ami: "/other" })), /different value/, "of another SSM parameter");
  t.same(dynamicReferences(backup, { within: { parameters: [], text: "" } }), []);
});

t.test("a policy that denies nothing reads as none, however it is written", async (t) => {
  const allow = { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" };
  const read = (...statements: object[]) => readStackPolicy(JSON.stringify({ Statement: statements }));
  for (const statement of [
    allow,
    { ...allow, Action: ["Update:*"], Resource: ["*"] },
    { ...allow, Action: "*" },
    { ...allow, Action: ["Update:Modify", "Update:Replace", "Update:Delete"] },
  ])
    t.equal(read(statement), null, JSON.stringify(statement));
  t.equal(readStackPolicy(JSON.stringify({ Statement: allow })), null, "one statement that is no list");
  t.equal(readStackPolicy(null), null);
  for (const statements of [
    [{ ...allow, Action: "Update:Modify" }],
    [{ ...allow, Resource: "LogicalResourceId/Pay" }],
    [{ ...allow, Condition: { StringEquals: { ResourceType: ["AWS::SNS::Topic"] } } }],
    [{ Effect: "Allow", NotAction: "Update:Delete", Principal: "*", Resource: "*" }],
    [allow, { ...allow, Effect: "Deny", Resource: "LogicalResourceId/Pay" }],
  ])
    t.same(read(...statements), { Statement: statements }, JSON.stringify(statements));
  t.equal(readStackPolicy("no policy"), "no policy");
  const update = { logicalId: "Pay", type: "AWS::Lambda::Function", action: "Update:Modify" } as const;
  t.ok(policyDenies(read({ ...allow, Effect: "Deny" }), update));
});
