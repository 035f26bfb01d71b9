import t from "tap";
import { effectsOf } from "#src/domain/stack/change-causes";
import type { ChangeDetail, ResourceChange } from "#src/domain/stack/resource-change";
import { isStableAttribute, isStableReference } from "#src/domain/stack/stable-attributes";
import { fc } from "../../support/seeded.ts";

const FUNCTION = "AWS::Lambda::Function";
const TABLE = "AWS::DynamoDB::Table";

function modify(logicalId: string, type: string, ...details: readonly ChangeDetail[]): ResourceChange {
  const recreating = details.filter(({ requiresRecreation }) => requiresRecreation !== "Never");
  const isCertain = recreating.some(({ evaluation }) => evaluation === "Static");
  const replacement = isCertain ? "True" : recreating.length > 0 ? "Conditional" : "False";
  const rest = { physicalId: null, policyAction: null, isExpanded: false } as const;
  return { action: "Modify", logicalId, type, replacement, details, ...rest };
}

function detail(
  source: ChangeDetail["source"],
  causingEntity: string | null,
  more: Partial<ChangeDetail> = {},
): ChangeDetail {
  const target = { attribute: "Properties", property: "P", requiresRecreation: "Never" } as const;
  return { ...target, evaluation: "Dynamic", source, causingEntity, ...more };
}

const ALWAYS = { requiresRecreation: "Always" } as const;
const STATIC = { evaluation: "Static" } as const;
const direct = detail("DirectModification", null, STATIC);
const replacing = detail("DirectModification", null, { ...STATIC, ...ALWAYS });

function effect(changes: readonly ResourceChange[], logicalId: string): string {
  const found = effectsOf(changes).find(({ change }) => change.logicalId === logicalId);
  return `changes ${found?.changes}, replaced ${found?.replaced}`;
}

t.test("a value that only a replacement changes replaces nothing while its resource stays", (t) => {
  const fn = modify("F", FUNCTION, direct);
  const by = (entity: string) => modify("X", "AWS::Lambda::Url", detail("ResourceAttribute", entity, ALWAYS));
  t.equal(effect([fn, by("F.Arn")], "X"), "changes no, replaced no");
  t.equal(effect([by("F.Arn"), fn], "X"), "changes no, replaced no", "in any order");
  t.equal(effect([fn, by("F.Unknown")], "X"), "changes maybe, replaced maybe", "another attribute may change");
  t.equal(effect([by("F.Arn")], "X"), "changes maybe, replaced maybe", "a cause that is not listed says nothing");
  const table = modify("F", TABLE, direct);
  t.equal(effect([table, by("F.StreamArn")], "X"), "changes maybe, replaced maybe", "a table may get another stream");
  const custom = modify("F", "Custom::Thing", direct);
  t.equal(
    effect([custom, by("F.Arn")], "X"),
    "changes maybe, replaced maybe",
    "a custom resource returns what it likes",
  );
  t.end();
});

t.test("a replacement is followed to everything that depends on it", (t) => {
  const chain = [
    modify("F", FUNCTION, replacing),
    modify("Alias", "AWS::Lambda::Alias", detail("ResourceReference", "F", ALWAYS)),
    modify("Url", "AWS::Lambda::Url", detail("ResourceReference", "Alias", ALWAYS)),
    modify("Rule", "AWS::Events::Rule", detail("ResourceAttribute", "Url.FunctionUrl")),
  ];
  t.equal(effect(chain, "Url"), "changes yes, replaced yes");
  t.equal(effect(chain, "Rule"), "changes yes, replaced no");
  const uncertain = [modify("F", FUNCTION, detail("DirectModification", null, ALWAYS)), ...chain.slice(1)];
  t.equal(effect(uncertain, "Url"), "changes maybe, replaced maybe");
  t.equal(effect(uncertain, "Rule"), "changes maybe, replaced no");
  t.end();
});

t.test("the parameters of a nested stack are followed to what its parent gives them", (t) => {
  const parameters = { property: "Parameters" } as const;
  const nested = (entity: string) => ({
    ...modify("N", "AWS::CloudFormation::Stack", detail("ResourceAttribute", entity, parameters)),
    isExpanded: true,
  });
  const inner = modify(
    "N.Permission",
    "AWS::Lambda::Permission",
    detail("ParameterReference", "Arn", ALWAYS),
    detail("DirectModification", null, ALWAYS),
  );
  const fn = modify("F", FUNCTION, direct);
  t.equal(effect([fn, nested("F.Arn"), inner], "N.Permission"), "changes no, replaced no");
  t.equal(effect([fn, nested("F.Arn"), inner], "N"), "changes no, replaced no");
  t.equal(effect([fn, nested("F.Other"), inner], "N.Permission"), "changes maybe, replaced maybe");
  const replaced = modify("F", FUNCTION, replacing);
  t.equal(effect([replaced, nested("F.Arn"), inner], "N.Permission"), "changes yes, replaced yes");
  const root = modify("P", "AWS::Lambda::Permission", detail("ParameterReference", "Arn", ALWAYS));
  t.equal(effect([root], "P"), "changes yes, replaced yes", "a parameter of the root has another value");
  t.end();
});

