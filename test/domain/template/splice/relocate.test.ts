import t from "tap";
import { stringify } from "yaml";
import { asObject, type Json, type JsonObject, sameJson } from "#src/domain/json";
import { type Relocation, relocate } from "#src/domain/template/splice/relocate";
import { parseTemplate } from "#src/domain/template/template";
import { fc } from "../../../support/seeded.ts";

const to = (logicalId: string): Relocation => ({
  logicalId,
  bucket: "staging",
  key: "stepback/code/d.zip",
  region: "eu-west-1",
});
const S3_TEXT = "s3://staging/stepback/code/d.zip";
const URL_TEXT = "https://s3.eu-west-1.amazonaws.com/staging/stepback/code/d.zip";
const MAP = { Bucket: "staging", Key: "stepback/code/d.zip" };
const CODE = { S3Bucket: "staging", S3Key: "stepback/code/d.zip" };

/** All forms of a reference to an object, with the relocated form. */
const FORMS: readonly { name: string; type: string; property: string; from: Json; becomes: Json }[] = [
  {
    name: "code with a pinned version",
    type: "AWS::Lambda::Function",
    property: "Code",
    from: { S3Bucket: "b", S3Key: "k.zip", S3ObjectVersion: "7" },
    becomes: CODE,
  },
  {
    name: "code in a bucket and under a key that are worked out",
    type: "AWS::Lambda::Function",
    property: "Code",
    from: { S3ObjectVersion: { Ref: "V" }, S3Bucket: { Ref: "Bucket" }, S3Key: { "Fn::Sub": "${Prefix}/k.zip" } },
    becomes: CODE,
  },
  {
    name: "code with a key of its own for encryption",
    type: "AWS::Lambda::Function",
    property: "Code",
    from: { S3Bucket: "b", S3ObjectVersion: "7", SourceKMSKeyArn: { Ref: "Key" }, S3Key: "k.zip" },
    becomes: { ...CODE, SourceKMSKeyArn: { Ref: "Key" } },
  },
  {
    name: "a layer",
    type: "AWS::Lambda::LayerVersion",
    property: "Content",
    from: { S3Bucket: "b", S3Key: "k" },
    becomes: CODE,
  },
  {
    name: "SAM code as text",
    type: "AWS::Serverless::Function",
    property: "CodeUri",
    from: "s3://b/k?versionId=7",
    becomes: S3_TEXT,
  },
  {
    name: "SAM code as a map",
    type: "AWS::Serverless::Function",
    property: "CodeUri",
    from: { Bucket: "b", Key: "k", Version: "7" },
    becomes: MAP,
  },
  {
    name: "a SAM layer",
    type: "AWS::Serverless::LayerVersion",
    property: "ContentUri",
    from: { "Fn::Sub": "s3://${Bucket}/k" },
    becomes: S3_TEXT,
  },
  { name: "a SAM API", type: "AWS::Serverless::Api", property: "DefinitionUri", from: "s3://b/k", becomes: S3_TEXT },
  {
    name: "a SAM HTTP API",
    type: "AWS::Serverless::HttpApi",
    property: "DefinitionUri",
    from: { Bucket: "b", Key: "k" },
    becomes: MAP,
  },
  {
    name: "a SAM state machine",
    type: "AWS::Serverless::StateMachine",
    property: "DefinitionUri",
    from: { Bucket: "b", Key: "k" },
    becomes: MAP,
  },
  {
    name: "a SAM application",
    type: "AWS::Serverless::Application",
    property: "Location",
    from: "https://b.s3.amazonaws.com/k",
    becomes: URL_TEXT,
  },
  {
    name: "a nested stack",
    type: "AWS::CloudFormation::Stack",
    property: "TemplateURL",
    from: "https://s3.amazonaws.com/b/k?versionId=7",
    becomes: URL_TEXT,
  },
  {
    name: "a nested stack of an address that is worked out",
    type: "AWS::CloudFormation::Stack",
    property: "TemplateURL",
    from: { "Fn::Sub": "https://s3.${AWS::Region}.${AWS::URLSuffix}/b/k" },
    becomes: URL_TEXT,
  },
  {
    name: "the definition of an API with its checksum",
    type: "AWS::ApiGateway::RestApi",
    property: "BodyS3Location",
    from: { Bucket: "b", ETag: "abc", Key: "k", Version: "7" },
    becomes: MAP,
  },
  {
    name: "an HTTP API",
    type: "AWS::ApiGatewayV2::Api",
    property: "BodyS3Location",
    from: { Bucket: "b", Etag: "abc", Key: "k" },
    becomes: MAP,
  },
  {
    name: "a schema",
    type: "AWS::AppSync::GraphQLSchema",
    property: "DefinitionS3Location",
    from: "s3://b/k",
    becomes: S3_TEXT,
  },
  {
    name: "a state machine",
    type: "AWS::StepFunctions::StateMachine",
    property: "DefinitionS3Location",
    from: { Bucket: "b", Key: "k", Version: "7" },
    becomes: MAP,
  },
];

const WRITERS: Readonly<Record<string, (template: JsonObject) => string>> = {
  "JSON in lines": (template) => JSON.stringify(template, null, 2),
  "JSON in tabs": (template) => JSON.stringify(template, null, "\t"),
  "JSON in one line": (template) => JSON.stringify(template),
  "YAML in blocks": (template) => stringify(template, { aliasDuplicateObjects: false }),
  "YAML in flow": (template) => `Resources: ${JSON.stringify(template["Resources"])}\n`,
  "YAML with CRLF": (template) => stringify(template, { aliasDuplicateObjects: false }).replaceAll("\n", "\r\n"),
};

