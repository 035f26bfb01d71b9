import { type CapturedComponent, componentId } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Json, JsonObject } from "../json.ts";
import { resourcesOf, templateOf } from "../template/template.ts";
import { type Resolver, resolverIn } from "../template/values.ts";

/**
 * What a captured stack owns of its functions' aliases, URLs, permissions and settings: logical ids by component id, those
 * of permissions by `statementKey`. Pure. The result is kept per stack, because every picked component needs it.
 */
export function ownedResources(stack: CapturedComponent): ReadonlyMap<string, string> {
  const known = READ.get(stack);
  if (known) return known;
  const owned = new Map([...namedByTemplate(stack), ...namedByPhysicalId(stack)]);
  READ.set(stack, owned);
  return owned;
}

const READ = new WeakMap<CapturedComponent, ReadonlyMap<string, string>>();

/** CloudFormation generates the Sid of a statement that it adds, so no statement of anybody else has it. */
export function statementKey(sid: string): string {
  return `statement:${sid}`;
}

/** The component that a physical id names; null for a physical id of another form. */
const NAMED_BY: Readonly<Record<string, (physicalId: string) => string | null>> = {
  "AWS::Lambda::Alias": (arn) => named("lambda-alias", afterFunction(arn)),
  "AWS::Lambda::Url": (arn) => named("lambda-url", afterFunction(arn)),
  "AWS::Lambda::Permission": (id) => statementKey(id.slice(id.lastIndexOf("|") + 1)),
  // CloudFormation's registry joins two identifiers here; the function is given by name or by ARN.
  "AWS::Lambda::EventInvokeConfig": (id) => {
    const [target = "", qualifier] = id.split("|");
    return qualifier === undefined ? null : named("lambda-async", qualified(target, qualifier));
  },
};

function namedByPhysicalId({ state }: CapturedComponent): [string, string][] {
  const { settings, evidence } = stackState(state);
  return Object.entries(settings.resources).flatMap(([logicalId, type]): [string, string][] => {
    const physicalId = evidence.physicalIds[logicalId];
    const key = physicalId ? NAMED_BY[type]?.(physicalId) : null;
    return key ? [[key, logicalId]] : [];
  });
}

/** Settings of asynchronous invocations: their physical id may be any text, so only the template names the function. */
function namedByTemplate(stack: CapturedComponent): [string, string][] {
  const resolve = resolverIn(stack);
  const { physicalIds } = stackState(stack.state).evidence;
  return resourcesOf(templateOf(stack.state)).flatMap(({ logicalId, type, properties }): [string, string][] => {
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

function qualifiedBy({ FunctionName, Qualifier }: JsonObject, resolve: Resolver): string | null {
  const [target, qualifier] = [resolve(FunctionName), resolve(Qualifier)];
  return target === null || qualifier === null ? null : qualified(target, qualifier);
}

function qualified(target: string, qualifier: Json | undefined): string {
  const name = afterFunction(target) ?? target;
  return typeof qualifier !== "string" || qualifier === "$LATEST" ? name : `${name}:${qualifier}`;
}

/** `pay:live` of `arn:aws:lambda:…:function:pay:live`; null for any text but the ARN of a function. */
function afterFunction(arn: string): string | null {
  return /:function:(.+)$/.exec(arn)?.[1] ?? null;
}

function named(kind: "lambda-alias" | "lambda-url" | "lambda-async", name: string | null): string | null {
  return name === null ? null : componentId(kind, name);
}
