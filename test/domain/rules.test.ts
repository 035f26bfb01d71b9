import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { locksOverlap, scopeFaults } from "#src/domain/activity/scope";
import { type Difference, differences, keepLive, segments, threeWay, valueAt } from "#src/domain/component/diff";
import { ERROR_TABLE } from "#src/domain/errors";
import { idFrom } from "#src/domain/ids";
import { digestOf, type Json, type JsonObject, sameJson } from "#src/domain/json";
import { matchesPattern, patternsOverlap } from "#src/domain/name-pattern";
import { exposed } from "#src/domain/secrets/exposed";
import { policyDenies } from "#src/domain/stack/stack-policy";
import { codeObjectsOf } from "#src/domain/template/code-objects";
import { importsOf, parseTemplate } from "#src/domain/template/template";
import { ROOT } from "../support/root.ts";
import { fc } from "../support/seeded.ts";

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const object = fc.dictionary(fc.string(), json, { maxKeys: 6 }) as fc.Arbitrary<JsonObject>;

t.test("differences name exactly the places at which two settings differ", async (t) => {
  fc.assert(
    fc.property(object, object, (left, right) => {
      const found = differences(left, right);
      const isTrue = ({ path, left: l, right: r }: Difference) =>
        valueAt(left, segments(path)) === l &&
        valueAt(right, segments(path)) === r &&
        (l === undefined || r === undefined ? l !== r : !sameJson(l, r));
      return (found.length === 0) === sameJson(left, right) && found.every(isTrue);
    }),
    { numRuns: 2000 },
  );
  t.same(
    differences({ list: [1, 2] }, { list: [2, 1] }),
    [{ path: "/list", left: [1, 2], right: [2, 1] }],
    "lists differ whole",
  );
  t.same(
    differences({ key: { secret: "f1" } }, { key: { secret: "f2" } })[0]?.path,
    "/key",
    "a secret's mark is one value",
  );
  t.same(differences({ "a/b~c": 1 }, { "a/b~c": 2 })[0]?.path, "/a~1b~0c", "paths are JSON pointers");
  t.same(differences({}, { "": 1 }), [{ path: "/", left: undefined, right: 1 }], "an empty key is a key");
});

t.test("a three-way diff shows each side, and an absent side stays absent", async (t) => {
  t.same(threeWay({ m: 128 }, { m: 256 }, { m: 512 }), [{ path: "/m", before: 128, deployed: 256, live: 512 }]);
  t.same(threeWay(undefined, { m: 1 }), [{ path: "", deployed: { m: 1 } }]);
  t.same(threeWay({ m: 1 }, undefined, undefined), [{ path: "", before: { m: 1 } }]);
});

t.test(
  "keep-live keeps live values that somebody changed after the deploy and takes all others from the backup",
  async (t) => {
    const before = { memory: 128, environment: { table: "one", level: "info" } };
    const deployed = { memory: 128, environment: { table: "two", level: "info" } };
    const live = { memory: 512, environment: { table: "two", level: "debug" } };
    t.same(keepLive(before, deployed, live), { memory: 512, environment: { table: "one", level: "debug" } });
    fc.assert(
      fc.property(object, object, (b, d) => sameJson(keepLive(b, d, d), b)),
      { numRuns: 200 },
    );
  },
);

t.test("equal values have equal digests, whatever the order of their keys", async (t) => {
  t.equal(digestOf({ a: 1, b: { c: [1, null] } }), digestOf({ b: { c: [1, null] }, a: 1 }));
  t.not(digestOf({ a: 1 }), digestOf({ a: "1" }));
});

t.test("patterns overlap exactly where some name matches both", async (t) => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 4 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 4 });
  fc.assert(
    fc.property(pattern, letters, (one, name) => {
      const expression = new RegExp(`^${one.replaceAll("*", ".*")}$`);
      return matchesPattern(one, name) === expression.test(name);
    }),
  );
  fc.assert(
    fc.property(
      pattern,
      pattern,
      letters,
      (one, other, name) => !(matchesPattern(one, name) && matchesPattern(other, name)) || patternsOverlap(one, other),
    ),
  );
  t.notOk(patternsOverlap("shop-*-pay", "shop-prod-cart"));
});

