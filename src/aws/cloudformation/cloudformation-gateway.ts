import { type CallContext, createCall } from "../call.ts";
import type { CloudFormationService, S3Service } from "../clients.ts";
import { isAwsError, nullIfMissing } from "../error-mapping.ts";
import type { CloudFormationGateway } from "../gateways/cloudformation.ts";
import type { StagedObject, Staging } from "../objects/staging.ts";
import { createChangeSets, type TemplateMember } from "./change-sets.ts";
import { type CloudFormationCall, createStackReaders } from "./stack-readers.ts";

interface CloudFormationParts {
  readonly service: CloudFormationService;
  /** Makes the URL of a staged template. */
  readonly s3: S3Service;
  readonly staging: Staging;
}

/** In UTF-8 bytes, not in characters (facts D, sizes). */
const INLINE_TEMPLATE_LIMIT_BYTES = 51_200;

/** CloudFormation of one target, for one observer. */
export function createCloudFormationGateway(parts: CloudFormationParts, context: CallContext): CloudFormationGateway {
  const call: CloudFormationCall = createCall(parts.service, context);
  return {
    ...createStackReaders(call, context),
    ...createChangeSets(call, context, (template) => stageTemplate(parts, template)),
    deleteStack: async (stackId, token) => {
      const deleting = call((sdk) => new sdk.DeleteStackCommand({ StackName: stackId, ClientRequestToken: token }));
      await unlessReceived(nullIfMissing(deleting));
    },
    continueUpdateRollback: async (stackId, skip, token) => {
      const input = { StackName: stackId, ResourcesToSkip: [...skip], ClientRequestToken: token };
      await unlessReceived(call((sdk) => new sdk.ContinueUpdateRollbackCommand(input)));
    },
    putStackPolicy: async (stack, policy) => {
      await call((sdk) => new sdk.SetStackPolicyCommand({ StackName: stack, StackPolicyBody: policy }));
    },
    putTerminationProtection: async (stack, enabled) => {
      await call(
        (sdk) => new sdk.UpdateTerminationProtectionCommand({ StackName: stack, EnableTerminationProtection: enabled }),
      );
    },
  };
}

/** CloudFormation refuses a token that it knows: then the first attempt arrived, and its operation is running or done. */
async function unlessReceived(sending: Promise<unknown>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (!isAwsError(error, "TokenAlreadyExistsException")) throw error;
  }
}

/** Throws STAGING_BUCKET_NEEDED for a large template without a bucket. */
async function stageTemplate({ s3, staging }: CloudFormationParts, template: string): Promise<TemplateMember> {
  if (Buffer.byteLength(template) <= INLINE_TEMPLATE_LIMIT_BYTES) return { TemplateBody: template };
  return { TemplateURL: await urlOf(s3, await staging.putTemplate(template)) };
}

/**
 * The bucket stands in the path, and the SDK's rules complete the host for every partition. This is so at a custom endpoint
 * too: emulators of CloudFormation take AWS's address for their own S3, while few know the address of their own endpoint.
 */
async function urlOf(s3: S3Service, { bucket, key }: StagedObject): Promise<string> {
  const { client } = await s3.open();
  const region = await client.config.region();
  const { url } = client.config.endpointProvider({ Region: region, Bucket: bucket, ForcePathStyle: true });
  return `${url.href.replace(/\/$/, "")}/${key}`;
}
