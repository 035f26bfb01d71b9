import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { readConfig } from "#src/config";
import { StepbackError } from "#src/domain/errors";
import { createPipelineIdentity } from "#src/identity/pipeline-identity";
import { createAccessService } from "#src/services/access";
import { ensureAdminToken } from "#src/services/admin-token";
import { loadFingerprint } from "#src/services/secret-files";
import { openSqliteStore } from "#src/store/sqlite-store";
import { TEST_SEALING } from "../support/sealing.ts";

const ADMIN = { name: "admin", method: "token", grants: [{ role: "admin", applications: ["*"] }], expiresAt: null };

async function folderOf(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "stepback-settings-"));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof StepbackError) || error.code !== "INVALID_SETTINGS") throw error;
    return error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
  }
}

t.test("without settings the service serves one person on one machine", async (t) => {
  t.match(readConfig({}), {
    host: "127.0.0.1",
    port: 8700,
    dataDir: join(process.cwd(), "data"),
    adminToken: null,
    targets: [{ name: "default", region: null, roleArn: null, account: null, stagingBucket: null }],
    rates: null,
    abandonAfterMs: 24 * 3_600_000,
    limits: { requestsPerMinute: 30_000, waits: 1_000, openRequests: 200, delayMs: 2_000 },
    trustedProxies: null,
    logLevel: "info",
  });
  t.match(
    readConfig({ STEPBACK_DATABASE_URL: "", STEPBACK_PORT: " " }),
    { port: 8700 },
    "an empty variable counts as not set",
  );
});

t.test("every setting is read", async (t) => {
  const folder = await folderOf(t);
  const file = join(folder, "targets.json");
  await writeFile(
    file,
    JSON.stringify([
      { name: "eu", region: "eu-central-1", roleArn: "arn:aws:iam::111111111111:role/x", stagingBucket: "staging-eu" },
      { name: "us", account: "222222222222" },
    ]),
  );
  const config = readConfig({
    STEPBACK_HOST: "0.0.0.0",
    STEPBACK_PORT: "0",
    STEPBACK_DATA_DIR: folder,
    STEPBACK_TARGETS: file,
    STEPBACK_STAGING_BUCKET: "staging",
    STEPBACK_ADMIN_TOKEN: "0123456789abcdef",
    STEPBACK_RATES: "lambda:GetFunction=50, cloudformation=0.5",
    STEPBACK_ABANDON_AFTER_HOURS: "2",
    STEPBACK_MAX_PACKAGE_MB: "20",
    STEPBACK_MAX_REQUESTS: "500",
    STEPBACK_MAX_WAITS: "7",
    STEPBACK_MAX_OPEN_REQUESTS: "8",
    STEPBACK_MAX_DELAY_MS: "900",
    STEPBACK_TRUST_PROXY: "10.0.0.0/8, 192.0.2.7",
    STEPBACK_LOG_LEVEL: "silent",
  });
  t.match(config, {
    host: "0.0.0.0",
    port: 0,
    databaseFile: join(folder, "stepback.db"),
    artifactsDir: join(folder, "artifacts"),
    adminTokenFile: join(folder, "admin-token"),
    adminToken: "0123456789abcdef",
    targets: [
      {
        name: "eu",
        region: "eu-central-1",
        roleArn: "arn:aws:iam::111111111111:role/x",
        account: "111111111111",
        stagingBucket: "staging-eu",
      },
      { name: "us", region: null, roleArn: null, account: "222222222222", stagingBucket: "staging" },
    ],
    rates: { "lambda:GetFunction": 50, cloudformation: 0.5 },
    abandonAfterMs: 7_200_000,
    maxPackageBytes: 20_000_000,
    maxFollowers: 2_000,
    limits: { requestsPerMinute: 500, waits: 7, openRequests: 8, delayMs: 900 },
    trustedProxies: { addresses: ["10.0.0.0/8", "192.0.2.7"] },
    logLevel: "silent",
  });
});

