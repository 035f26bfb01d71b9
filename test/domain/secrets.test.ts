import t from "tap";
import type { ComponentId } from "#src/domain/component/component";
import { threeWay } from "#src/domain/component/diff";
import type { Json, JsonObject } from "#src/domain/json";
import { exposed, masked } from "#src/domain/secrets/exposed";
import { hasPublicForm, hasSecretForm } from "#src/domain/secrets/forms";
import { placesOf, typesWithPlaces } from "#src/domain/secrets/places";
import { NO_SECRETS, secretsOf, secretValues, withoutSecrets } from "#src/domain/secrets/secret-values";
import { announcesSecret } from "#src/domain/secrets/telling-names";
import { fc } from "../support/seeded.ts";

const MARK = "cAnArY";
const canary = (name: string) => `${MARK}-${name}-hunter2!`;
const fingerprint = (value: string) => `fp(${value.length})`;

function shownTemplate(template: Json, parameters: JsonObject = {}): string {
  const text = typeof template === "string" ? template : JSON.stringify(template);
  return JSON.stringify(exposed("stack:shop", { template: text, parameters }, { fingerprint }));
}

function resource(type: string, properties: Json): Json {
  return { Resources: { R: { Type: type, Properties: properties } } };
}

/** Each holds canaries only where a secret stands, beside ordinary settings whose names end in `Seen`. */
const SECRET_PLACES: Record<string, Json> = {
  "the default of a NoEcho parameter": { Parameters: { P: { Type: "String", NoEcho: true, Default: canary("a") } } },
  "the default of a parameter with a telling name": {
    Parameters: { DbPassword: { Default: canary("a"), AllowedValues: [canary("b")] } },
  },
  "a parameter that a secret property takes": {
    Parameters: { Main: { Type: "String", Default: canary("a") }, Other: { Default: canary("b") } },
    ...(resource("AWS::RDS::DBInstance", {
      MasterUserPassword: { Ref: "Main" },
      TdeCredentialPassword: { "Fn::Sub": "${Other}" },
    }) as JsonObject),
  },
  mappings: { Mappings: { ByStage: { prod: { Value: canary("a"), List: [canary("b")] } } } },
  "outputs with telling names": { Outputs: { ApiToken: { Value: canary("a") } } },
  "variables below Fn::If": resource("AWS::Lambda::Function", {
    Environment: {
      "Fn::If": [
        "C",
        { Variables: { TABLE: canary("a") } },
        { "Fn::If": ["D", { Variables: { X: canary("b") } }, { Ref: "AWS::NoValue" }] },
      ],
    },
  }),
  "variables that are Fn::If themselves": resource("AWS::Lambda::Function", {
    Environment: {
      Variables: { "Fn::If": ["C", { A: canary("a") }, { B: { "Fn::Join": ["", [canary("b"), { Ref: "X" }]] } }] },
    },
  }),
  "variables of a macro": resource("AWS::Lambda::Function", {
    Environment: { "Fn::Transform": { Name: "Env", Parameters: { A: canary("a"), B: [canary("b")] } } },
  }),
  "a loop over resources": {
    Resources: {
      "Fn::ForEach::Each": [
        "Name",
        ["a"],
        { "F${Name}": { Type: "AWS::RDS::DBCluster", Properties: { MasterUserPassword: canary("a") } } },
      ],
    },
  },
  "Fn::Sub, Fn::Join and Fn::FindInMap in a password": resource("AWS::RDS::DBInstance", {
    MasterUserPassword: { "Fn::Sub": ["${A}", { A: canary("a") }] },
    TdeCredentialPassword: { "Fn::Join": ["-", ["x", canary("b")]] },
  }),
  "ECS variables": resource("AWS::ECS::TaskDefinition", {
    ContainerDefinitions: [
      {
        Name: "Seen",
        Environment: [
          { Name: "TABLE", Value: canary("a") },
          { "Fn::If": ["C", { Name: "B", Value: canary("b") }, { Ref: "AWS::NoValue" }] },
        ],
      },
    ],
  }),
  "CodeBuild variables": resource("AWS::CodeBuild::Project", {
    Environment: { Image: "Seen", EnvironmentVariables: [{ Name: "A", Type: "PLAINTEXT", Value: canary("a") }] },
  }),
  "App Runner variables": resource("AWS::AppRunner::Service", {
    SourceConfiguration: {
      ImageRepository: { ImageConfiguration: { RuntimeEnvironmentVariables: [{ Name: "A", Value: canary("a") }] } },
    },
  }),
  "Batch variables": resource("AWS::Batch::JobDefinition", {
    ContainerProperties: { Environment: [{ Name: "A", Value: canary("a") }], Image: "Seen" },
  }),
  "SAM's globals": { Globals: { Function: { Environment: { Variables: { A: canary("a") } } } } },
  "a secret string": resource("AWS::SecretsManager::Secret", {
    SecretString: `{"user":"x","password":"${canary("a")}"}`,
  }),
  "a generated secret's template": resource("AWS::SecretsManager::Secret", {
    GenerateSecretString: { SecretStringTemplate: canary("a"), GenerateStringKey: "Seen" },
  }),
  "an SSM parameter": resource("AWS::SSM::Parameter", { Value: canary("a"), Type: "Seen" }),
  "user data": resource("AWS::EC2::Instance", { UserData: { "Fn::Base64": { "Fn::Sub": canary("a") } } }),
  "user data of a launch template": resource("AWS::EC2::LaunchTemplate", {
    LaunchTemplateData: { UserData: canary("a") },
  }),
  "inline code": resource("AWS::Lambda::Function", { Code: { ZipFile: canary("a") }, Handler: "Seen" }),
  "SAM's inline code": resource("AWS::Serverless::Function", { InlineCode: canary("a") }),
  "the token of an Alexa skill": resource("AWS::Lambda::Permission", { EventSourceToken: canary("a") }),
  "passwords in a list": resource("AWS::ElastiCache::User", { Passwords: [canary("a"), canary("b")] }),
  "a password in a list of users": resource("AWS::AmazonMQ::Broker", {
    Users: [{ Username: "Seen", Password: canary("a") }],
  }),
  "a provider's details": resource("AWS::Cognito::UserPoolIdentityProvider", {
    ProviderDetails: { client_secret: canary("a") },
  }),
  "a custom resource": resource("Custom::Db", {
    ServiceToken: "arn:aws:lambda:eu-west-1:1:function:Seen",
    AdminPassword: canary("a"),
  }),
  "a tag with a telling name": resource("AWS::SNS::Topic", { Tags: [{ Key: "ApiToken", Value: canary("a") }] }),
  "a header that an origin gets": resource("AWS::CloudFront::Distribution", {
    DistributionConfig: { Origins: [{ OriginCustomHeaders: [{ HeaderName: "x-origin", HeaderValue: canary("a") }] }] },
  }),
  "JSON in a text": resource("AWS::Events::Rule", { Targets: [{ Input: JSON.stringify({ apiKey: canary("a") }) }] }),
  "a URL with a password": resource("AWS::SNS::Topic", { DisplayName: `postgres://shop:${canary("a")}@db/x` }),
  "cfn-init": {
    Resources: {
      R: {
        Type: "AWS::EC2::Instance",
        Metadata: {
          "AWS::CloudFormation::Init": {
            config: {
              files: { "/etc/x": { content: canary("a"), mode: "Seen" } },
              commands: { a: { command: canary("b"), env: { A: canary("c") } } },
            },
          },
        },
        Properties: {},
      },
    },
  },
};

