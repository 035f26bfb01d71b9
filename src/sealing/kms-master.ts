import { StepbackError } from "../domain/errors.ts";
import type { KeyOpener, KeyWrapper } from "./master-key.ts";

/** What is asked of KMS: `src/aws/kms/` does it. */
export interface KeyService {
  /** The ARN of the key that an ARN, an id or an alias names. */
  find(name: string): Promise<string>;
  encrypt(arn: string, plain: Buffer, context: Readonly<Record<string, string>>): Promise<Buffer>;
  decrypt(arn: string, wrapped: Buffer, context: Readonly<Record<string, string>>): Promise<Buffer>;
}

export function isKmsId(id: string): boolean {
  return id.startsWith("arn:");
}

/** Whether the name is the ARN of a key itself, which needs no search: an alias may lead to another key tomorrow. */
export function isKeyArn(name: string): boolean {
  return /^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+$/.test(name);
}

export function kmsWrapper(arn: string, service: KeyService): KeyWrapper {
  return {
    id: arn,
    wrap: async (dataKey, context) => {
      try {
        return await service.encrypt(arn, dataKey, { ...context });
      } catch (error) {
        throw mayBeSetAgain(error);
      }
    },
  };
}

/** Nothing is lost by a key that cannot wrap: what waits goes on once another key is named. */
function mayBeSetAgain(error: unknown): unknown {
  if (!(error instanceof StepbackError && error.code === "KEY_LOST")) return error;
  const detail = `${error.detail} Name another key in STEPBACK_KMS_KEY and start the service again.`;
  return new StepbackError("KEY_DISABLED", detail, [], { cause: error });
}

/** The ARN in the wrapped key names the key and its region, so that also a key that is not in the settings any more opens. */
export function kmsOpener(service: KeyService): KeyOpener {
  return { has: isKmsId, unwrap: (arn, bytes, context) => service.decrypt(arn, bytes, { ...context }) };
}
