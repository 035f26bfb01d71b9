import type {
  CreateFunctionRequest,
  FunctionConfiguration,
  UpdateFunctionConfigurationRequest,
} from "@aws-sdk/client-lambda";
import { sameJson } from "../../domain/json.ts";
import { isAwsError, isCode, nullIfMissing } from "../error-mapping.ts";
import type { FunctionCode } from "../gateways/code.ts";
import type { ConfigurationPatch, LambdaGateway } from "../gateways/lambda.ts";
import type { Staging } from "../objects/staging.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";
import { withCode } from "./code-upload.ts";
import { carries, splitPatch } from "./configuration-patch.ts";
import type { LambdaCall } from "./function-readers.ts";
import { SETTLE_LIMIT_MS, type Settling } from "./function-settling.ts";
import { unlessAlreadySo } from "./lost-responses.ts";

type FunctionWriters = Pick<
  LambdaGateway,
  "createFunction" | "updateConfiguration" | "updateCode" | "deleteFunction" | "publishVersion"
>;

export interface LambdaParts {
  readonly call: LambdaCall;
  readonly settling: Settling;
  readonly polling: Polling;
  readonly staging: Staging;
}

/** A new role takes about ten seconds to reach Lambda; after a minute it never will (facts B1). */
const ROLE_LIMIT_MS = 60_000;

/** Messages of an InvalidParameterValueException that is temporary (facts B1, from Terraform's provider). */
const TEMPORARY =
  /role defined for the function cannot be assumed|provided execution role does not have permissions|throttled by EC2|KMS key is invalid for CreateGrant/i;

export function createFunctionWriters(parts: LambdaParts): FunctionWriters {
  const { call, settling } = parts;
  return {
    createFunction: (name, settings, code) => createFunction(parts, { name, settings }, code),
    updateConfiguration: async (name, patch, revisionId) => {
      let revision = revisionId;
      for (const part of splitPatch(patch)) {
        await updateConfiguration(parts, { name, patch: part }, revision);
        const settled = await settling.awaitSettled(name);
        // The id of the settled function: the one in the update's own response changes once more (facts B1).
        revision = revisionId && (settled?.RevisionId ?? null);
      }
    },
    updateCode: (name, code, revisionId) => updateCode(parts, { name, code }, revisionId),
    deleteFunction: async (name) => {
      await untilAccepted(parts, name, () =>
        nullIfMissing(call((sdk) => new sdk.DeleteFunctionCommand({ FunctionName: name }))),
      );
    },
    publishVersion: async (name, codeSha256, description) => {
      const published = await untilAccepted(parts, name, () =>
        call(
          (sdk) =>
            new sdk.PublishVersionCommand({ FunctionName: name, CodeSha256: codeSha256, Description: description }),
        ),
      );
      const version = published.Version ?? "";
      await settling.awaitVersion(name, version);
      return version;
    },
  };
}

type UpdateArchitectures = NonNullable<FunctionConfiguration["Architectures"]>;

async function createFunction(
  parts: LambdaParts,
  { name, settings }: { name: string; settings: ConfigurationPatch },
  code: FunctionCode & { architectures: readonly string[] },
): Promise<void> {
  const request = {
    ...settings,
    FunctionName: name,
    PackageType: code.packageType,
    Architectures: code.architectures,
  } as CreateFunctionRequest;
  const sending = untilAccepted(parts, name, () =>
    withCode(code, parts.staging, (members) =>
      parts.call((sdk) => new sdk.CreateFunctionCommand({ ...request, Code: members })),
    ),
  );
  await unlessAlreadySo(sending, async () => {
    const live = await parts.settling.awaitIdle(name);
    return hasCode(live, code) && carries(live, settings);
  });
  await parts.settling.awaitSettled(name);
}

async function updateConfiguration(
  parts: LambdaParts,
  { name, patch }: { name: string; patch: ConfigurationPatch },
  revisionId: string | null,
): Promise<void> {
  const request = {
    ...(patch as Partial<UpdateFunctionConfigurationRequest>),
    FunctionName: name,
    ...(revisionId ? { RevisionId: revisionId } : {}),
  };
  const sending = untilAccepted(parts, name, () =>
    parts.call((sdk) => new sdk.UpdateFunctionConfigurationCommand(request)),
  );
  await unlessAlreadySo(sending, async () => carries(await parts.settling.awaitIdle(name), patch));
}

async function updateCode(
  parts: LambdaParts,
  { name, code }: { name: string; code: FunctionCode & { architectures: readonly string[] } },
  revisionId: string | null,
): Promise<void> {
  const { call, settling, staging } = parts;
  const guard = { FunctionName: name, ...(revisionId ? { RevisionId: revisionId } : {}) };
  const architectures = code.architectures as UpdateArchitectures;
  const sending = untilAccepted(parts, name, () =>
    withCode(code, staging, (members) =>
      call((sdk) => new sdk.UpdateFunctionCodeCommand({ ...guard, ...members, Architectures: architectures })),
    ),
  );
  await unlessAlreadySo(sending, async () => {
    const live = await settling.awaitIdle(name);
    return hasCode(live, code) && sameJson([...(live?.Architectures ?? [])].sort(), [...architectures].sort());
  });
  await settling.awaitSettled(name);
}

/** Sends again while an earlier update is in progress, and while a new role has not reached Lambda. */
export function untilAccepted<Output>(parts: LambdaParts, name: string, send: () => Promise<Output>): Promise<Output> {
  const { settling, polling } = parts;
  const giveUpOnRoleAt = polling.clock.now() + ROLE_LIMIT_MS;
  return poll(polling, { what: `the function ${name} to accept a change`, limitMs: SETTLE_LIMIT_MS }, async () => {
    try {
      return await send();
    } catch (error) {
      if (isCode(error, "AWS_IN_PROGRESS")) {
        await settling.awaitIdle(name);
        return NOT_YET;
      }
      const mayPass = isAwsError(error, "InvalidParameterValueException", TEMPORARY);
      if (mayPass && polling.clock.now() < giveUpOnRoleAt) return NOT_YET;
      throw error;
    }
  });
}

/** The digest in an image's URI is the code's SHA-256 in hexadecimal digits (facts A2). */
function hasCode(live: FunctionConfiguration | null, code: FunctionCode): boolean {
  const liveSha256 = live?.CodeSha256;
  if (!liveSha256) return false;
  return code.packageType === "Image" ? code.imageUri.endsWith(`:${liveSha256}`) : code.zip.codeSha256 === liveSha256;
}
