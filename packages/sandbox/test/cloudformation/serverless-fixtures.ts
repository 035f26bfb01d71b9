import { GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import type { Stage } from "./stage.ts";

export const TRANSFORM = "AWS::Serverless-2016-10-31";
/** The role of SAM's functions; nothing checks it. */
export const ROLE = "arn:aws:iam::000000000000:role/r";

export type Members = Record<string, unknown>;
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string[];
}

export function sam(Resources: Members, more: Members = {}): object {
  return { Transform: TRANSFORM, Resources, ...more };
}

export function samFunction(CodeUri: unknown, more: Members = {}): object {
  return {
    Type: "AWS::Serverless::Function",
    Properties: { CodeUri, Handler: "index.handler", Runtime: "nodejs22.x", ...more },
  };
}

/** The resources that SAM makes of a template, read from a change set that is never executed. */
export async function processed(
  stage: Stage,
  template: object,
  Parameters: object[] = [],
): Promise<Record<string, Resource>> {
  const ChangeSetName = `preview-${changeSets++}`;
  const set = await stage.changeSet({
    StackName: "preview",
    ChangeSetName,
    ChangeSetType: "CREATE",
    Capabilities: ["CAPABILITY_NAMED_IAM"],
    Parameters,
    template,
  });
  if (set.Status === "FAILED") throw new Error(set.StatusReason);
  const at = { StackName: "preview", ChangeSetName, TemplateStage: "Processed" } as const;
  const { TemplateBody } = await stage.client.send(new GetTemplateCommand(at));
  return JSON.parse(TemplateBody ?? "").Resources;
}
let changeSets = 1;
