import type { ResourceDefinition, Template } from "./definitions.ts";
import { formatError, validationError } from "./parse.ts";
import { conditionsIn, referencesIn } from "./references.ts";
import { isMap, nodesOf, type Value } from "./value.ts";

const PSEUDO_PARAMETERS = [
  "AWS::AccountId",
  "AWS::NoValue",
  "AWS::NotificationARNs",
  "AWS::Partition",
  "AWS::Region",
  "AWS::StackId",
  "AWS::StackName",
  "AWS::URLSuffix",
];

const FUNCTIONS = [
  "Fn::And",
  "Fn::Base64",
  "Fn::Cidr",
  "Fn::Equals",
  "Fn::FindInMap",
  "Fn::GetAZs",
  "Fn::GetAtt",
  "Fn::If",
  "Fn::ImportValue",
  "Fn::Join",
  "Fn::Not",
  "Fn::Or",
  "Fn::Select",
  "Fn::Split",
  "Fn::Sub",
];

/**
 * Checks that everything a template refers to exists, and that no resources depend on each other in a circle. Throws
 * ValidationError in AWS's words.
 */
export function checkReferences(template: Template): void {
  for (const [id, resource] of template.resources) checkResource(template, id, resource);
  for (const [name, output] of template.outputs) {
    checkFunctions(output.value);
    checkNames(template, [output.value, output.exportName ?? ""], "Outputs");
    checkConditions(template, [output.condition, ...conditionsIn(output.value)], `Outputs block of the template`, name);
  }
  checkConditionBodies(template);
  deploymentOrder(template);
}

function checkResource(template: Template, id: string, resource: ResourceDefinition): void {
  checkFunctions(resource.properties);
  const missing = resource.dependsOn.filter((name) => !template.resources.has(name));
  if (missing.length > 0) throw unresolved(missing, "Resources");
  checkNames(template, [resource.properties, resource.metadata ?? ""], "Resources");
  checkConditions(
    template,
    [resource.condition, ...conditionsIn(resource.properties)],
    "Resources block of the template",
    id,
  );
}

function checkFunctions(value: Value): void {
  for (const { node } of nodesOf(value)) {
    const name = isMap(node)
      ? Object.keys(node).find((key) => key.startsWith("Fn::") && !FUNCTIONS.includes(key))
      : undefined;
    if (name) {
      throw validationError(
        `Template error: Encountered unsupported function: ${name} Supported functions are: [${FUNCTIONS.join(", ")}]`,
      );
    }
  }
}

function checkNames(template: Template, values: readonly Value[], section: string): void {
  const references = values.flatMap(referencesIn);
  const lost = references.find(({ name, attribute }) => attribute !== null && !template.resources.has(name));
  if (lost) throw validationError(`Template error: instance of Fn::GetAtt references undefined resource ${lost.name}`);
  const known = (name: string) =>
    template.resources.has(name) || template.parameters.has(name) || PSEUDO_PARAMETERS.includes(name);
  const missing = references.filter(({ name }) => !known(name)).map(({ name }) => name);
  if (missing.length > 0) throw unresolved([...new Set(missing)], section);
}

function checkConditions(
  template: Template,
  names: readonly (string | undefined)[],
  place: string,
  owner: string,
): void {
  const missing = names.find((name) => name !== undefined && !(name in template.conditions));
  if (missing) throw formatError(`Unresolved condition dependency ${missing} of ${owner} in the ${place}`);
}

/** Conditions may refer to parameters, mappings and other conditions, but not to resources. */
function checkConditionBodies(template: Template): void {
  for (const body of Object.values(template.conditions)) {
    const names = referencesIn(body).map(({ name }) => name);
    const missing = names.find((name) => !template.parameters.has(name) && !PSEUDO_PARAMETERS.includes(name));
    if (missing)
      throw formatError(
        `Unresolved dependencies [${missing}]. Cannot reference resources in the Conditions block of the template`,
      );
  }
}

function unresolved(names: readonly string[], section: string): Error {
  return formatError(`Unresolved resource dependencies [${names.join(", ")}] in the ${section} block of the template`);
}

/** The resources that have to exist before this one, by DependsOn, Ref, GetAtt and Sub. */
export function dependenciesOf(template: Template, resource: ResourceDefinition): string[] {
  const mentioned = referencesIn([resource.properties, resource.metadata ?? ""]).map(({ name }) => name);
  return [...new Set([...resource.dependsOn, ...mentioned])].filter((name) => template.resources.has(name));
}

/**
 * Logical ids in an order in which each comes after its dependencies, otherwise in the template's order. Throws on a
 * circle.
 */
export function deploymentOrder(template: Template): string[] {
  const order: string[] = [];
  const open = new Set<string>();
  const visit = (id: string): void => {
    if (order.includes(id)) return;
    if (open.has(id)) throw validationError(`Circular dependency between resources: [${[...open].sort().join(", ")}]`);
    open.add(id);
    const resource = template.resources.get(id);
    for (const needed of resource ? dependenciesOf(template, resource) : []) visit(needed);
    open.delete(id);
    order.push(id);
  };
  for (const id of template.resources.keys()) visit(id);
  return order;
}
