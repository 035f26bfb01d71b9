import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AwsError } from "#sandbox/core/contract";
import { quickClock } from "../support/quick-clock.ts";
import {
  createFunction,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  startTestAccount,
  type TestAccount,
  until,
  updateCode,
} from "../support/test-account.ts";

const HOUR_MS = 3_600_000;

interface KmsAccount extends TestAccount {
  readonly keyArn: string;
  /** Lets the clock jump ahead. */
  advance(ms: number): void;
}

/** A service whose only master key is one of KMS. */
async function openKmsAccount(t: Test): Promise<KmsAccount> {
  let aheadMs = 0;
  const clock = { now: () => quickClock.now() + aheadMs, sleep: quickClock.sleep };
  const account = await startTestAccount({}, { STEPBACK_LOG_LEVEL: "silent" }, { clock });
  t.teardown(() => account.close());
  const { KeyMetadata } = await account.sandbox.service("kms").call("CreateKey", {}, "wire");
  const { Arn: keyArn } = KeyMetadata as { Arn: string };
  const folder = join(account.dataDir, "kms");
  await mkdir(folder);
  await account.restart({ STEPBACK_KMS_KEY: keyArn, STEPBACK_DATA_DIR: folder });
  return Object.assign(account, {
    keyArn,
    advance: (ms: number) => {
      aheadMs += ms;
    },
  });
}

const isKms = ({ service }: { service: string }) => service === "kms";

async function deployed(w: TestAccount, says: string): Promise<string> {
  const { id } = await openDeployment(w, { functions: ["tool"] });
  await updateCode(w, "tool", says);
  await finishDeployment(w, id);
  return id;
}

const OUTAGES: Readonly<Record<string, { error: AwsError | "reset"; code: string }>> = {
  "is out of reach": { error: "reset", code: "KEY_UNAVAILABLE" },
  throttles: { error: new AwsError("ThrottlingException", "Rate exceeded", 400), code: "KEY_UNAVAILABLE" },
  "fails inside": { error: new AwsError("KMSInternalException", "", 500), code: "KEY_UNAVAILABLE" },
  "denies the key": { error: new AwsError("AccessDeniedException", "not authorized", 400), code: "KEY_DENIED" },
  "has the key disabled": { error: new AwsError("DisabledException", "is disabled.", 400), code: "KEY_DISABLED" },
  "is about to delete the key": {
    error: new AwsError("KMSInvalidStateException", "is pending deletion.", 400),
    code: "KEY_DISABLED",
  },
};

for (const [what, { error, code }] of Object.entries(OUTAGES)) {
  t.test(`a rollback waits while KMS ${what} for an hour, and goes on by itself`, async (t) => {
    const w = await openKmsAccount(t);
    await createFunction(w, "tool", "one");
    const deployment = await deployed(w, "two");
    const hold = w.sandbox.faults.hold({
      when: "after",
      match: ({ operation }) => operation === "UpdateFunctionCode",
    });
    const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
    await hold.reached;
    w.sandbox.faults.fail({ match: isKms, error });
    w.advance(HOUR_MS + 1);
    hold.release();
    await until(async () => (await w.api("GET", "/readyz")).status === 503);
    t.match((await w.api("GET", "/readyz")).body, { status: "unavailable", reason: new RegExp(`^${code}: `) });
    const request = { application: "shop", stage: "prod", scope: { functions: ["other"] } };
    const refused = await w.api("POST", "/v1/deployments", request);
    t.match(refused, { status: 503, body: { code, retryable: true } });
    t.match(refused.headers.get("retry-after"), /^\d+$/);
    w.advance(HOUR_MS);
    w.sandbox.faults.off();
    t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Completed", error: null });
    t.equal(await invoke(w, "tool"), "one");
    const updates = w.sandbox.calls.all().filter(({ operation }) => operation === "UpdateFunctionCode");
    t.equal(updates.length, 1, "AWS saw the mutation once");
    t.equal((await w.api("GET", "/readyz")).status, 200);
  });
}
