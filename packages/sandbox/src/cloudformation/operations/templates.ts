import type { Shape } from "../../core/contract.ts";
import { defined, optionalText } from "../../core/shape.ts";
import type { Account } from "../model.ts";
import { providerOf } from "../providers/table.ts";
import type { ParameterDefinition, Template } from "../template/definitions.ts";
import { validationError } from "../template/parse.ts";
import { isUnprocessed } from "../template/template.ts";
import { scalarText } from "../template/value.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { changeSetAt } from "./change-sets.ts";
import { stackAt } from "./find-stack.ts";
import { requiredText } from "./input.ts";
import { templateOf } from "./template-source.ts";

/** The processed template, or exactly what was submitted if the request asks for that or there is no transform. */
export async function getTemplate(account: Account, input: Shape): Promise<Shape> {
  const template = optionalText(input, "ChangeSetName")
    ? changeSetAt(account, input).set.blueprint.template
    : stackAt(account, requiredText(input, "StackName")).stack.blueprint?.template;
  // A stack in review has been created without a template: only its change sets have one.
  if (!template) return { TemplateBody: "", StagesAvailable: [] };
  // A set whose transform failed or is still running has only the submitted template.
  const StagesAvailable = isUnprocessed(template) ? ["Original"] : ["Original", "Processed"];
  const stage = optionalText(input, "TemplateStage") ?? "Processed";
  if (!StagesAvailable.includes(stage)) throw validationError(`Template stage ${stage} is not available`);
  return {
    TemplateBody: stage === "Original" ? template.body : (template.processed ?? template.body),
    StagesAvailable,
  };
}

export async function getTemplateSummary(account: Account, input: Shape): Promise<Shape> {
  const name = optionalText(input, "StackName");
  const template = name ? stackAt(account, name).stack.blueprint?.template : await templateOf(account, input);
  if (!template) throw validationError("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.");
  return defined({
    Parameters: [...template.parameters].map(([key, definition]) => parameterShape(key, definition)),
    Description: template.description,
    ...capabilitiesShape(template),
    ResourceTypes: [...new Set([...template.resources.values()].map(({ type }) => type))],
    Version: template.version,
    Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
    DeclaredTransforms: [...template.transforms],
    ResourceIdentifierSummaries: identifiersShape(template),
  });
}

export async function validateTemplate(account: Account, input: Shape): Promise<Shape> {
  const template = await templateOf(account, input);
  return defined({
    Parameters: [...template.parameters].map(([key, { default: value, noEcho, description }]) =>
      defined({ ParameterKey: key, DefaultValue: value, NoEcho: noEcho, Description: description }),
    ),
    Description: template.description,
    ...capabilitiesShape(template),
    DeclaredTransforms: [...template.transforms],
  });
}

function parameterShape(key: string, definition: ParameterDefinition): Shape {
  const allowed = definition.rules["AllowedValues"];
  return defined({
    ParameterKey: key,
    DefaultValue: definition.default,
    ParameterType: definition.type,
    NoEcho: definition.noEcho,
    Description: definition.description,
    ParameterConstraints: Array.isArray(allowed)
      ? { AllowedValues: allowed.map((value) => scalarText(value) ?? "") }
      : {},
  });
}

function capabilitiesShape(template: Template): Shape {
  const { capability, types } = capabilitiesOf(template);
  if (isUnprocessed(template)) {
    const reason = `The following transform(s) require capabilities: [${template.transforms.join(", ")}]`;
    return { Capabilities: ["CAPABILITY_AUTO_EXPAND"], CapabilitiesReason: reason };
  }
  if (capability === null) return { Capabilities: [] };
  const reason = `The following resource(s) require capabilities: [${types.join(", ")}]`;
  return { Capabilities: [capability], CapabilitiesReason: reason };
}

/** The properties that identify each resource in an import. */
function identifiersShape({ resources }: Template): Shape[] {
  const types = new Set([...resources.values()].map(({ type }) => type));
  return [...types].flatMap((type) => {
    const { nameProperty, importing } = providerOf(type);
    const identifier = importing?.identifier ?? nameProperty;
    if (identifier === null) return [];
    const LogicalResourceIds = [...resources].filter(([, resource]) => resource.type === type).map(([id]) => id);
    return [{ ResourceType: type, LogicalResourceIds, ResourceIdentifiers: [identifier] }];
  });
}