t.test("a nested stack changes if something in it does, and says maybe where nobody looked", (t) => {
  const automatic = modify("N", "AWS::CloudFormation::Stack", detail("Automatic", null));
  const user = modify("X", "AWS::Lambda::Url", detail("ResourceAttribute", "N.Outputs.Arn", ALWAYS));
  t.equal(effect([automatic, user], "X"), "changes maybe, replaced maybe");
  const expanded = { ...automatic, isExpanded: true };
  t.equal(effect([expanded, user], "X"), "changes no, replaced no");
  t.equal(effect([expanded, modify("N.F", FUNCTION, direct), user], "X"), "changes maybe, replaced maybe");
  t.end();
});

t.test("knows the attributes by which a resource is known", (t) => {
  const stable = [
    [FUNCTION, "Arn"],
    ["AWS::SQS::Queue", "QueueUrl"],
    ["AWS::SQS::Queue", "QueueName"],
    ["AWS::EC2::SecurityGroup", "GroupId"],
    ["AWS::Lambda::Alias", "AliasArn"],
    ["AWS::ApiGateway::RestApi", "RootResourceId"],
    ["AWS::SNS::Topic", "TopicArn"],
  ] as const;
  for (const [type, attribute] of stable) t.ok(isStableAttribute(type, attribute), `${type} ${attribute}`);
  const changing = [
    [TABLE, "StreamArn"],
    ["AWS::RDS::DBCluster", "Endpoint.Address"],
    ["AWS::RDS::DBCluster", "MasterUserSecret.SecretArn"],
    ["AWS::EC2::Instance", "PrivateDnsName"],
    ["AWS::EC2::LaunchTemplate", "LatestVersionNumber"],
    ["AWS::SSM::Parameter", "Value"],
    ["AWS::CloudFormation::Stack", "Outputs.Arn"],
    ["AWS::CloudFormation::CustomResource", "Arn"],
    ["AWS::Batch::JobDefinition", "JobDefinitionArn"],
  ] as const;
  for (const [type, attribute] of changing) t.notOk(isStableAttribute(type, attribute), `${type} ${attribute}`);
  t.notOk(isStableReference("Custom::Thing"));
  t.end();
});

const IDS = ["A", "B", "C", "D", "N", "N.A", "N.B"] as const;
const TYPES = [FUNCTION, TABLE, "AWS::CloudFormation::Stack", "Custom::Thing"] as const;

/** Any change set that CloudFormation or an emulator could send, circles and contradictions included. */
const anyChanges = fc
  .record({
    ids: fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 1 }),
    seeds: fc.array(
      fc.record({
        type: fc.constantFrom(...TYPES),
        replacement: fc.constantFrom("True", "False", "Conditional", null),
        isExpanded: fc.boolean(),
        details: fc.array(
          fc.record({
            attribute: fc.constant("Properties"),
            property: fc.constantFrom("P", "Parameters"),
            requiresRecreation: fc.constantFrom("Never", "Conditionally", "Always", null),
            evaluation: fc.constantFrom("Static", "Dynamic", null),
            source: fc.constantFrom(
              "ParameterReference",
              "ResourceReference",
              "ResourceAttribute",
              "DirectModification",
              "Automatic",
              null,
            ),
            causingEntity: fc.constantFrom("A", "B", "A.Arn", "B.Arn", "C.StreamArn", "N.Outputs.X", null),
          }),
          { maxLength: 3 },
        ),
      }),
      { minLength: IDS.length, maxLength: IDS.length },
    ),
  })
  .map(({ ids, seeds }) =>
    ids.flatMap((logicalId, index): ResourceChange[] => {
      const seed = seeds[index];
      return seed ? [{ ...seed, action: "Modify", logicalId, physicalId: null, policyAction: null }] : [];
    }),
  );

t.test("never says less than CloudFormation is certain of, and never depends on the order", (t) => {
  fc.assert(
    fc.property(anyChanges, (changes) => {
      const effects = effectsOf(changes);
      for (const { change, changes: differs, replaced } of effects) {
        if (change.replacement === "True" && replaced !== "yes") return false;
        if (change.replacement === "False" && replaced !== "no") return false;
        if (change.details.some(({ evaluation }) => evaluation === "Static") && differs !== "yes") return false;
      }
      const backwards = effectsOf([...changes].reverse()).reverse();
      return JSON.stringify(backwards) === JSON.stringify(effects);
    }),
  );
  t.end();
});

t.test("one more cause never makes anything less likely", (t) => {
  const weight = (likelihood: string) => ["no", "maybe", "yes"].indexOf(likelihood);
  fc.assert(
    fc.property(anyChanges, (changes) => {
      const before = effectsOf(changes);
      const [first, ...rest] = changes;
      const after = effectsOf([{ ...(first as ResourceChange), replacement: "True" }, ...rest]);
      return after.every(
        ({ changes: differs, replaced }, index) =>
          weight(differs) >= weight(before[index]?.changes ?? "no") &&
          weight(replaced) >= weight(before[index]?.replaced ?? "no"),
      );
    }),
  );
  t.end();
});
