import type { SandboxContext } from "../../core/contract.ts";
import { userOf } from "../../core/principals.ts";
import type { Site, StackResource } from "../model.ts";

/** The account's services as the role of the stack may call them for a resource. */
export function permittedContext(site: Site, resource: StackResource): SandboxContext {
  const { context } = site.account;
  const service: SandboxContext["service"] = (name) => {
    const called = context.service(name);
    return {
      name,
      async call(operation, ...call) {
        checkPermitted(site, resource, `${name}:${operation}`);
        return await called.call(operation, ...call);
      },
    };
  };
  return { ...context, service };
}

/**
 * Checks that the role may do this to a resource of the type at all: `Create` of `AWS::SNS::Topic` is `sns:CreateTopic`. Throws
 * AccessDeniedException.
 */
export function checkVerb(site: Site, resource: StackResource, verb: "Create" | "Delete" | "Update"): void {
  const [vendor, service = "", type = ""] = resource.type.split("::");
  const action = vendor === "Custom" ? "lambda:InvokeFunction" : `${service.toLowerCase()}:${verb}${type}`;
  checkPermitted(site, resource, action);
}

function checkPermitted({ account, stack }: Site, { logicalId, physicalId }: StackResource, action: string): void {
  const { context } = account;
  const role = stack.settings.roleArn?.split("/").at(-1);
  const session = `arn:aws:sts::${context.accountId}:assumed-role/${role}/AWSCloudFormation`;
  const principalArn = role === undefined ? userOf(context.accountId).arn : session;
  context.permissions.check({ action, logicalId, principalArn, resource: physicalId || "*" });
}
