import { type CapturedComponent, componentId } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Json, JsonObject } from "../json.ts";
import { parseTemplate, resourcesOf } from "../template/template.ts";
import { type Resolver, resolverIn } from "../template/values.ts";

/**
 * What a captured stack owns of functions, other than the functions: logical ids by component id, those of its permissions
 * by `statementKey`. Pure. A stack is read once, since every picked component asks it.
 */
export function ownedResources(stack: CapturedComponent): ReadonlyMap<string, string> {
  const known = READ.get(stack);
  if (known) return known;
  const things = new Map([...writtenThings(stack), ...physicalThings(stack)]);
  READ.set(stack, things);
  return things;
}

const READ = new WeakMap<CapturedComponent, ReadonlyMap<string, string>>();

/** CloudFormation makes up the Sid of a statement that it adds, and no other one has it. */
export function statementKey(sid: string): string {
  return `statement:${sid}`;
}

/** What the physical id tells; null for a text of another form. */
const NAMED_BY: Readonly<Record<string, (physicalId: string) => string | null>> = {
  "AWS::Lambda::Alias": (arn) => named("lambda-alias", afterFunction(arn)),
  "AWS::Lambda::Url": (arn) => named("lambda-url", afterFunction(arn)),
  "AWS::Lambda::Permission": (id) => statementKey(id.slice(id.lastIndexOf("|") + 1)),
  // Two identifiers in one, as CloudFormation's registry writes them; the function is given by name or by ARN.
  "AWS::Lambda::EventInvokeConfig": (id) => {
    const [target = "", qualifier] = id.split("|");
    return qualifier === undefined ? null : named("lambda-async", qualified(target, qualifier));
  },
};

function physicalThings({ state }: CapturedComponent): [string, string][] {
  const { settings, evidence } = stackState(state);
  return Object.entries(settings.resources).flatMap(([logicalId, type]): [string, string][] => {
    const physicalId = evidence.physicalIds[logicalId];
    const key = physicalId ? NAMED_BY[type]?.(physicalId) : null;
    return key ? [[key, logicalId]] : [];
  });
}

/** What only the template tells: settings of asynchronous invocations, whose physical id may be any text. */
function writtenThings(stack: CapturedComponent): [string, string][] {
  const resolve = resolverIn(stack);
  const { physicalIds } = stackState(stack.state).evidence;
  return resourcesOf(templateOf(stack)).flatMap(({ logicalId, type, properties }): [string, string][] => {
    const name =
      type === "AWS::Lambda::EventInvokeConfig"
        ? qualifiedBy(properties, resolve)
        : type === "AWS::Serverless::Function" && "EventInvokeConfig" in properties
          ? qualified(String(physicalIds[logicalId]), properties["AutoPublishAlias"])
          : null;
    const key = named("lambda-async", name);
    return key ? [[key, logicalId]] : [];
  });
}

function templateOf({ state }: CapturedComponent): JsonObject {
  try {
    return parseTemplate(stackState(state).settings.template);
  } catch {
    return {};
  }
}

function qualifiedBy({ FunctionName, Qualifier }: JsonObject, resolve: Resolver): string | null {
  const [target, qualifier] = [resolve(FunctionName), resolve(Qualifier)];
  return target === null || qualifier === null ? null : qualified(target, qualifier);
}

function qualified(target: string, qualifier: Json | undefined): string {
  const name = afterFunction(target) ?? target;
  return typeof qualifier !== "string" || qualifier === "$LATEST" ? name : `${name}:${qualifier}`;
}

/** `pay:live` of `arn:aws:lambda:…:function:pay:live`; null for what is no ARN of a function. */
function afterFunction(arn: string): string | null {
  return /:function:(.+)$/.exec(arn)?.[1] ?? null;
}

function named(kind: "lambda-alias" | "lambda-url" | "lambda-async", name: string | null): string | null {
  return name === null ? null : componentId(kind, name);
}