const neighbor = (property: string, from: Json): JsonObject => ({
  Type: "AWS::Lambda::Function",
  Properties: { Description: "012", [property]: from },
});

function moved(text: string, ...ids: string[]): string {
  const result = relocate(text, ids.map(to));
  if ("refusal" in result) throw new Error(result.refusal);
  return result.template;
}

t.test("every form of reference moves, in JSON and in YAML, and nothing else changes", async (t) => {
  for (const { name, type, property, from, becomes } of FORMS) {
    for (const [writer, write] of Object.entries(WRITERS)) {
      const template = (value: Json): JsonObject => ({
        Resources: {
          Before: neighbor(property, from),
          It: { Type: type, Properties: { A: "x", [property]: value, Z: ["y"] }, DeletionPolicy: "Retain" },
          After: neighbor(property, from),
        },
      });
      const result = moved(write(template(from)), "It");
      t.same(parseTemplate(result), template(becomes), `${name}, ${writer}`);
      t.equal(moved(result, "It"), result, `${name}, ${writer}: the second time changes nothing`);
    }
  }
});

t.test("comments, quotes and layout around a moved reference stay as they were", async (t) => {
  const text = `# The shop
Resources:
  Pay:   # pays
    Type: AWS::Lambda::Function
    Properties:
      Code:
        S3Bucket: !Ref Bucket   # whose
        S3ObjectVersion: abc

        # under which
        S3Key: 'v1/pay.zip' # key
      Role: 012345678901
  Cart: { Type: AWS::Lambda::Function, Properties: { Code: { S3Bucket: b, S3Key: c.zip, S3ObjectVersion: 1 } } }
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL:
        Fn::Sub: https://s3.amazonaws.com/\${Bucket}/t.yml
`;
  t.equal(
    moved(text, "Pay", "Cart", "Nested"),
    `# The shop
Resources:
  Pay:   # pays
    Type: AWS::Lambda::Function
    Properties:
      Code:
        S3Bucket: "staging"   # whose
        # under which
        S3Key: "stepback/code/d.zip" # key
      Role: 012345678901
  Cart: { Type: AWS::Lambda::Function, Properties: { Code: { S3Bucket: "staging", S3Key: "stepback/code/d.zip" } } }
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL:
        "${URL_TEXT}"
`,
  );
});

t.test(
  "a reference of SAM's Globals is written into the function as text, with which SAM merges no version",
  async (t) => {
    for (const CodeUri of ["s3://b/k", { Bucket: "b", Key: "k", Version: "7" }]) {
      for (const Properties of [{ Handler: "h" }, { Handler: "h", CodeUri: { Key: "other" } }]) {
        for (const [writer, write] of Object.entries(WRITERS).filter(([name]) => name !== "YAML in flow")) {
          const template = {
            Globals: { Function: { CodeUri } },
            Resources: { F: { Type: "AWS::Serverless::Function", Properties } },
          };
          const result = parseTemplate(moved(write(template), "F"));
          t.match(
            result,
            { Globals: template.Globals, Resources: { F: { Properties: { Handler: "h", CodeUri: S3_TEXT } } } },
            writer,
          );
        }
      }
    }
    const bare =
      "Globals:\n  Function:\n    CodeUri: s3://b/k\nResources:\n  F:\n    Type: AWS::Serverless::Function\n";
    t.equal(moved(bare, "F"), `${bare}    Properties:\n      CodeUri: "${S3_TEXT}"\n`);
  },
);

t.test("a reference that cannot be moved is refused in words, with its resource", async (t) => {
  const fn = (Code: Json) =>
    JSON.stringify({ Resources: { F: { Type: "AWS::Lambda::Function", Properties: { Code } } } });
  const inPlace = fn({ S3Bucket: "b", S3Key: "k", S3ObjectVersion: "7", S3ObjectStorageMode: "REFERENCE" });
  t.match(relocate(inPlace, [to("F")]), { refusal: /S3ObjectStorageMode/, logicalId: "F" });
  t.match(relocate(fn({ S3Bucket: "b", S3Key: "k" }), [to("G")]), {
    refusal: /does not name an object/,
    logicalId: "G",
  });
  t.match(relocate("a: &x 1\nb: *x\n", [to("F")]), { refusal: /anchors/, logicalId: null });
  t.match(relocate("{", [to("F")]), { refusal: /cannot be parsed/, logicalId: null });
  t.same(relocate("{", []), { template: "{" }, "nothing to move is nothing to read");
});

t.test("whichever references of a template move, in whatever order, the others keep their values", async () => {
  const aTemplate = fc.array(fc.constantFrom(...FORMS), { minLength: 1, maxLength: 6 });
  const aWriter = fc.constantFrom(...Object.values(WRITERS));
  fc.assert(
    fc.property(aTemplate, aWriter, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (forms, write, choice) => {
      const resources = (value: (form: (typeof FORMS)[number], index: number) => Json): JsonObject =>
        Object.fromEntries(
          forms.map((form, index) => [
            `R${index}`,
            { Type: form.type, Properties: { [form.property]: value(form, index), Tail: index } },
          ]),
        );
      const ids = forms.flatMap((_, index) => (choice[index] ? [`R${index}`] : []));
      const text = write({ Resources: resources(({ from }) => from) });
      const meant = resources(({ from, becomes }, index) => (choice[index] ? becomes : from));
      const once = moved(text, ...ids);
      const oneByOne = [...ids].reverse().reduce((result, id) => moved(result, id), text);
      return once === oneByOne && sameJson(asObject(parseTemplate(once)["Resources"]), meant);
    }),
    { numRuns: 300 },
  );
});
