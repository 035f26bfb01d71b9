import { type Account, type Blueprint, type Site, STACK_TYPE, type Stack, type StackResource } from "../model.ts";
import { plausibleAttribute } from "../providers/any-other.ts";
import type { ExistingResource, ResourceRequest } from "../providers/provider.ts";
import { ResourceError } from "../providers/resource-error.ts";
import { hasOwnProvider } from "../providers/table.ts";
import { withTexts } from "../schemas/as-texts.ts";
import type { ResourceDefinition } from "../template/definitions.ts";
import { withReferencesResolved } from "../template/dynamic-references.ts";
import type { Scope } from "../template/evaluate.ts";
import { MASK } from "../template/parameters.ts";
import { KNOWN_AFTER_APPLY } from "../template/unknown.ts";
import type { Value, ValueMap } from "../template/value.ts";
import { permittedContext } from "./permitted-calls.ts";
import { ssmValue } from "./ssm-value.ts";

/**
 * The stack cannot be brought to its blueprint for a reason that concerns no single resource. The message becomes the
 * stack's status reason.
 */
export class StackError extends Error {
  override readonly name = "StackError";
}

/**
 * Resolves the functions of a blueprint during deployment, when resources have the values of that moment. `imports`
 * collects the names of the exports that were read.
 */
export function deploymentScope(site: Site, blueprint: Blueprint, imports: Set<string>): Scope {
  return {
    template: blueprint.template,
    parameters: blueprint.parameters,
    pseudo: pseudoParameters(site),
    resourceValue: (id, attribute) => valueOfResource(site, id, attribute),
    importValue: (name) => {
      const value = exportedValue(site.account, name);
      if (value === undefined) throw new StackError(`No export named ${name} found. Rollback requested by user.`);
      imports.add(name);
      site.stack.imports = new Set([...site.stack.imports, name]);
      return value;
    },
  };
}

/** The values as people may see them: NoEcho parameters masked, and values of resources unknown. */
export function shownScope(site: Site, blueprint: Blueprint): Scope {
  return {
    template: blueprint.template,
    parameters: blueprint.parameters.map((parameter) => (parameter.noEcho ? { ...parameter, value: MASK } : parameter)),
    pseudo: pseudoParameters(site),
    resourceValue: () => KNOWN_AFTER_APPLY,
    importValue: (name) => exportedValue(site.account, name) ?? KNOWN_AFTER_APPLY,
  };
}

export function pseudoParameters({ account: { context }, stack }: Site): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ["AWS::AccountId", context.accountId],
    ["AWS::NotificationARNs", [...stack.settings.notificationArns]],
    ["AWS::Partition", "aws"],
    ["AWS::Region", context.region],
    ["AWS::StackId", stack.id],
    ["AWS::StackName", stack.name],
    ["AWS::URLSuffix", "amazonaws.com"],
  ]);
}

/** The value of an export of any stack in the account; undefined if there is no such export. */
export function exportedValue(account: Account, name: string): string | undefined {
  const outputs = account.stacks.flatMap((stack) => stack.outputs);
  return outputs.find(({ exportName }) => exportName === name)?.value;
}

/** What Ref (attribute null) or GetAtt of a resource returns now. Throws ResourceError if it returns nothing. */
export function valueOfResource(site: Site, logicalId: string, attribute: string | null): Value {
  const resource = site.stack.resources.get(logicalId);
  if (!resource) throw new ResourceError(`Unresolved resource dependency ${logicalId}`);
  if (attribute === null) return resource.physicalId;
  const known = resource.attributes[attribute];
  if (known !== undefined) return known;
  // A resource's model holds what was written, too.
  const written = resource.properties[attribute];
  if (written !== undefined) return written;
  if (resource.type === STACK_TYPE) {
    throw new ResourceError(`${attribute.replace(/^Outputs\./, "Output ")} not found in stack ${resource.physicalId}`);
  }
  if (!hasOwnProvider(resource.type)) return plausibleAttribute(asDefined(site, resource), attribute);
  throw new ResourceError(`Requested attribute ${attribute} does not exist in schema for ${resource.type}`);
}

/** The resource with its dynamic references as written. */
function asDefined(site: Site, resource: StackResource): ExistingResource {
  return { ...requestWith(site, resource, resource.properties), physicalId: resource.physicalId };
}

/**
 * A dynamic reference that no longer resolves stays as written: an existing resource can be read and deleted
 * regardless.
 */
export async function existingRequest(site: Site, resource: StackResource): Promise<ExistingResource> {
  const properties = await withReferencesResolved(resource.properties, {
    ssmValue: (selector) => ssmValue(site.account, selector),
    missing: (written) => written,
  });
  return { ...requestWith(site, resource, properties), physicalId: resource.physicalId };
}

/** Throws ResourceError if the properties refer to an SSM parameter that does not exist. */
export async function requestFor(site: Site, resource: StackResource): Promise<ResourceRequest> {
  const properties = await withReferencesResolved(resource.properties, {
    ssmValue: (selector) => ssmValue(site.account, selector),
    missing: (written) => {
      throw new ResourceError(`Parameters: [${written.slice("{{resolve:".length, -2)}] cannot be found.`);
    },
  });
  return requestWith(site, resource, properties);
}

function requestWith(site: Site, resource: StackResource, written: ValueMap): ResourceRequest {
  const { account, stack } = site;
  const { registry, nested } = account;
  const context = permittedContext(site, resource);
  const { logicalId, type, tags } = resource;
  const properties = withTexts(type, written);
  return { context, registry, nested, stackName: stack.name, stackId: stack.id, logicalId, type, properties, tags };
}

/** The tags that a resource gets from its stack: the stack's own and AWS's three. */
export function tagsFromStack(stack: Stack, blueprint: Blueprint, logicalId: string): Record<string, string> {
  return {
    ...Object.fromEntries(blueprint.tags.map(({ Key, Value: value }) => [Key, value])),
    "aws:cloudformation:logical-id": logicalId,
    "aws:cloudformation:stack-id": stack.id,
    "aws:cloudformation:stack-name": stack.name,
  };
}

export function definitionOf(blueprint: Blueprint, logicalId: string): ResourceDefinition {
  const definition = blueprint.template.resources.get(logicalId);
  if (!definition) throw new StackError(`Resource ${logicalId} is not in the template`);
  return definition;
}