t.test("a template shows no secret, wherever it stands", async (t) => {
  for (const [place, template] of Object.entries(SECRET_PLACES)) {
    const shown = shownTemplate(template);
    t.notMatch(shown, MARK, place);
    const seen = JSON.stringify(template).match(/Seen/g)?.length ?? 0;
    t.equal(shown.match(/Seen/g)?.length ?? 0, seen, `${place}: ordinary settings stay`);
  }
});

t.test("the short forms of YAML are read as what they stand for", async (t) => {
  const shown = shownTemplate(`
Parameters: { Main: { Type: String, Default: ${canary("a")} } }
Resources:
  Db: { Type: AWS::RDS::DBInstance, Properties: { MasterUserPassword: !Ref Main, Engine: Seen } }
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Environment: !If [Live, { Variables: { A: ${canary("b")}, B: !Sub "${canary("c")}\${X}" } }, !Ref AWS::NoValue]
      Description: Seen
  Host: { Type: AWS::EC2::Instance, Properties: { UserData: !Base64 "${canary("d")}" } }
`);
  t.notMatch(shown, MARK);
  t.equal(shown.match(/Seen/g)?.length, 2);
});

t.test("every property of the table is masked, with the values of its neighbors in clear", async (t) => {
  const types = typesWithPlaces().filter((type) => !type.startsWith("AWS::CloudFormation::"));
  t.ok(types.length > 100, `${types.length} types`);
  for (const type of types) {
    for (const path of placesOf(type)) {
      const properties = path.reduceRight<Json>(
        (value, name) => ({ [name === "*" ? "any" : name]: value, Neighbour: "Seen" }),
        canary("a"),
      );
      const shown = shownTemplate(resource(type, properties));
      if (shown.includes(MARK) || !shown.includes("Seen")) t.fail(`${type} ${path.join("/")}`);
    }
  }
});

