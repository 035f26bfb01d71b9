import { AwsError, type Shape } from "../../core/contract.ts";
import { optionalFlag, optionalNumber, optionalShape, optionalText } from "../../core/shape.ts";
import { pseudoParameters } from "../engine/scope.ts";
import { ssmValue } from "../engine/ssm-value.ts";
import type { Account, Blueprint, Site, StackSettings, Tag } from "../model.ts";
import { checkRules } from "../plan/check-rules.ts";
import { checkValues } from "../plan/check-values.ts";
import { checkStackPolicy } from "../plan/stack-policy.ts";
import type { Template } from "../template/definitions.ts";
import { type GivenParameter, resolveParameters } from "../template/parameters.ts";
import { validationError } from "../template/parse.ts";
import { isUnprocessed } from "../template/template.ts";
import { runTransforms } from "../transforms/run.ts";
import { assumableRole } from "./assumable-role.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { optionalList, optionalTextList } from "./input.ts";
import { includedText, templateOf, textAtUrl } from "./template-source.ts";

/**
 * What a request asks a stack to become, as far as that is known before transforms run. An existing stack keeps its
 * tags unless the request has some, and `UsePreviousValue` refers to its parameters. Throws ValidationError.
 */
export async function draftBlueprint(site: Site, input: Shape): Promise<Blueprint> {
  return await draftOf(site, await templateOf(site.account, input, site.stack), input);
}

/** Like `draftBlueprint`, for a template that has been read already. */
export async function draftOf({ account, stack }: Site, template: Template, input: Shape): Promise<Blueprint> {
  const parameters = await resolveParameters(template, givenParameters(input), {
    previous: stack.blueprint?.parameters ?? [],
    ssmValue: (selector) => ssmValue(account, selector),
  });
  return {
    template,
    parameters,
    tags: givenTags(input) ?? stack.blueprint?.tags ?? [],
    capabilities: optionalTextList(input, "Capabilities") ?? [],
    resourceTypes: optionalTextList(input, "ResourceTypes"),
    imports: new Map(),
  };
}

/** The draft after its transforms, checked. Throws ValidationError or InsufficientCapabilitiesException. */
export async function finishedBlueprint(site: Site, draft: Blueprint): Promise<Blueprint> {
  const template = isUnprocessed(draft.template) ? await processed(site, draft) : draft.template;
  const blueprint = { ...draft, template };
  checkCapabilities(template, blueprint.capabilities);
  checkResourceTypes(template, blueprint.resourceTypes);
  checkRules(site, blueprint);
  checkValues(site, blueprint);
  return blueprint;
}

/**
 * What a request without a change set asks a stack to become. Throws ValidationError, or
 * InsufficientCapabilitiesException because nobody has reviewed what a transform produces.
 */
export async function submittedBlueprint(site: Site, input: Shape): Promise<Blueprint> {
  return await consentedBlueprint(site, await draftBlueprint(site, input));
}

/** Like `submittedBlueprint`, for a draft. */
export async function consentedBlueprint(site: Site, draft: Blueprint): Promise<Blueprint> {
  if (draft.template.transforms.length > 0) requireCapability("CAPABILITY_AUTO_EXPAND", draft.capabilities);
  return await finishedBlueprint(site, draft);
}

async function processed(site: Site, { template, parameters }: Blueprint): Promise<Template> {
  const textAt = (url: string) => includedText(site.account, url);
  return await runTransforms(template, { parameters, pseudo: pseudoParameters(site), textAt });
}

