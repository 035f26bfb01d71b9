import * as sdk from "@aws-sdk/client-kms";
import t, { type Test } from "tap";
import { createSandbox, type SandboxOptions } from "#sandbox/sandbox";
import { ManualClock } from "./manual-clock.ts";

function open(t: Test, options: SandboxOptions = {}) {
  const clock = new ManualClock();
  const sandbox = createSandbox({ clock, ...options });
  const clientIn = (region: string, accessKeyId = "test") =>
    new sdk.KMSClient({
      ...{ endpoint: "http://sandbox.localhost", region, maxAttempts: 1, requestHandler: sandbox.requestHandler() },
      credentials: { accessKeyId, secretAccessKey: "test" },
    });
  t.teardown(() => sandbox.close());
  return { sandbox, clock, kms: clientIn("us-east-1"), clientIn };
}

async function newKey(kms: sdk.KMSClient): Promise<string> {
  const { KeyMetadata } = await kms.send(new sdk.CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? "";
}

const EncryptionContext = { app: "shop", target: "prod" };
const Plaintext = Buffer.from("a secret");

t.test("encrypts and decrypts under a context, whose order is of no importance", async (t) => {
  const { kms } = open(t);
  const KeyId = await newKey(kms);
  const { CiphertextBlob, ...sealed } = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
  t.match(sealed, { KeyId, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" });
  const decrypt = (input: Partial<sdk.DecryptCommandInput>) =>
    kms.send(new sdk.DecryptCommand({ CiphertextBlob, EncryptionContext, ...input }));
  const opened = await decrypt({ EncryptionContext: { target: "prod", app: "shop" } });
  t.same(Buffer.from(opened.Plaintext ?? []), Plaintext);
  t.equal(opened.KeyId, KeyId);
  const damaged = Buffer.from(CiphertextBlob ?? []);
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  for (const [name, input] of Object.entries({
    "another context": { EncryptionContext: { ...EncryptionContext, target: "test" } },
    "no context": { EncryptionContext: {} },
    "damaged bytes": { CiphertextBlob: damaged },
    "cut bytes": { CiphertextBlob: damaged.subarray(0, 20) },
  }))
    await t.rejects(decrypt(input), { name: "InvalidCiphertextException" }, name);
  await t.rejects(decrypt({ KeyId: await newKey(kms) }), { name: "IncorrectKeyException" });
});

t.test("a data key comes plain and encrypted, and ReEncrypt moves it to another key and context", async (t) => {
  const { kms } = open(t);
  const [first, second] = [await newKey(kms), await newKey(kms)];
  const made = await kms.send(new sdk.GenerateDataKeyCommand({ KeyId: first, KeySpec: "AES_256", EncryptionContext }));
  t.equal(made.Plaintext?.length, 32);
  const moved = await kms.send(
    new sdk.ReEncryptCommand({
      ...{ CiphertextBlob: made.CiphertextBlob, SourceEncryptionContext: EncryptionContext },
      ...{ DestinationKeyId: second, DestinationEncryptionContext: { app: "other" } },
    }),
  );
  t.match(moved, { SourceKeyId: first, KeyId: second });
  const { CiphertextBlob } = moved;
  const opened = await kms.send(new sdk.DecryptCommand({ CiphertextBlob, EncryptionContext: { app: "other" } }));
  t.same(opened.Plaintext, made.Plaintext);
  for (const wrong of [{}, { KeySpec: "AES_256" as const, NumberOfBytes: 8 }, { NumberOfBytes: 1025 }])
    await t.rejects(kms.send(new sdk.GenerateDataKeyCommand({ KeyId: first, ...wrong })), {
      name: "ValidationException",
    });
  const tooLong = Buffer.alloc(4097);
  await t.rejects(kms.send(new sdk.EncryptCommand({ KeyId: first, Plaintext: tooLong })), {
    name: "ValidationException",
  });
});

t.test(
  "a disabled key and one that is pending deletion refuse in their own ways, and a deleted one is gone",
  async (t) => {
    const { kms, clock } = open(t);
    const KeyId = await newKey(kms);
    const { CiphertextBlob } = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext }));
    const stateOf = async () => (await kms.send(new sdk.DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
    const attempts = () => [
      kms.send(new sdk.EncryptCommand({ KeyId, Plaintext })),
      kms.send(new sdk.DecryptCommand({ CiphertextBlob })),
      kms.send(new sdk.GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" })),
    ];
    await kms.send(new sdk.DisableKeyCommand({ KeyId }));
    t.equal(await stateOf(), "Disabled");
    for (const attempt of attempts())
      await t.rejects(attempt, { name: "DisabledException", message: `${KeyId} is disabled.` });
    await kms.send(new sdk.EnableKeyCommand({ KeyId }));
    await kms.send(new sdk.DecryptCommand({ CiphertextBlob }));
    await kms.send(new sdk.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    t.equal(await stateOf(), "PendingDeletion");
    for (const attempt of attempts())
      await t.rejects(attempt, { name: "KMSInvalidStateException", message: `${KeyId} is pending deletion.` });
    await kms.send(new sdk.CancelKeyDeletionCommand({ KeyId }));
    t.equal(await stateOf(), "Disabled");
    await kms.send(new sdk.ScheduleKeyDeletionCommand({ KeyId }));
    clock.advance(30 * 86_400_000);
    await t.rejects(stateOf(), { name: "NotFoundException", message: `Key '${KeyId}' does not exist` });
    await t.rejects(kms.send(new sdk.DecryptCommand({ CiphertextBlob, KeyId })), { name: "NotFoundException" });
    await t.rejects(kms.send(new sdk.DecryptCommand({ CiphertextBlob })), { name: "AccessDeniedException" });
  },
);

t.test("keys are named by id, ARN and alias, within their account and region", async (t) => {
  const { kms, clientIn } = open(t);
  const arn = await newKey(kms);
  await kms.send(new sdk.CreateAliasCommand({ AliasName: "alias/stepback", TargetKeyId: arn }));
  const id = arn.split("/").at(-1) ?? "";
  const describe = (client: sdk.KMSClient, KeyId: string) => client.send(new sdk.DescribeKeyCommand({ KeyId }));
  for (const KeyId of [id, arn, "alias/stepback", arn.replace(`key/${id}`, "alias/stepback")])
    t.equal((await describe(kms, KeyId)).KeyMetadata?.Arn, arn, KeyId);
  await t.rejects(describe(kms, "alias/other"), { name: "NotFoundException", message: /Alias .* is not found/ });
  await t.rejects(describe(kms, `${id.slice(0, -1)}x`), { name: "NotFoundException" });
  await t.rejects(describe(clientIn("eu-west-1"), arn), {
    name: "NotFoundException",
    message: "Invalid arn us-east-1",
  });
  await t.rejects(describe(clientIn("us-east-1", "111111111111"), arn), { name: "AccessDeniedException" });
  await t.rejects(kms.send(new sdk.CreateAliasCommand({ AliasName: "alias/stepback", TargetKeyId: arn })), {
    name: "AlreadyExistsException",
  });
});

t.test("faults and quotas hold for it as for other services", async (t) => {
  const { kms, sandbox } = open(t, { quotas: { "kms:*": 2 } });
  const KeyId = await newKey(kms);
  const encrypt = () => kms.send(new sdk.EncryptCommand({ KeyId, Plaintext }));
  sandbox.faults.fail({ match: ({ service }) => service === "kms", error: "reset", times: 1 });
  await t.rejects(encrypt());
  await t.rejects(encrypt(), { name: "ThrottlingException" });
  t.same(
    sandbox.calls.mutations().map(({ operation }) => operation),
    ["CreateKey"],
    "to encrypt changes nothing",
  );
});
