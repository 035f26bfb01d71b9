import { asObject, type Json, type JsonObject } from "../../json.ts";

/** In the outputs of every stack of the Serverless Framework. */
const MARKER = "ServerlessDeploymentBucketName";

const FUNCTION = "LambdaFunction";

/**
 * What the framework and its usual plug-ins put behind the function's part of a logical id (`lib/plugins/aws/lib/naming.js`
 * of osls 4).
 */
const GENERATED =
  /^(Lambda(Function|Version|EvConf|(Authorizer)?Permission|Layer)|LogGroup|IamRole|(Scheduler)?Schedule\d|EventsRule|EventSourceMapping|EventBridge|SnsSubscription|Iot(TopicRule|ProvisioningTemplate)|LogsSubscriptionFilter|(ProvConc|SnapStart|Durable)LambdaAlias|Websockets(Integration|Authorizer)|Alb(Multi|ListenerRule|TargetGroup)|StreamConsumer|Custom(S3|CognitoUserPool|EventBridge)\d|ApiGatewayAuthorizer)/;

/** The one pattern in which the function's part stands behind. */
const INTEGRATION = "HttpApiIntegration";

/**
 * `pay` for `PayLambdaFunction` and for its log group, versions, permissions and events. Only where the function's own name,
 * which ends in `-pay` by default, confirms how `Pay` was written. An event's resource may be named by its function's part
 * only.
 */
export function serverlessNames(template: JsonObject): (logicalId: string) => string | null {
  if (!(MARKER in asObject(template["Outputs"]))) return () => null;
  const names = functionNames(asObject(template["Resources"]));
  const longestFirst = [...names].sort(([one], [other]) => other.length - one.length);
  return (logicalId) => {
    const belongs = ([part]: readonly [string, string]) =>
      logicalId === INTEGRATION + part || (logicalId.startsWith(part) && GENERATED.test(logicalId.slice(part.length)));
    return longestFirst.find(belongs)?.[1] ?? null;
  };
}

/** The names of the functions by their part of a logical id. */
function functionNames(resources: JsonObject): Map<string, string> {
  const found = new Map<string, string>();
  for (const [logicalId, definition] of Object.entries(resources)) {
    const { Type, Properties } = asObject(definition);
    if (Type !== "AWS::Lambda::Function" || !logicalId.endsWith(FUNCTION)) continue;
    const part = logicalId.slice(0, -FUNCTION.length);
    const name = wordsIn(textOf(asObject(Properties)["FunctionName"])).find((words) => normalized(words) === part);
    if (name) found.set(part, name);
  }
  return found;
}

/** As the framework makes a part of a logical id from a function's name. */
function normalized(name: string): string {
  const plain = name.replace(/-/g, "Dash").replace(/_/g, "Underscore");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

function textOf(value: Json | undefined): string {
  const sub = asObject(value)["Fn::Sub"];
  const text = Array.isArray(sub) ? sub[0] : (sub ?? value);
  return typeof text === "string" ? text : "";
}

/** Whole words of a name that stand side by side, with what separates them, longest first: the last one of equals counts. */
function wordsIn(name: string): string[] {
  const starts = [...name.matchAll(/(?<![A-Za-z0-9])(?=[A-Za-z0-9])/g)].map(({ index }) => index);
  const ends = [...name.matchAll(/(?<=[A-Za-z0-9])(?![A-Za-z0-9])/g)].map(({ index }) => index);
  const words = starts.flatMap((start) => ends.filter((end) => end > start).map((end) => name.slice(start, end)));
  return words.reverse().sort((one, other) => other.length - one.length);
}