/** The settings that a request names; the others keep their values. */
export async function submittedSettings(account: Account, input: Shape): Promise<Partial<StackSettings>> {
  const settings: Partial<StackSettings> = {};
  const disableRollback = optionalFlag(input, "DisableRollback");
  const roleArn = optionalText(input, "RoleARN");
  const notificationArns = optionalTextList(input, "NotificationARNs");
  const rollbackConfiguration = optionalShape(input, "RollbackConfiguration");
  const timeoutInMinutes = optionalNumber(input, "TimeoutInMinutes");
  const terminationProtection = optionalFlag(input, "EnableTerminationProtection");
  const policy = await submittedPolicy(account, input, "StackPolicy");
  const policyDuringUpdate = await submittedPolicy(account, input, "StackPolicyDuringUpdate");
  if (disableRollback !== undefined) settings.disableRollback = disableRollback;
  if (roleArn !== undefined) settings.roleArn = assumableRole(account, roleArn);
  if (notificationArns !== undefined) settings.notificationArns = notificationArns;
  if (rollbackConfiguration !== undefined) settings.rollbackConfiguration = checkedTriggers(rollbackConfiguration);
  if (timeoutInMinutes !== undefined) settings.timeoutInMinutes = timeoutInMinutes;
  if (terminationProtection !== undefined) settings.terminationProtection = terminationProtection;
  if (policy !== undefined) settings.policy = policy;
  if (policyDuringUpdate !== undefined) settings.policyDuringUpdate = policyDuringUpdate;
  return settings;
}

/**
 * The policy that `<name>Body` or `<name>URL` contains; undefined if the request has neither. Throws ValidationError.
 */
export async function submittedPolicy(account: Account, input: Shape, name: string): Promise<string | undefined> {
  const body = optionalText(input, `${name}Body`);
  const url = optionalText(input, `${name}URL`);
  if (body && url) throw validationError(`You cannot specify both ${name}URL and ${name}Body`);
  const policy = url ? await textAtUrl(account, url) : body;
  if (policy) checkStackPolicy(policy);
  return policy || undefined;
}

function givenParameters(input: Shape): GivenParameter[] {
  return (optionalList(input, "Parameters") ?? []).map((parameter) => ({
    key: optionalText(parameter, "ParameterKey") ?? "",
    value: optionalText(parameter, "ParameterValue"),
    usePrevious: optionalFlag(parameter, "UsePreviousValue") ?? false,
  }));
}

/** Undefined if the request does not mention tags; an empty list removes all of them. */
function givenTags(input: Shape): Tag[] | undefined {
  return optionalList(input, "Tags")?.map((tag) => ({
    Key: optionalText(tag, "Key") ?? "",
    Value: optionalText(tag, "Value") ?? "",
  }));
}

function checkCapabilities(template: Template, given: readonly string[]): void {
  const { capability } = capabilitiesOf(template);
  if (capability !== null && !given.includes("CAPABILITY_NAMED_IAM")) requireCapability(capability, given);
}

function requireCapability(capability: string, given: readonly string[]): void {
  if (given.includes(capability)) return;
  throw new AwsError("InsufficientCapabilitiesException", `Requires capabilities : [${capability}]`, 400);
}

/** A type is allowed by its name or by a prefix that ends in `*`. */
function checkResourceTypes({ resources }: Template, allowed: readonly string[] | undefined): void {
  if (allowed === undefined) return;
  const fits = (type: string) =>
    allowed.some(
      (pattern) => pattern === type || (/::\*$|^\*$/.test(pattern) && type.startsWith(pattern.slice(0, -1))),
    );
  const refused = [...resources.values()].find(({ type }) => !fits(type));
  if (!refused) return;
  const list = allowed.join(", ");
  throw validationError(`Resource type ${refused.type} is not allowed by parameter ResourceTypes [${list}]`);
}

const TRIGGER_TYPES = ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"];

function checkedTriggers(configuration: Shape): Shape {
  for (const trigger of optionalList(configuration, "RollbackTriggers") ?? []) {
    if (!TRIGGER_TYPES.includes(optionalText(trigger, "Type") ?? "")) {
      throw validationError("Rollback Trigger Type not supported");
    }
    if (!/^arn:aws[^:]*:cloudwatch:[^:]+:\d+:alarm:.+$/.test(optionalText(trigger, "Arn") ?? "")) {
      throw validationError("RelativeId of a Rollback Trigger's ARN is incorrect");
    }
  }
  return configuration;
}
