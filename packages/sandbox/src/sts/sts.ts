import { AwsError, type AwsService, type SandboxContext, type Shape } from "../core/contract.ts";
import { optionalNumber, optionalText } from "../core/shape.ts";

/** AWS's default of one hour. */
const DEFAULT_SESSION_SECONDS = 3600;

/** The caller's identity, and temporary credentials. Any role exists, and anyone may assume it. */
export function createSts(context: SandboxContext): AwsService {
  return {
    name: "sts",
    call: async (operation, input) => {
      switch (operation) {
        case "GetCallerIdentity":
          return callerIdentity(context);
        case "AssumeRole":
        case "AssumeRoleWithWebIdentity":
          return assumeRole(context, input);
        case "GetSessionToken":
          return { Credentials: credentials(context, input) };
        default:
          throw new AwsError("InvalidAction", `Could not find operation ${operation} for version 2011-06-15`, 400);
      }
    },
  };
}

function callerIdentity(context: SandboxContext): Shape {
  return {
    UserId: "AIDASANDBOXUSER00000A",
    Account: context.accountId,
    Arn: `arn:aws:iam::${context.accountId}:user/sandbox`,
  };
}

function assumeRole(context: SandboxContext, input: Shape): Shape {
  const roleArn = required(input, "RoleArn");
  const session = required(input, "RoleSessionName");
  const [, , , , account = context.accountId, path = ""] = roleArn.split(":");
  const role = path.slice(path.lastIndexOf("/") + 1);
  return {
    Credentials: credentials(context, input),
    AssumedRoleUser: {
      AssumedRoleId: `AROASANDBOXROLE00000A:${session}`,
      Arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    },
  };
}

function credentials(context: SandboxContext, input: Shape): Shape {
  const seconds = optionalNumber(input, "DurationSeconds") ?? DEFAULT_SESSION_SECONDS;
  const token = context.uuid().replaceAll("-", "");
  return {
    AccessKeyId: `ASIA${token.slice(0, 16).toUpperCase()}`,
    SecretAccessKey: token,
    SessionToken: `sandbox-session-${token}`,
    Expiration: new Date(context.clock.now() + seconds * 1000),
  };
}

function required(input: Shape, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw new AwsError(
    "ValidationError",
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    400,
  );
}