t.test("ordinary properties and references stay readable", async (t) => {
  const ordinary = {
    Parameters: { Stage: { Type: "String", Default: "prod" }, KeyName: { Type: "String", Default: "ssh-prod" } },
    Mappings: {
      Region: { "eu-west-1": { Ami: "ami-0123456789abcdef0", Memory: 512, Size: "m5.large", Account: "123456789012" } },
    },
    Resources: {
      Fn: {
        Type: "AWS::Lambda::Function",
        Properties: {
          FunctionName: "shop-prod-pay",
          Handler: "index.handler",
          Code: { S3Bucket: "artifacts", S3Key: "shop/1.zip" },
          MemorySize: 512,
          Layers: ["arn:aws:lambda:eu-west-1:123456789012:layer:common:7"],
          VpcConfig: { SubnetIds: ["subnet-0123456789abcdef0"], SecurityGroupIds: [{ Ref: "Group" }] },
          Role: { "Fn::GetAtt": ["Role", "Arn"] },
          Description: "Takes payments, see https://wiki.example.com/pay?page=2",
        },
      },
      Db: {
        Type: "AWS::RDS::DBInstance",
        Properties: {
          Engine: "postgres",
          MasterUsername: "shop",
          MasterUserPassword: "{{resolve:secretsmanager:shop-db:SecretString:password}}",
          DBSnapshotIdentifier: "before-christmas",
        },
      },
      Api: { Type: "AWS::ApiGateway::RestApi", Properties: { Name: "shop", Body: { openapi: "3.0.1", paths: {} } } },
      Pool: {
        Type: "AWS::Cognito::UserPool",
        Properties: {
          Policies: { PasswordPolicy: { MinimumLength: 12, RequireSymbols: true } },
          TokenValidityUnits: { AccessToken: "hours" },
        },
      },
      Target: {
        Type: "AWS::SecretsManager::SecretTargetAttachment",
        Properties: { SecretId: { Ref: "Secret" }, TargetType: "AWS::RDS::DBInstance" },
      },
    },
    Outputs: { TableName: { Value: "orders-prod" }, SecretArn: { Value: { Ref: "Secret" } } },
  };
  const shown = exposed(
    "stack:shop",
    { template: JSON.stringify(ordinary), parameters: { Stage: "prod" } },
    { fingerprint },
  );
  t.same((shown["template"] as JsonObject)["Parameters"], ordinary.Parameters);
  t.same((shown["template"] as JsonObject)["Mappings"], ordinary.Mappings);
  const { Pool: pool, ...others } = (shown["template"] as JsonObject)["Resources"] as Record<string, Json>;
  const { Pool: wanted, ...rest } = ordinary.Resources;
  t.same(others, rest);
  t.match(pool, { Properties: { Policies: wanted.Properties.Policies } });
  t.same((shown["template"] as JsonObject)["Outputs"], ordinary.Outputs);
  t.same(shown["parameters"], { Stage: "prod" });
});

t.test("names announce secrets word by word", async (t) => {
  const telling =
    "DB_PASSWORD dbPassword password STRIPE_SECRET_KEY apiKey API_KEY x-auth-token PrivateKey OAuthToken PIN accessKey".split(
      " ",
    );
  const plain =
    "Passenger SecretArn TokenValidityUnits PasswordPolicy Monkey KeyName SecretName Keyboard Compass TokenUrl AuthorizerId Pinned".split(
      " ",
    );
  t.same(
    telling.filter((name) => !announcesSecret(name)),
    [],
  );
  t.same(
    plain.filter(announcesSecret).filter((name) => name !== "TokenUrl"),
    [],
  );
});

t.test("forms of secrets and of what is public", async (t) => {
  for (const text of [
    "postgres://shop:hunter2@db",
    "-----BEGIN RSA PRIVATE KEY-----",
    `AKIA${"ABCD".repeat(4)}`,
    `ghp_${"a1".repeat(18)}`,
    "Server=db;Password=hunter2;",
    "deploy --token hunter2",
    "https://bucket.s3.amazonaws.com/a.zip?X-Amz-Signature=0123456789abcdef",
  ])
    t.ok(hasSecretForm(text), text);
  for (const text of [
    "https://example.com/a?page=2",
    "password: ${DbPassword}",
    "The token is rotated daily.",
    "s3://artifacts/a.zip",
  ])
    t.notOk(hasSecretForm(text), text);
  for (const text of ["arn:aws:s3:::b", "eu-west-1", "10.0.0.0/16", "prod", "t3.micro", "1.2.3", "{{resolve:ssm:a}}"])
    t.ok(hasPublicForm(text), text);
  t.notOk(hasPublicForm(canary("a")));
});

