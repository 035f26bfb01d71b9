import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { accountOf } from "../answers.ts";
import { walkingClock } from "../quick-clock.ts";
import { makeScratchFolder } from "../scratch.ts";
import { deployStack, startTestAccount, type TestAccount } from "../test-account.ts";
import { BYSTANDER, eventsOf } from "./picture.ts";
import type { Scene } from "./scene.ts";

/** The target of a scene by role. */
export const TARGET = "second";

const PLACE = { accountId: "222222222222", region: "us-east-1" } as const;
const STAGING = "uploads";

/** An account in which a scene can be played again and again. */
export interface Opened {
  readonly w: TestAccount;
  /** The events of the bystander, which stay as they are. */
  readonly bystander: readonly string[];
}

export async function openAccount({ byRole }: Scene): Promise<Opened> {
  const settings = { STEPBACK_STAGING_BUCKET: STAGING, ...(byRole ? { STEPBACK_TARGETS: await targetsFile() } : {}) };
  const started = await startTestAccount({}, settings, { clock: walkingClock });
  const w = byRole ? inSecondAccount(started) : started;
  await w.aws("s3", "CreateBucket", { Bucket: STAGING });
  await deployStack(w, BYSTANDER, { Resources: { Topic: { Type: "AWS::SNS::Topic" } } });
  return { w, bystander: await eventsOf(w, BYSTANDER) };
}

async function targetsFile(): Promise<string> {
  const file = join(await makeScratchFolder(), "targets.json");
  const roleArn = `arn:aws:iam::${PLACE.accountId}:role/stepback`;
  await writeFile(file, JSON.stringify([{ name: TARGET, region: PLACE.region, roleArn, stagingBucket: STAGING }]));
  return file;
}

/** The same service and sandbox, seen from the account of the target. */
function inSecondAccount(account: TestAccount): TestAccount {
  const { aws } = accountOf((service, operation, input) =>
    account.sandbox.service(service, PLACE).call(operation, input, "wire"),
  );
  return Object.create(account, { aws: { value: aws } });
}
