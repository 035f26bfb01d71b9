import t from "tap";
import { type CapturedComponent, type ComponentId, captured } from "#src/domain/component/component";
import { displayNames } from "#src/domain/component/display-names";
import type { JsonObject } from "#src/domain/json";

/** The display names of components, given as their ids with their parents, beside stacks with these templates. */
function namesOf(
  templates: Readonly<Record<string, JsonObject | string>>,
  components: Readonly<Record<string, ComponentId | null>>,
): Readonly<Record<string, string>> {
  const stacks = Object.entries(templates).map(([name, template]) => stack(name, template));
  const others = Object.entries(components).map(([id, parent]) =>
    captured(
      id as ComponentId,
      { settings: {}, evidence: {}, artifacts: [] },
      { parent, physicalId: id.slice(id.indexOf(":") + 1) },
    ),
  );
  return Object.fromEntries(displayNames(new Map([...stacks, ...others].map((each) => [each.id, each]))));
}

function stack(name: string, template: JsonObject | string, evidence: JsonObject = {}): CapturedComponent {
  const text = typeof template === "string" ? template : JSON.stringify(template);
  return captured(
    `stack:${name}`,
    { settings: { template: text }, evidence, artifacts: [] },
    { parent: null, physicalId: `arn:aws:cloudformation:us-east-1:0:stack/${name}/1` },
  );
}

t.test("a resource of the CDK is called by its construct path, and so is what it owns", (t) => {
  const Shop = {
    Resources: {
      PayCurrentVersionA260: { Type: "AWS::Lambda::Version", Metadata: { "aws:cdk:path": "Shop/Pay/CurrentVersion" } },
      Pay1234: { Type: "AWS::Lambda::Function", Metadata: { "aws:cdk:path": "Shop/Pay/Resource" } },
      Plain: { Type: "AWS::SNS::Topic" },
    },
  };
  const pay = "stack-resource:Shop/Pay1234";
  t.same(
    namesOf(
      { Shop },
      {
        [pay]: "stack:Shop",
        "stack-resource:Shop/PayCurrentVersionA260": "stack:Shop",
        "stack-resource:Shop/Plain": "stack:Shop",
        "lambda-code:Shop-Pay1234-XYZ": pay,
        "lambda-config:Shop-Pay1234-XYZ": pay,
        "lambda-alias:Shop-Pay1234-XYZ:by-hand": null,
        "lambda-code:elsewhere": "stack-resource:Other/Pay1234",
        "lambda-code:alone": null,
      },
    ),
    {
      [pay]: "Shop/Pay/Resource",
      "stack-resource:Shop/PayCurrentVersionA260": "Shop/Pay/CurrentVersion",
      "lambda-code:Shop-Pay1234-XYZ": "Shop/Pay/Resource",
      "lambda-config:Shop-Pay1234-XYZ": "Shop/Pay/Resource",
      "lambda-alias:Shop-Pay1234-XYZ:by-hand": "Shop/Pay/Resource",
    },
  );
  t.end();
});

t.test("a nested stack is called by its resource in the outer stack", (t) => {
  const id = "arn:aws:cloudformation:us-east-1:0:stack/Shop-Depot-XYZ/1";
  const template = {
    Resources: { Depot1: { Type: "AWS::CloudFormation::Stack", Metadata: { "aws:cdk:path": "Shop/Depot" } } },
  };
  const outer = stack("Shop", template, { physicalIds: { Depot1: id, Never: null } });
  const nested = { ...stack("Shop-Depot-XYZ", {}), parent: outer.id };
  t.equal(nested.physicalId, id);
  const names = displayNames(new Map([outer, nested].map((each) => [each.id, each])));
  t.same([...names], [["stack:Shop-Depot-XYZ", "Shop/Depot"]]);
  t.end();
});