t.test("what is easy to guess has no fingerprint, and its change is said", async (t) => {
  const config = (PIN: string, FLAG: string) =>
    masked(
      "lambda-config:pay",
      { Environment: { PIN, FLAG, LONG: "long enough" } },
      { fingerprint: (value) => `fp(${value})` },
    );
  const changes = threeWay(config("1234", "true"), config("5678", "false"));
  t.same(changes, [
    { path: "/Environment/FLAG", changed: true, before: { secret: "set" }, deployed: { secret: "set" } },
    { path: "/Environment/PIN", changed: true, before: { secret: "set" }, deployed: { secret: "set" } },
  ]);
  t.same(exposed("lambda-config:pay", { Environment: { PIN: "123456789", LONG: "long enough" } }, { fingerprint }), {
    Environment: { PIN: { secret: "set" }, LONG: { secret: "fp(11)" } },
  });
});

t.test("a secret of the subject is found where nobody expects it", async (t) => {
  const password = canary('"é"');
  const settings = {
    Environment: { DB_PASSWORD: password, STAGE_NAME: "shop-prod-orders", URL: "https://shop.example.com" },
  };
  const known = secretValues(secretsOf("lambda-config:pay", { settings }));
  for (const text of [password, `x ${password} y`, JSON.stringify(password), encodeURIComponent(password)])
    t.equal(known.without(text).includes(MARK), false, text);
  t.equal(
    known.without("Table shop-prod-orders at https://shop.example.com"),
    "Table shop-prod-orders at https://shop.example.com",
  );
  const elsewhere: [ComponentId, JsonObject][] = [
    ["lambda-tags:pay", { Tags: { note: password } }],
    ["lambda-url:pay", { Cors: { AllowOrigins: [`https://${password}`] } }],
    ["lambda-alias:pay:live", { Description: password, target: { settings: { Description: password } } }],
    ["lambda-policy:pay", { Statements: { a: { Principal: password } } }],
  ];
  for (const [id, shown] of elsewhere) t.notMatch(JSON.stringify(exposed(id, shown, { fingerprint, known })), MARK, id);
});