t.test(
  "the lock of a function overlaps with one of its stack, but not with one of another function of the stack",
  async (t) => {
    const stack = { stacks: ["shop"], functions: [], within: [] };
    const pay = { stacks: [], functions: ["shop-pay"], within: ["shop"] };
    const cart = { stacks: [], functions: ["shop-cart"], within: ["shop"] };
    t.ok(locksOverlap(stack, pay) && locksOverlap(pay, stack));
    t.notOk(locksOverlap(pay, cart));
    t.ok(locksOverlap(pay, { stacks: [], functions: ["shop-*"], within: [] }));
  },
);

t.test("a scope that matches nothing or everything is refused, with all faults at once", async (t) => {
  t.equal(scopeFaults({ stacks: [], functions: [] }).length, 1);
  t.same(
    scopeFaults({ stacks: [], functions: ["*", "shop-*", "**"] }).map(({ pointer }) => pointer),
    ["/scope/functions/0", "/scope/functions/2"],
  );
  t.same(scopeFaults({ stacks: ["shop"], functions: [] }), []);
});

t.test("ids sort by time", async (t) => {
  const random = new Uint8Array(10);
  const ids = [1, 31, 32, 1_700_000_000_000, 1_800_000_000_000].map((now) => idFrom("dep", now, random));
  t.same([...ids].sort(), ids);
  t.match(ids[0], /^dep_[0-9a-hjkmnp-tv-z]{20}$/);
});

t.test(
  "templates are read with every short tag, and dates and numbers stay as CloudFormation reads them",
  async (t) => {
    const template = parseTemplate(
      "Version: 2012-10-17\nFlag: yes\nA: !GetAtt B.Arn\nS: !Sub ['${x}', {x: !Ref C}]\nC: !If [D, !ImportValue shop-topic, !Ref AWS::NoValue]\n",
    );
    t.equal(template["Version"], "2012-10-17");
    t.equal(template["Flag"], true);
    t.same(template["A"], { "Fn::GetAtt": ["B", "Arn"] });
    t.same(template["S"], { "Fn::Sub": ["${x}", { x: { Ref: "C" } }] });
    t.same(
      importsOf(template, (name) => (typeof name === "string" ? name : null)),
      ["shop-topic"],
    );
    t.throws(() => parseTemplate("Resources: [unclosed"), { code: "TEMPLATE_UNREADABLE" });
    t.throws(() => parseTemplate("just a text"), { code: "TEMPLATE_UNREADABLE" });
    const bomb = `a: &a [x]\nb: [${Array.from({ length: 300 }, () => "*a").join(", ")}]\n`;
    t.throws(() => parseTemplate(bomb), { code: "TEMPLATE_UNREADABLE" });
  },
);

t.test("code objects are found by literals and by references", async (t) => {
  const code = (S3Bucket: Json, S3Key: Json) => ({
    Type: "AWS::Lambda::Function",
    Properties: { Code: { S3Bucket, S3Key } },
  });
  const template = {
    Resources: {
      A: code("bucket", "a.zip"),
      B: code({ Ref: "Bucket" }, "b.zip"),
      C: code({ "Fn::If": [] }, "c.zip"),
      D: { Type: "AWS::SNS::Topic" },
    },
  };
  const resolve = (value: Json | undefined) =>
    typeof value === "string" ? value : value && typeof value === "object" && "Ref" in value ? "made-bucket" : null;
  t.same(
    codeObjectsOf(template, resolve).map(({ logicalId, bucket, key }) => [logicalId, bucket, key]),
    [
      ["A", "bucket", "a.zip"],
      ["B", "made-bucket", "b.zip"],
    ],
  );
});

t.test("no value of an environment variable and no NoEcho parameter is ever shown", async (t) => {
  const fingerprint = (value: string) => `fp(${value.length})`;
  const template = JSON.stringify({
    Resources: { F: { Properties: { Environment: { Variables: { KEY: "hunter2", REF: { Ref: "hunter2" } } } } } },
  });
  const shown = exposed(
    "stack:shop",
    { template, parameters: { Open: "clear", Hidden: { noEcho: true } } },
    { fingerprint },
  );
  t.notMatch(JSON.stringify(shown), /hunter2/);
  t.match(JSON.stringify(shown), /"KEY":\{"secret":"set"\}/);
  t.equal((shown["parameters"] as JsonObject)["Open"], "clear");
  t.match(
    exposed("lambda-config:pay", { Environment: { KEY: "hunter2-and-more" }, MemorySize: 128 }, { fingerprint }),
    {
      Environment: { KEY: { secret: "fp(16)" } },
      MemorySize: 128,
    },
  );
  t.notMatch(
    JSON.stringify(exposed("stack:shop", { template: "hunter2: [" }, { fingerprint })),
    /hunter2/,
    "an unreadable template shows nothing",
  );
});

