import type { Template } from "../template/definitions.ts";

/**
 * Types that require consent, with the property that gives them a custom name: a custom name requires the wider
 * consent.
 */
const IAM_TYPES: ReadonlyMap<string, string | null> = new Map([
  ["AWS::IAM::AccessKey", null],
  ["AWS::IAM::Group", "GroupName"],
  ["AWS::IAM::InstanceProfile", "InstanceProfileName"],
  ["AWS::IAM::ManagedPolicy", "ManagedPolicyName"],
  ["AWS::IAM::Policy", null],
  ["AWS::IAM::Role", "RoleName"],
  ["AWS::IAM::User", "UserName"],
  ["AWS::IAM::UserToGroupAddition", null],
]);

/** The capability that a template requires, null if none, and the types that require it. */
export function capabilitiesOf(template: Template): { capability: string | null; types: string[] } {
  const resources = [...template.resources.values()].filter(({ type }) => IAM_TYPES.has(type));
  const named = resources.some(({ type, properties }) => (IAM_TYPES.get(type) ?? "") in properties);
  const types = [...new Set(resources.map(({ type }) => type))];
  if (types.length === 0) return { capability: null, types };
  return { capability: named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM", types };
}