/** Ways in which a message may quote a value. */
const QUOTED: Readonly<Record<string, (value: string) => string>> = {
  "as it is": (value) => value,
  "in JSON": (value) => JSON.stringify({ a: value }),
  "in JSON in JSON": (value) => JSON.stringify(JSON.stringify([value])),
  "in JSON of ASCII alone": (value) =>
    JSON.stringify(value).replaceAll(
      /[\u0080-\uffff]/g,
      (at) => `\\u${at.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  "in a path": encodeURIComponent,
  "in a path of small hexadecimal digits": (value) =>
    encodeURIComponent(value).replaceAll(/%../g, (octet) => octet.toLowerCase()),
  "in a form": (value) => new URLSearchParams({ a: value }).toString(),
  "in base64": (value) => Buffer.from(value).toString("base64"),
  "in base64 behind one octet": (value) => Buffer.from(`x${value}`).toString("base64"),
  "in base64 between others": (value) => Buffer.from(`xy${value}z`).toString("base64"),
  "in base64 for URLs": (value) => Buffer.from(`user:${value}`).toString("base64url"),
};

t.test("a secret is found in each form, wherever it stands, and what stands beside it stays", async (t) => {
  // Octets above 0x3e make the characters by which the two alphabets of base64 differ.
  const values = [`${MARK} "é" ~~~???>>> \\`, `${MARK}\nof two lines`, "pässwörd~1", "0x12345678"];
  const known = secretValues(values);
  for (const value of values) {
    for (const [how, quote] of Object.entries(QUOTED)) {
      const text = `before ${quote(value)} after`;
      const told = known.without(text);
      t.ok(known.isIn(text), `${how}: ${value}`);
      t.match(told, /^before .*\(secret\).* after$/s, `${how}: ${value}`);
      t.notOk(told.includes(quote(value).slice(4, -4)), `${how}: ${told}`);
    }
  }
  t.same(withoutSecrets({ a: [values[2], 1, null], [values[2] ?? ""]: "b" }, known), {
    a: ["(secret)", 1, null],
    "pässwörd~1": "b",
  });
});

t.test("random secrets leave nothing of themselves in random texts, however they overlap", async (t) => {
  const value = fc.string({ minLength: 8, maxLength: 20, unit: fc.constantFrom(...'abAB12"\\é+') });
  const around = fc.string({ maxLength: 12, unit: fc.constantFrom(...'abAB12 "') });
  const leavesNothing = fc.property(
    fc.array(value, { minLength: 1, maxLength: 6 }),
    around,
    around,
    (values, before, after) => {
      const known = secretValues(values);
      return values.every((each) => {
        const text = before + each + after;
        const rests = known.without(text).split("(secret)");
        return known.isIn(text) && !rests.some((rest) => values.some((one) => rest.includes(one)));
      });
    },
  );
  t.doesNotThrow(() => fc.assert(leavesNothing, { numRuns: 1_000 }));
});

t.test("what would be found in every message is no secret to search for", async (t) => {
  const of = (Environment: JsonObject) => secretsOf("lambda-config:pay", { settings: { Environment } });
  const harmless = {
    DB_SECRET: "shop-prod/db",
    API_TOKEN: "CloudFormation",
    PIN: "1234567890123",
    PASSWORD: "true",
    TOKEN: "short",
    COMMIT: "3f786850e387550fdab836ed7e6dc881de23001b",
    BUILD: "0b7e2f1c-1f5e-4b1e-9a52-6a1d0e6f0c11",
    TABLE: "shop-prod-orders",
    RELEASE: "shop@1.2.3",
  };
  t.same(of(harmless), []);
  const secret = {
    DB_SECRET: "shop-prod-7",
    API_TOKEN: "correct horse battery",
    ANY: "aB3dE5gH7jK9mN1pQ3",
    ODD: "hunter#2#hunter",
  };
  t.same(of(secret), Object.values(secret));
  const settings = { template: JSON.stringify({ Parameters: { DbPassword: { Type: "String", NoEcho: true } } }) };
  const stack = secretsOf("stack:shop", {
    settings: { ...settings, parameters: { DbPassword: { noEcho: true } } },
    evidence: { outputs: { ApiUrl: "https://shop-7.example.com" } },
  });
  t.same(stack, [], "what stands for a value that nobody can read");
  const outputs = { ApiToken: "computed-7-token", Url: "https://shop-7.example.com" };
  t.same(secretsOf("stack:shop", { settings, evidence: { outputs } }), ["computed-7-token"], "outputs are computed");
  const told =
    "Secret: CloudFormation keeps the value of NoEcho DbPassword. Basic authentication. The token=value is in shop-prod/db.";
  for (const known of [NO_SECRETS, secretValues([...of(harmless), ...of(secret), ...stack])])
    t.equal(known.without(told), told, "our own words");
});

t.test("what is in a script, a connection string or a private key is found by itself", async (t) => {
  const key = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "-----END PRIVATE KEY-----"].join(
    "\n",
  );
  const script = "#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\ncurl https://shop:s3cret-s3cret@example.com";
  const Environment = {
    TLS_PRIVATE_KEY: key,
    SCRIPT_SECRET: script,
    CONNECTION_STRING: "Server=db;Password=hunter3hunter3;",
  };
  const values = secretsOf("lambda-config:pay", { settings: { Environment } });
  for (const part of ["hunter2hunter2", "s3cret-s3cret", "hunter3hunter3", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"])
    t.equal(secretValues(values).without(`The value ${part} is not allowed.`), "The value (secret) is not allowed.");
});

t.test("digests of settings are shown keyed, and equal ones stay equal", async (t) => {
  const plain = "3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed";
  const keyed = (value: string) => `keyed${value.length}`;
  const alias = { target: { codeSha256: "code", config: plain }, weights: [{ config: plain, weight: 0.5 }] };
  const shownAlias = exposed("lambda-alias:pay:live", alias, { fingerprint: keyed });
  t.same(shownAlias, {
    target: { codeSha256: "code", config: "keyed64" },
    weights: [{ config: "keyed64", weight: 0.5 }],
  });
  const Statements = { [`(no Sid) ${plain.slice(0, 12)}`]: { Effect: "Allow" }, api: { Effect: "Deny" } };
  const shownPolicy = exposed("lambda-policy:pay", { Statements }, { fingerprint: keyed });
  t.same(shownPolicy, { Statements: { "(no Sid) keyed12": { Effect: "Allow" }, api: { Effect: "Deny" } } });
  t.same(secretsOf("lambda-alias:pay:live", { settings: alias }), [], "and are no secrets");
});
