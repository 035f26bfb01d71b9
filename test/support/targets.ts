import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Test } from "tap";
import type { AccountRegion } from "#sandbox/core/contract";
import { type Account, accountOf } from "./answers.ts";
import { makeScratchFolder } from "./scratch.ts";
import { startTestAccount, type TestAccount } from "./test-account.ts";

/** The account of the service's own credentials. */
export const HOME = "000000000000";
/** An account that the service enters by a role. */
export const SECOND = "222222222222";
export const ROLE = `arn:aws:iam::${SECOND}:role/stepback`;

export const PLACES = {
  virginia: { accountId: HOME, region: "us-east-1" },
  ireland: { accountId: HOME, region: "eu-west-1" },
  second: { accountId: SECOND, region: "us-east-1" },
} as const satisfies Record<string, AccountRegion>;

export type TargetName = keyof typeof PLACES;

export const TARGET_NAMES = ["virginia", "ireland", "second"] as const satisfies readonly TargetName[];

/** Two regions of one account, and a second account by its role. */
export const TARGETS = [
  { name: "virginia", region: "us-east-1" },
  { name: "ireland", region: "eu-west-1" },
  { name: "second", region: "us-east-1", roleArn: ROLE },
];

/** One service with several targets, and what AWS has in each of them. */
export interface TargetScene {
  readonly account: TestAccount;
  /** What the account has in a target's account and region. */
  readonly at: Readonly<Record<TargetName, Account>>;
  /** Starts the service again with other targets. */
  retarget(targets: readonly object[]): Promise<void>;
}

export async function openTargetScene(t: Test, targets: readonly object[] = TARGETS): Promise<TargetScene> {
  const file = join(await makeScratchFolder(), "targets.json");
  const write = (list: readonly object[]) => writeFile(file, JSON.stringify(list));
  await write(targets);
  const account = await startTestAccount({}, { STEPBACK_TARGETS: file });
  t.teardown(() => account.close());
  const at = (name: TargetName) =>
    accountOf((service, operation, input) =>
      account.sandbox.service(service, PLACES[name]).call(operation, input, "wire"),
    );
  return {
    account,
    at: { virginia: at("virginia"), ireland: at("ireland"), second: at("second") },
    retarget: async (list) => {
      await write(list);
      await account.restart();
    },
  };
}

/** Where calls acted since the log was cleared; to learn who one is acts nowhere. */
export function placesCalled({ account }: TargetScene): string[] {
  const calls = account.sandbox.calls.all().filter(({ service }) => service !== "sts");
  return [...new Set(calls.map(({ accountId, region }) => `${accountId} ${region}`))];
}

/** A target's place as `placesCalled` says it. */
export function placeOf(name: TargetName): string {
  return `${PLACES[name].accountId} ${PLACES[name].region}`;
}
