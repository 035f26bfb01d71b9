import { failing } from "../../cloudformation/fixtures.ts";
import type { Stage } from "../../cloudformation/stage.ts";

export type Resources = Record<string, object>;

/** What is done to reach the events of a published log, with stand-ins for types whose services the sandbox lacks. */
export interface Shape {
  /** Plays it and returns the name or id of the stack whose log was published. */
  play(stage: Stage): Promise<string>;
  /** The name that the log gives the stack; `Stack` by default. */
  readonly stackName?: string;
  /** The first of the published events, for logs that begin in the middle or follow the creation of the stack. */
  readonly from: string;
  /** The log ends before the operation does. */
  readonly cutOff?: true;
  /** Such events are not in the log: its client or its publisher left them out. */
  readonly hidden?: RegExp;
  /** What both logs say of an event, beyond CloudFormation's own words: part of its reason, by `LogicalId STATUS`. */
  readonly says?: Readonly<Record<string, string>>;
  /** Resources with the ones that depend on them. */
  readonly dependents?: Readonly<Record<string, readonly string[]>>;
}

export const NEXT = "Stack UPDATE_IN_PROGRESS";
export const BACK = "Stack UPDATE_ROLLBACK_IN_PROGRESS";
export const PROGRESS_OF_RESOURCES = /^(?!Stack )\w+ (CREATE|UPDATE)_IN_PROGRESS/;

/** A topic, which stands in for any type that can be updated in place. */
export const shown = (DisplayName: unknown, more: object = {}) => ({
  Type: "AWS::SNS::Topic",
  Properties: { DisplayName },
  ...more,
});
export const after = (...DependsOn: string[]) => ({ DependsOn });
export const ROLE = (Description: unknown) => ({
  Type: "AWS::IAM::Role",
  Properties: { Description, AssumeRolePolicyDocument: {} },
});

export async function updated(stage: Stage, before: Resources, next: Resources): Promise<string> {
  await stage.create("stack", { Resources: before });
  await stage.update("stack", { Resources: next });
  return "stack";
}

export function deniedUpdate(stage: Stage, logicalId: string, options: { nth?: number; times?: number } = {}): void {
  stage.sandbox.permissions.deny("sns:UpdateTopic", { logicalId, ...options });
}

/** A custom resource, and a grant that needs it and whose creation fails after it has an id. */
export const APP: Resources = { AppNew: { Type: "Custom::App", Properties: {} }, GrantNew: failing(["AppNew"]) };

/** The creation is refused, so that the resource never has an id. */
export function deniedCreation(stage: Stage, ...logicalIds: string[]): void {
  for (const logicalId of logicalIds) stage.sandbox.permissions.deny("sns:CreateTopic", { logicalId });
}

/** The resources with these ids. */
export function each(logicalIds: readonly string[], resource: (logicalId: string) => object): Resources {
  return Object.fromEntries(logicalIds.map((id) => [id, resource(id)]));
}