t.test("all faults are reported at once, each with its variable and without the token", async (t) => {
  const faults = faultsOf({
    STEPBACK_HOST: "0.0.0.0",
    STEPBACK_PORT: "99999",
    STEPBACK_DATABASE_URL: "postgres://db/stepback",
    STEPBACK_ARTIFACTS: "s3://bucket/prefix",
    STEPBACK_RATES: "lambda:GetFunction=fast,sns=1,cloudformation",
    STEPBACK_ABANDON_AFTER_HOURS: "0",
    STEPBACK_MAX_PACKAGE_MB: "plenty",
    STEPBACK_MAX_REQUESTS: "0",
    STEPBACK_TRUST_PROXY: "10.0.0.0/8, 0.0.0.0/0",
    STEPBACK_LOG_LEVEL: "loud",
    STEPBACK_TARGETS: "/nowhere/targets.json",
  });
  t.match(faults.sort(), [
    /STEPBACK_ABANDON_AFTER_HOURS must be a whole number from 1/,
    /STEPBACK_ARTIFACTS S3 is not supported yet/,
    /STEPBACK_DATABASE_URL PostgreSQL is not supported yet/,
    /STEPBACK_HOST 0.0.0.0 is not loopback: set STEPBACK_ADMIN_TOKEN/,
    /STEPBACK_LOG_LEVEL must be one of/,
    /STEPBACK_MAX_PACKAGE_MB must be a whole number from 1 to 5000/,
    /STEPBACK_MAX_REQUESTS must be a whole number from 60/,
    /STEPBACK_PORT must be a whole number from 0 to 65535/,
    /STEPBACK_RATES `cloudformation`/,
    /STEPBACK_RATES `lambda:GetFunction=fast`/,
    /STEPBACK_RATES `sns=1`/,
    /STEPBACK_TARGETS cannot be read as JSON/,
    /STEPBACK_TRUST_PROXY `0\.0\.0\.0\/0` is no address, and no network/,
  ]);
  t.match(faultsOf({ STEPBACK_ADMIN_TOKEN: "too-short" }), [/at least 16/]);
  t.notMatch(faultsOf({ STEPBACK_ADMIN_TOKEN: "too-short" }), [/too-short/]);
  t.same(faultsOf({ STEPBACK_HOST: "::1" }), []);
  t.same(faultsOf({ STEPBACK_HOST: "localhost" }), []);
  t.match(faultsOf({ STEPBACK_DATABASE_URL: "mysql://x" }), [/must be empty/]);
});

t.test(
  "a key of fingerprints that an earlier version kept in a file is taken over, and refused when it was cut off",
  async (t) => {
    const folder = await folderOf(t);
    const file = join(folder, "fingerprint.key");
    const open = async (name: string) => {
      const store = await openSqliteStore(join(folder, name), TEST_SEALING);
      t.teardown(() => store.close());
      return store;
    };
    const [store, other] = [await open("stepback.db"), await open("other.db")];
    for (const length of [0, 1, 31, 33]) {
      await writeFile(file, randomBytes(length));
      await t.rejects(
        loadFingerprint(store, file),
        { code: "INVALID_SETTINGS", detail: /delete it/ },
        `${length} bytes`,
      );
    }
    const kept = randomBytes(32);
    await writeFile(file, kept);
    const place = { target: "default", application: "shop", stage: "prod" };
    const at = async (of: typeof store, where = place) => (await loadFingerprint(of, file))(where)("1234");
    const { id } = await store.fingerprintKey(kept);
    const taken = await at(store);
    const keyed = `["stepback/fingerprint/v2","${id}","default","shop","prod"]\n1234`;
    t.equal(taken, createHmac("sha256", kept).update(keyed).digest("hex").slice(0, 16));
    for (const other of [{ target: "eu" }, { application: "api" }, { stage: "test" }])
      t.not(await at(store, { ...place, ...other }), taken, "another place has others");
    await t.rejects(stat(file), { code: "ENOENT" }, "the key is no longer in the folder");
    t.equal(await at(store), taken, "the next start finds it again");
    const made = await at(other);
    t.not(made, taken, "another installation has another key");
    t.equal(await at(other), made);
  },
);

t.test("the file of targets is read strictly", async (t) => {
  const file = join(await folderOf(t), "targets.json");
  for (const [text, expected] of [
    ["{", /cannot be read as JSON/],
    ["[]", /must hold a list/],
    ["{}", /must hold a list/],
    ['["eu"]', /entry 0 is no object/],
    ['[{"name":"eu","region":7}]', /entry 0 must have a name/],
    ['[{"region":"eu"}]', /entry 0 must have a name/],
    ['[{"name":"eu","account":"1"}]', /nothing else/],
    ['[{"name":"eu"},{"name":"eu"}]', /eu more than once/],
  ] as const) {
    await writeFile(file, text);
    t.match(faultsOf({ STEPBACK_TARGETS: file }), [expected], text);
  }
});