t.test("what SAM generates is called by the resource that it is generated from", (t) => {
  const shop = {
    Transform: ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"],
    Resources: {
      PayFunction: { Type: "AWS::Serverless::Function", Properties: { Events: { Api: { Type: "Api" } } } },
      PayFunctionTable: { Type: "AWS::DynamoDB::Table" },
      Cart4711: { Type: "AWS::Serverless::Function", Metadata: { SamResourceId: "CartFunction" } },
    },
  };
  const parent = "stack-resource:shop/PayFunction";
  t.same(
    namesOf(
      { shop },
      {
        [parent]: "stack:shop",
        "stack-resource:shop/PayFunctionTable": "stack:shop",
        "stack-resource:shop/PayFunctionRole": "stack:shop",
        "stack-resource:shop/ServerlessRestApi": "stack:shop",
        "stack-resource:shop/Cart4711": "stack:shop",
        "lambda-code:shop-PayFunction-XYZ": parent,
        "lambda-alias:shop-PayFunction-XYZ:live": "stack-resource:shop/PayFunctionAliaslive",
        "lambda-code:shop-Cart4711-XYZ": "stack-resource:shop/Cart4711",
      },
    ),
    {
      "stack-resource:shop/PayFunctionRole": "PayFunction",
      "stack-resource:shop/Cart4711": "CartFunction",
      "lambda-code:shop-PayFunction-XYZ": "PayFunction",
      "lambda-alias:shop-PayFunction-XYZ:live": "PayFunction",
      "lambda-code:shop-Cart4711-XYZ": "CartFunction",
    },
    "not the table, which somebody wrote, and not the API, which belongs to all functions",
  );
  t.end();
});

const OUTPUTS = { ServerlessDeploymentBucketName: { Value: "depot" } };
const lambda = (FunctionName: JsonObject | string) => ({ Type: "AWS::Lambda::Function", Properties: { FunctionName } });
const OTHER = { Type: "AWS::Any::Thing" };

t.test("what the Serverless Framework generates is called by its function", (t) => {
  const resources = {
    PayLambdaFunction: lambda("shop-prod-pay"),
    PayLogGroup: OTHER,
    PayLambdaVersionAbc123: OTHER,
    PayLambdaPermissionApiGateway: OTHER,
    PayEventsRuleSchedule1: OTHER,
    PayDashnowLambdaFunction: lambda("shop-prod-pay-now"),
    PayDashnowEventSourceMappingSQSOrders: OTHER,
    DashboardLambdaFunction: lambda({ "Fn::Sub": "${AWS::StackName}-dashboard" }),
    DashboardLambdaFunctionUrl: OTHER,
    CartLambdaFunction: lambda("Cart_prod"),
    OddLambdaFunction: lambda("something"),
    HttpApiIntegrationPay: OTHER,
    IamRoleLambdaExecution: OTHER,
    Payments: OTHER,
    PayTable: OTHER,
  };
  const ids = Object.keys(resources).map((logicalId) => [`stack-resource:shop/${logicalId}`, "stack:shop"] as const);
  const names = namesOf(
    { shop: { Outputs: OUTPUTS, Resources: resources } },
    { ...Object.fromEntries(ids), "lambda-code:shop-prod-pay": "stack-resource:shop/PayLambdaFunction" },
  );
  const short = Object.entries(names).map(([id, name]) => [id.replace("stack-resource:shop/", ""), name]);
  t.same(Object.fromEntries(short), {
    PayLambdaFunction: "pay",
    PayLogGroup: "pay",
    PayLambdaVersionAbc123: "pay",
    PayLambdaPermissionApiGateway: "pay",
    PayEventsRuleSchedule1: "pay",
    PayDashnowLambdaFunction: "pay-now",
    PayDashnowEventSourceMappingSQSOrders: "pay-now",
    DashboardLambdaFunction: "dashboard",
    DashboardLambdaFunctionUrl: "dashboard",
    CartLambdaFunction: "Cart",
    HttpApiIntegrationPay: "pay",
    "lambda-code:shop-prod-pay": "pay",
  });
  t.end();
});

t.test("a template by hand has no names beside its logical ids, whatever they look like", (t) => {
  const Resources = { PayLambdaFunction: lambda("shop-prod-pay"), PayFunction: { Type: "AWS::Serverless::Function" } };
  const components = {
    "stack-resource:shop/PayLambdaFunction": "stack:shop",
    "stack-resource:shop/PayFunctionRole": "stack:shop",
    "lambda-code:shop-prod-pay": "stack-resource:shop/PayLambdaFunction",
  } as const;
  t.same(namesOf({ shop: { Resources } }, components), {});
  t.same(namesOf({ shop: "{ not a template" }, components), {}, "nor has one that cannot be read");
  t.end();
});

t.test("a function that is called like its component has no second name", (t) => {
  const Resources = { PayLambdaFunction: lambda("pay") };
  const names = namesOf(
    { shop: { Outputs: OUTPUTS, Resources } },
    { "lambda-code:pay": "stack-resource:shop/PayLambdaFunction" },
  );
  t.same(names, {});
  t.end();
});
