import { StepbackError } from "../domain/errors.ts";
import { joinedMaster } from "./joined-master.ts";
import { isKeyArn, isKmsId, type KeyService, kmsOpener, kmsWrapper } from "./kms-master.ts";
import { isLocalId } from "./local-master.ts";
import { type MasterFile, masterFileExists, openMasterFile } from "./master-file.ts";
import type { KeyOpener, KeyWrapper, MasterKey, RandomBytes } from "./master-key.ts";
import { readRecoveryKey, readRecoveryOpener } from "./recovery-key.ts";

/** What the settings say of the master key. */
export interface MasterSettings {
  readonly masterKeyFile: string;
  /** Whether the settings name the file, or its place is the default. */
  readonly isMasterKeyFileNamed: boolean;
  /** ARN, id or alias of the key of KMS that wraps instead of the file's; null without one. */
  readonly kmsKey: string | null;
  /** ARN of a key of KMS, or the path of a public key; null without one. */
  readonly recoveryKey: string | null;
  /** The path of the recovery key's private half; null but after a loss. */
  readonly recoveryPrivateKeyFile: string | null;
}

/** Which keys have wrapped keys in the database, together. */
export interface WrappedUnder {
  readonly master: string;
  readonly recovery: string | null;
}

export interface MasterDeps {
  readonly wrapped: readonly WrappedUnder[];
  readonly kms: KeyService;
  readonly random: RandomBytes;
}

export interface OpenedMaster {
  readonly master: MasterKey;
  /** Whether this start has made the master key file. */
  readonly isNew: boolean;
  /** Whether the file wraps, rather than KMS. */
  readonly isFile: boolean;
  /** Whether the recovery key's private half is at hand, which is for the time of a recovery only. */
  readonly isRecovering: boolean;
}

/**
 * The master key that the settings name, together with all that opens what earlier ones wrapped. INVALID_SETTINGS where it is not
 * there: a key is never made beside data that no key at hand opens. An outage where KMS has to be asked and cannot be.
 */
export async function openMaster(settings: MasterSettings, deps: MasterDeps): Promise<OpenedMaster> {
  const { kms, random } = deps;
  const offline = settings.recoveryPrivateKeyFile ? await readRecoveryOpener(settings.recoveryPrivateKeyFile) : null;
  const openers: KeyOpener[] = [kmsOpener(kms), ...(offline ? [offline] : [])];
  const isRecoverable = ({ recovery }: WrappedUnder) =>
    recovery !== null && (isKmsId(recovery) || recovery === offline?.id);
  const unrecoverable = deps.wrapped.filter((one) => !isRecoverable(one));
  const wrapping = [...new Set(unrecoverable.map(({ master }) => master))];
  const recovery = await recoveryWrapper(settings, deps);
  const file = await fileOf(settings, { wrapping, random });
  const wrapper = await wrapperOf(settings, kms, file);
  const master = joinedMaster({ wrapper, recovery, openers: [...openers, ...(file ? [file] : [])] });
  const isNew = file?.isNew ?? false;
  return { master, isNew, isFile: wrapper === file, isRecovering: offline !== null };
}

async function recoveryWrapper(
  { recoveryKey }: MasterSettings,
  { kms, random }: MasterDeps,
): Promise<KeyWrapper | null> {
  if (recoveryKey === null) return null;
  return isKmsId(recoveryKey) ? kmsWrapper(recoveryKey, kms) : readRecoveryKey(recoveryKey, random);
}

/** Null where KMS wraps and no file is needed for what was wrapped before. */
async function fileOf(
  { kmsKey, masterKeyFile, isMasterKeyFileNamed }: MasterSettings,
  { wrapping, random }: { wrapping: readonly string[]; random: RandomBytes },
): Promise<MasterFile | null> {
  const local = wrapping.filter(isLocalId);
  const exists = await masterFileExists(masterKeyFile);
  if (kmsKey !== null && local.length === 0 && !exists) return null;
  const remote = wrapping.filter(isKmsId);
  if (kmsKey === null && !exists && remote.length > 0 && !isMasterKeyFileNamed) throw kmsKeyMissing(remote);
  return openMasterFile(masterKeyFile, { wrapping: local, random });
}

/** The ARN of a key needs no question, so that a service whose folder is opened by its recovery key starts in an outage of KMS. */
async function wrapperOf({ kmsKey }: MasterSettings, kms: KeyService, file: MasterFile | null) {
  if (kmsKey !== null) return kmsWrapper(await arnOf(kmsKey, kms), kms);
  if (file) return file;
  throw new StepbackError("INTERNAL", "There is neither a master key file nor a key of KMS.");
}

async function arnOf(name: string, kms: KeyService): Promise<string> {
  try {
    return await kms.find(name);
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    if (error.code === "KEY_UNAVAILABLE" && isKeyArn(name)) return name;
    if (error.code !== "KEY_LOST") throw error;
    const advice = "Name an existing key, by its ARN where it is in another region than the service.";
    throw new StepbackError("INVALID_SETTINGS", `STEPBACK_KMS_KEY: ${error.detail} ${advice}`, [], { cause: error });
  }
}

function kmsKeyMissing(arns: readonly string[]): StepbackError {
  const wanted = `The stored backups need the KMS key ${arns.join(" and ")}, and STEPBACK_KMS_KEY is not set.`;
  const advice =
    "Set it to that key. To go over to a master key file, name its place in STEPBACK_MASTER_KEY_FILE, start, and run `stepback keys rotate`.";
  return new StepbackError("INVALID_SETTINGS", `${wanted} ${advice}`);
}