t.test(
  "the file of the pipelines' rules is read strictly, and one that admits all of GitHub keeps the service from starting",
  async (t) => {
    const file = join(await folderOf(t), "oidc.json");
    const rule = {
      issuer: "https://token.actions.githubusercontent.com",
      audience: "https://stepback.example.com",
      claims: { repository: "acme/shop", ref: "refs/heads/main" },
      role: "ci",
      stages: ["prod"],
    };
    const { audience, claims, ...rest } = rule;
    await writeFile(file, JSON.stringify([rule]));
    const { pipelineRules } = readConfig({ STEPBACK_OIDC: file });
    t.match(pipelineRules, [
      { issuer: rule.issuer, audience, claims, grant: { role: "ci", applications: ["*"], stages: ["prod"] } },
    ]);
    t.same(readConfig({}).pipelineRules, []);
    t.match(faultsOf({ STEPBACK_OIDC: join(file, "none") }), [/STEPBACK_OIDC cannot be read as JSON/]);
    for (const [entries, expected] of [
      [[], [/must hold a list of objects with an issuer/]],
      [rule, [/must hold a list/]],
      [[rule, { ...rest, claims }], [/entry 1: .*audience/]],
      [[{ ...rule, claims: { ref: "refs/heads/main" } }], [/entry 0: would admit pipelines of everybody/]],
      [
        [
          { ...rule, claims: { repository: "*/*" } },
          { ...rule, who: 1 },
        ],
        [/entry 0: would admit/, /entry 1: `who` is not known/],
      ],
    ] as const) {
      await writeFile(file, JSON.stringify(entries));
      t.match(faultsOf({ STEPBACK_OIDC: file }), expected, JSON.stringify(entries));
      t.equal(faultsOf({ STEPBACK_OIDC: file }).length, expected.length);
    }
  },
);

t.test(
  "the first admin token is the configured one, or a new one in a file that only its owner can read",
  async (t) => {
    const folder = await folderOf(t);
    const file = join(folder, "admin-token");
    const store = await openSqliteStore(join(folder, "stepback.db"), TEST_SEALING);
    t.teardown(() => store.close());
    const clock = { now: () => 1, sleep: async () => {} };
    const deps = { store, clock, pipelines: createPipelineIdentity({ rules: [], clock }) };
    const access = createAccessService(deps);
    const newToken = () => randomBytes(32).toString("base64url");

    const { token: made } = await ensureAdminToken(deps, { configured: null, file, newToken });
    t.match(made, /^[\w-]{43}$/);
    t.equal((await readFile(file, "utf8")).trim(), made);
    t.equal((await stat(file)).mode & 0o777, 0o600);
    t.match(await access.authenticate(`Bearer ${made}`, "here"), ADMIN);
    const again = await ensureAdminToken(deps, { configured: null, file, newToken });
    t.same(again, { token: made, hasReplaced: false, isRevoked: false }, "the next start finds it again");

    const configured = await ensureAdminToken(deps, { configured: "configured-token-1", file, newToken });
    t.same(configured, { token: "configured-token-1", hasReplaced: true, isRevoked: false });
    await t.rejects(
      access.authenticate(`Bearer ${made}`, "here"),
      { code: "UNAUTHENTICATED" },
      "the earlier one has ended",
    );
    t.match(await access.authenticate("bearer configured-token-1", "here"), ADMIN);
    for (const header of [undefined, "", "Bearer", "Bearer nobody", `Basic ${made}`, `Bearer ${made} x`]) {
      await t.rejects(access.authenticate(header, "here"), { code: "UNAUTHENTICATED" });
    }
    await t.rejects(ensureAdminToken(deps, { configured: null, file: folder, newToken }), { code: "INVALID_SETTINGS" });

    const { token: id } = await access.authenticate("Bearer configured-token-1", "here");
    await store.revokeToken(id ?? "", 2, "token:tok_1:somebody");
    const revoked = ensureAdminToken(deps, { configured: "configured-token-1", file, newToken });
    await t.rejects(revoked, { code: "INVALID_SETTINGS", message: /revoked by token:tok_1:somebody/ });
    const cut = ensureAdminToken(deps, { configured: `sbk_${"0".repeat(20)}_short`, file, newToken });
    await t.rejects(cut, { code: "INVALID_SETTINGS", message: /cut or mistyped/ });
    t.match(await ensureAdminToken(deps, { configured: null, file, newToken }), { token: made, isRevoked: false });
    const { token: filed } = await access.authenticate(`Bearer ${made}`, "here");
    await store.revokeToken(filed ?? "", 3, "token:tok_1:somebody");
    t.match(await ensureAdminToken(deps, { configured: null, file, newToken }), { token: made, isRevoked: true });
    await t.rejects(access.authenticate(`Bearer ${made}`, "here"), { code: "UNAUTHENTICATED", message: /was revoked/ });
  },
);
