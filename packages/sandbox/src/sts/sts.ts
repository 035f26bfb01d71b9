import { AwsError, type AwsService, type Principal, type SandboxContext, type Shape } from "../core/contract.ts";
import { type Principals, userOf } from "../core/principals.ts";
import { optionalNumber, optionalText } from "../core/shape.ts";

/** AWS's default of one hour. */
const DEFAULT_SESSION_SECONDS = 3600;

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;

/**
 * The caller's identity, and temporary credentials. Any role exists in any account, anyone may assume it, and its
 * credentials act in the role's account.
 */
export function createSts(context: SandboxContext, principals: Principals): AwsService {
  return {
    name: "sts",
    call: async (operation, input, _caller, principal = userOf(context.accountId)) => {
      switch (operation) {
        case "GetCallerIdentity":
          return { UserId: principal.userId, Account: principal.accountId, Arn: principal.arn };
        case "AssumeRole":
        case "AssumeRoleWithWebIdentity":
          return assumeRole(context, principals, input);
        case "GetSessionToken":
          return { Credentials: credentials(context, principals, { input, principal }) };
        default:
          throw new AwsError("InvalidAction", `Could not find operation ${operation} for version 2011-06-15`, 400);
      }
    },
  };
}

function assumeRole(context: SandboxContext, principals: Principals, input: Shape): Shape {
  const roleArn = required(input, "RoleArn");
  const session = required(input, "RoleSessionName");
  const [, accountId, role] = ROLE_ARN.exec(roleArn) ?? [];
  if (!accountId || !role) throw new AwsError("ValidationError", `${roleArn} is invalid`, 400);
  const principal: Principal = {
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`,
    userId: `AROASANDBOXROLE00000A:${session}`,
  };
  return {
    Credentials: credentials(context, principals, { input, principal }),
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
  };
}

interface SessionRequest {
  readonly input: Shape;
  readonly principal: Principal;
}

function credentials(context: SandboxContext, principals: Principals, { input, principal }: SessionRequest): Shape {
  const seconds = optionalNumber(input, "DurationSeconds") ?? DEFAULT_SESSION_SECONDS;
  const token = context.uuid().replaceAll("-", "");
  const AccessKeyId = `ASIA${token.slice(0, 16).toUpperCase()}`;
  principals.give(AccessKeyId, principal);
  return {
    AccessKeyId,
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