t.test("every error has a status, a title and advice in plain words", async (t) => {
  for (const [code, row] of Object.entries(ERROR_TABLE)) {
    t.match(code, /^[A-Z_]+$/);
    t.ok(row.status >= 200 && row.status < 600 && row.title.length > 10 && row.advice.endsWith("."), code);
  }
});

t.test("every error of the table is thrown or said somewhere", async (t) => {
  // The table itself and the refusals that a route documents promise a code, and bring none about.
  const documented = /refusals\([^)]*\)/g;
  const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  const sources = files
    .filter((name) => name.endsWith(".ts") && !name.startsWith("domain/errors"))
    .map((name) => readFileSync(join(ROOT, "src", name), "utf8").replace(documented, ""));
  const said = new Set(sources.flatMap((source) => source.match(/(?<=")[A-Z]+(?:_[A-Z]+)*(?=")/g) ?? []));
  t.same(
    Object.keys(ERROR_TABLE).filter((code) => !said.has(code)),
    [],
  );
});

t.test("a stack policy denies updates that it names and updates that no statement allows", async (t) => {
  const update = { logicalId: "Pay", type: "AWS::Lambda::Function", action: "Update:Modify" } as const;
  const allowAll = { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" };
  const deny = (more: JsonObject) => ({ Statement: [allowAll, { Effect: "Deny", Principal: "*", ...more }] });
  const resource = "LogicalResourceId/Pay*";
  t.notOk(policyDenies(null, update), "no policy");
  t.notOk(policyDenies({ Statement: allowAll }, update));
  t.ok(policyDenies({ Statement: [] }, update), "once there is a policy, what nothing allows is denied");
  t.ok(policyDenies(deny({ Action: "Update:*", Resource: resource }), update));
  t.notOk(policyDenies(deny({ Action: ["Update:Replace", "Update:Delete"], Resource: resource }), update));
  t.ok(policyDenies(deny({ NotAction: "Update:Delete", Resource: resource }), update));
  t.notOk(policyDenies(deny({ Action: "Update:*", NotResource: resource }), update));
  const byType = (ResourceType: string) => ({ Condition: { StringLike: { ResourceType } } });
  t.ok(policyDenies(deny({ Action: "Update:*", Resource: "*", ...byType("AWS::Lambda::*") }), update));
  t.notOk(policyDenies(deny({ Action: "Update:*", Resource: "*", ...byType("AWS::RDS::*") }), update));
});

t.test("objects in S3 are found in every property that names one", async (t) => {
  const resource = (Type: string, Properties: JsonObject) => ({ Type, Properties });
  const template = {
    Globals: { Function: { CodeUri: { Bucket: "globals", Key: "all.zip", Version: "3" } } },
    Resources: {
      Sam: resource("AWS::Serverless::Function", { CodeUri: "s3://code/sam.zip?versionId=5" }),
      Global: resource("AWS::Serverless::Function", { CodeUri: { Key: "own.zip" } }),
      Ignoring: { ...resource("AWS::Serverless::Function", {}), IgnoreGlobals: ["CodeUri"] },
      OwnCode: resource("AWS::Serverless::Function", { InlineCode: "exports.handler = 1" }),
      Api: resource("AWS::ApiGateway::RestApi", { BodyS3Location: { Bucket: "defs", Key: "api.json", Version: "7" } }),
      Nested: resource("AWS::CloudFormation::Stack", {
        TemplateURL: "https://child.s3.eu-west-1.amazonaws.com/a/t.json",
      }),
      Path: resource("AWS::CloudFormation::Stack", {
        TemplateURL: "https://s3.amazonaws.com/child/b.json?versionId=9",
      }),
      Inline: resource("AWS::Lambda::Function", { Code: { ZipFile: "exports.handler = 1" } }),
    },
  };
  const literal = (value: Json | undefined) => (typeof value === "string" ? value : null);
  t.same(codeObjectsOf(template, literal), [
    { logicalId: "Sam", bucket: "code", key: "sam.zip", version: "5" },
    { logicalId: "Global", bucket: "globals", key: "own.zip", version: "3" },
    { logicalId: "Api", bucket: "defs", key: "api.json", version: "7" },
    { logicalId: "Nested", bucket: "child", key: "a/t.json", version: null },
    { logicalId: "Path", bucket: "child", key: "b.json", version: "9" },
  ]);
});
