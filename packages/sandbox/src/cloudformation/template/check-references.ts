import { isRecognized } from "../schemas/read-definitions.ts";
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
  checkTypes(template);
  for (const [id, resource] of template.resources) checkResource(template, id, resource);
  for (const [name, output] of template.outputs) {
    checkFunctions(output.value);
    checkNames(template, [output.value, output.exportName ?? ""], "Outputs");
    checkCondition(template, output.condition, { place: "Outputs block of the template", owner: name });
    checkIfs(template, output.value);
  }
  checkConditionBodies(template);
  deploymentOrder(template);
}

function checkTypes({ resources }: Template): void {
  const types = [...new Set([...resources.values()].map(({ type }) => type))].filter((type) => !isRecognized(type));
  if (types.length > 0) throw formatError(`Unrecognized resource types: [${types.join(", ")}]`);
}

function checkResource(template: Template, id: string, resource: ResourceDefinition): void {
  checkFunctions(resource.properties);
  const missing = resource.dependsOn.filter((name) => !template.resources.has(name));
  if (missing.length > 0) throw unresolved(missing, "Resources");
  checkNames(template, [resource.properties, resource.metadata ?? ""], "Resources");
  checkCondition(template, resource.condition, { place: "Resources block of the template", owner: id });
  checkIfs(template, resource.properties);
}

/** How many arguments the functions of conditions take, in AWS's words. */
const ARITIES: Readonly<Record<string, { readonly min: number; readonly max: number; readonly words: string }>> = {
  "Fn::And": { min: 2, max: 10, words: "a list of at least 2 and at most 10 boolean parameters" },
  "Fn::Equals": { min: 2, max: 2, words: "a list of 2 string parameters" },
  "Fn::Not": { min: 1, max: 1, words: "a list of 1 boolean parameter" },
  "Fn::Or": { min: 2, max: 10, words: "a list of at least 2 and at most 10 boolean parameters" },
};

function checkArities(value: Value): void {
  for (const { node } of nodesOf(value)) {
    for (const [name, argument] of isMap(node) ? Object.entries(node) : []) {
      const arity = ARITIES[name];
      const given = Array.isArray(argument) ? argument.length : 0;
      if (!arity || (given >= arity.min && given <= arity.max)) continue;
      throw validationError(`Template error: every ${name} object requires ${arity.words}.`);
    }
  }
}

function checkFunctions(value: Value): void {
  checkArities(value);
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

function checkCondition(
  template: Template,
  name: string | undefined,
  { place, owner }: { place: string; owner: string },
): void {
  if (name === undefined || name in template.conditions) return;
  throw formatError(`Unresolved condition dependency ${name} of ${owner} in the ${place}`);
}

function checkIfs(template: Template, value: Value): void {
  const missing = conditionsIn(value).find((name) => !(name in template.conditions));
  if (missing) throw validationError(`Template error: unresolved condition dependency ${missing} in Fn::If`);
}

/** Conditions may refer to parameters, mappings and other conditions, but not to resources. */
function checkConditionBodies(template: Template): void {
  for (const body of Object.values(template.conditions)) {
    checkArities(body);
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
