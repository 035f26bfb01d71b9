import { type Document, isMap, parseDocument, type Scalar, YAMLMap } from "yaml";

/**
 * The template after a bad deploy: each resource has a changed property, one resource is removed, others are added,
 * parameters, mappings and conditions have changed, and hashed ids are new, as their tools make them. The YAML library writes
 * it in the format of the good template; it shares no code with the splicing engine.
 */
export function badVariant(good: string): string {
  const renewed = good
    .replace(/(LambdaVersion|CurrentVersion|ApiGatewayDeployment)[A-Za-z0-9]{8,}(sha=)?/g, "$&9")
    .replaceAll("sha=", "bad=");
  if (good.trimStart().startsWith("{")) {
    const document = parseDocument(renewed, { logLevel: "silent" });
    spoil(document, renewed);
    return JSON.stringify(document.toJS(), null, indentOf(good));
  }
  const document = parseDocument(renewed, { schema: "failsafe", logLevel: "silent" });
  spoil(document, renewed);
  const text = document.toString({ lineWidth: 0 });
  return good.includes("\r\n") ? text.replaceAll("\n", "\r\n") : text;
}

function indentOf(text: string): string | number {
  return /\n([ \t]+)/.exec(text)?.[1] ?? 0;
}

/** A valid property of each type in the fixtures, so that the sandbox can deploy the bad stack. */
const CHANGES: Readonly<Record<string, readonly [string, unknown]>> = {
  "AWS::Lambda::Function": ["Description", "bad"],
  "AWS::Serverless::Function": ["Description", "bad"],
  "AWS::Lambda::Alias": ["Description", "bad"],
  "AWS::Lambda::EventSourceMapping": ["BatchSize", "99"],
  "AWS::SNS::Topic": ["DisplayName", "bad"],
  "AWS::SQS::Queue": ["DelaySeconds", "9"],
  "AWS::Logs::LogGroup": ["RetentionInDays", "30"],
  "AWS::IAM::Role": ["Description", "bad"],
  "AWS::Events::Rule": ["Description", "bad"],
  "AWS::SSM::Parameter": ["Description", "bad"],
  "AWS::IAM::ManagedPolicy": ["Description", "bad"],
  "AWS::ApiGateway::RestApi": ["Description", "bad"],
  "AWS::ApiGateway::Method": ["OperationName", "bad"],
  "AWS::ApiGateway::Deployment": ["Description", "bad"],
  "AWS::ApiGateway::Stage": ["Description", "bad"],
  "AWS::ApiGatewayV2::Api": ["Description", "bad"],
  "AWS::ApiGatewayV2::Integration": ["Description", "bad"],
  "AWS::ApiGatewayV2::Route": ["OperationName", "bad"],
  "AWS::ApiGatewayV2::Stage": ["Description", "bad"],
  "AWS::DynamoDB::Table": ["TableClass", "STANDARD_INFREQUENT_ACCESS"],
};
/** Without a property of their own that a deploy would change alone. */
const UNTOUCHED = new Set([
  ...["AWS::Lambda::Version", "AWS::Lambda::Permission", "AWS::S3::Bucket", "AWS::IAM::Policy"],
  "AWS::ApiGateway::Resource",
]);

function spoil(document: Document, text: string): void {
  const resources = mapAt(document, "Resources");
  for (const pair of resources.items) {
    const [id, definition] = [String((pair.key as Scalar).value), pair.value];
    if (isMap(definition) && !id.startsWith("Fn::")) spoilResource(document, definition);
  }
  for (const pair of mapAt(document, "Parameters").items) spoilParameter(pair.value);
  for (const name of mapAt(document, "Mappings").items.map(({ key }) => String((key as Scalar).value))) {
    const first = mapAt(document, "Mappings").get(name);
    if (isMap(first))
      for (const row of first.items) if (isMap(row.value)) row.value.set("Extra", document.createNode("9"));
  }
  spoilConditions(document);
  // No other resource refers to it, so it can be missing without leaving a dangling reference.
  const loose = resources.items
    .map(({ key }) => String((key as Scalar).value))
    .filter((id) => count(text, id) === 1 && !id.startsWith("Fn::"));
  if (loose[0] !== undefined && resources.items.length > 2) resources.delete(loose[0]);
  addAnother(document, resources);
}

function spoilResource(document: Document, definition: YAMLMap): void {
  const type = String(definition.get("Type"));
  if (UNTOUCHED.has(type)) return;
  if (!isMap(definition.get("Properties"))) definition.set("Properties", document.createNode({}));
  const properties = definition.get("Properties");
  if (!isMap(properties)) return;
  const [name, value] = CHANGES[type] ?? ["BadProperty", "bad"];
  properties.set(name, document.createNode(value));
}

function spoilParameter(definition: unknown): void {
  if (!isMap(definition) || String(definition.get("NoEcho")) === "true") return;
  const type = String(definition.get("Type"));
  const before = definition.get("Default");
  if (before !== undefined) definition.set("Default", type === "Number" ? String(Number(before) * 2) : `${before}-bad`);
}

function spoilConditions(document: Document): void {
  const first = mapAt(document, "Conditions").items[0];
  if (first === undefined) return;
  first.value = document.createNode({ "Fn::Not": [{ "Fn::Equals": ["bad", "good"] }] });
}

/** Additions of the deploy: a queue, a resource that refers to it, and an output with it. */
function addAnother(document: Document, resources: YAMLMap): void {
  resources.set("BadQueue", document.createNode({ Type: "AWS::SQS::Queue", Properties: { DelaySeconds: "1" } }));
  resources.set(
    "BadWatch",
    document.createNode({
      Type: "AWS::SSM::Parameter",
      Properties: { Type: "String", Value: { "Fn::GetAtt": ["BadQueue", "QueueName"] } },
    }),
  );
  if (!document.has("Outputs")) document.set("Outputs", document.createNode({}));
  mapAt(document, "Outputs").set("BadQueueUrl", document.createNode({ Value: { Ref: "BadQueue" } }));
}

function mapAt(document: Document, key: string): YAMLMap {
  const found = document.get(key);
  return isMap(found) ? found : new YAMLMap();
}

function count(text: string, id: string): number {
  return text.split(new RegExp(`\\b${id}\\b`)).length - 1;
}
