import type { Test } from "tap";
import type { CallRecord } from "#sandbox/core/contract";
import { KIND_NAMES } from "#src/domain/component/component";
import { type Change, SPECIMENS, type Specimen } from "../kinds/specimens.ts";
import { ALL_KINDS_SCOPE, deployFirst, deploySecond } from "./all-kinds.ts";
import { shortenPauses } from "./short-pauses.ts";
import {
  configure,
  createFunction,
  ended,
  fingerprintOf,
  finishDeployment,
  openDeployment,
  type TestAccount,
  updateCode,
  worldOf,
  zip,
} from "./test-account.ts";
import { spoilAnswers, UNCLEAR_ANSWERS } from "./unclear-answers.ts";

/** What a deploy does, and what was there before. */
export interface Deploy {
  readonly before: readonly Change[];
  readonly spoil: readonly Change[];
  readonly scope?: { stacks: string[]; functions: string[] };
}

/** A service with a bucket for uploads where there is one. */
const STAGING = "uploads";

function deploysOf({ ground, create, change, remove }: Specimen): Record<string, Deploy> {
  const there = ground ? [ground] : [];
  return {
    changed: { before: [...there, create], spoil: togetherOf(change) },
    added: { before: there, spoil: [create] },
    deleted: { before: [...there, create], spoil: [remove] },
  };
}

/**
 * All changes one after another. Of the two that replace a stack's template one is enough, after those that need the one that
 * was there.
 */
function togetherOf({ template, resources: _, policy, ...others }: Specimen["change"]): readonly Change[] {
  return [...Object.values(others), ...[template, policy].flatMap((change) => change ?? [])];
}

const FunctionName = "pay";

/** Deploys after which more is made than the kinds' own specimens need. */
const OTHERS: Record<string, Deploy> = {
  "everything at once": { before: [deployFirst], spoil: [deploySecond], scope: ALL_KINDS_SCOPE },
  "a deleted layer version": {
    before: [
      async (account) => {
        const layer = { LayerName: "tools", Content: { ZipFile: zip("a layer") } };
        const { LayerVersionArn } = await account.aws("lambda", "PublishLayerVersion", layer);
        await createFunction(account, FunctionName, "v1", { Layers: [LayerVersionArn] });
      },
    ],
    spoil: [
      async (account) => {
        const { Layers } = await account.aws("lambda", "GetFunctionConfiguration", { FunctionName });
        await configure(account, FunctionName, { Layers: [] });
        const VersionNumber = Number(Layers[0]?.Arn.split(":").at(-1));
        await account.aws("lambda", "DeleteLayerVersion", { LayerName: "tools", VersionNumber });
      },
    ],
  },
  "a removed configuration for code signing": {
    before: [
      (account) => createFunction(account, FunctionName, "v1"),
      async (account) => {
        const publishers = {
          SigningProfileVersionArns: ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/own"],
        };
        const created = await account.aws("lambda", "CreateCodeSigningConfig", { AllowedPublishers: publishers });
        const { CodeSigningConfigArn } = created.CodeSigningConfig;
        await account.aws("lambda", "PutFunctionCodeSigningConfig", { FunctionName, CodeSigningConfigArn });
      },
    ],
    spoil: [(account) => account.aws("lambda", "DeleteFunctionCodeSigningConfig", { FunctionName }).then(() => {})],
  },
  "removed provisioned concurrency": {
    before: [
      (account) => createFunction(account, FunctionName, "v1"),
      async (account) => {
        await account.aws("lambda", "PublishVersion", { FunctionName });
        await account.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
        const provisioned = { FunctionName, Qualifier: "live", ProvisionedConcurrentExecutions: 2 };
        await account.aws("lambda", "PutProvisionedConcurrencyConfig", provisioned);
      },
    ],
    spoil: [
      async (account) => {
        await account.aws("lambda", "DeleteProvisionedConcurrencyConfig", { FunctionName, Qualifier: "live" });
      },
    ],
  },
  "a deleted version": {
    before: [
      (account) => createFunction(account, FunctionName, "v1"),
      async (account) => {
        await account.aws("lambda", "PublishVersion", { FunctionName });
        await account.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
      },
      (account) => updateCode(account, FunctionName, "v2"),
    ],
    spoil: [
      async (account) => {
        const { FunctionVersion: Qualifier } = await account.aws("lambda", "GetAlias", { FunctionName, Name: "live" });
        const { Version } = await account.aws("lambda", "PublishVersion", { FunctionName });
        await account.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", FunctionVersion: Version });
        await account.aws("lambda", "DeleteFunction", { FunctionName, Qualifier });
      },
    ],
  },
};

const SCOPE = { functions: ["pay*"], stacks: ["shop"] };

/** Deploys that together take every mutation to roll back. */
export const DEPLOYS: readonly (readonly [string, Deploy])[] = [
  ...KIND_NAMES.flatMap((kind) =>
    Object.entries(deploysOf(SPECIMENS[kind])).map(([how, deploy]) => [`${kind}, ${how}`, deploy] as const),
  ),
  ...Object.entries(OTHERS),
];

/** Its gateway finds by itself whether it has begun: each event of the stack has the token. */
const KNOWN_BY_ITS_TOKEN = "cloudformation ExecuteChangeSet";

/** How the answers of one rollback are spoiled: by its name, and always or only until the SDK gives up. */
export type Spoiling = readonly [answer: keyof typeof UNCLEAR_ANSWERS, always: boolean];

export const SPOILINGS: readonly Spoiling[] = Object.entries(UNCLEAR_ANSWERS).flatMap(([name, { isRepeated }]) =>
  (isRepeated ? [true, false] : [true]).map((always): Spoiling => [name, always]),
);

/**
 * Rolls a deploy back once for each way to spoil the answers of every mutation: each time everything is back, nothing is made
 * twice, and the log says what became of each call. Returns the calls whose answers were spoiled, as `service operation`.
 */
export async function rollBackSpoiled(
  t: Test,
  deploy: Deploy,
  spoilings: readonly Spoiling[],
): Promise<ReadonlySet<string>> {
  const w = await worldOf(t, {}, { STEPBACK_STAGING_BUCKET: STAGING });
  shortenPauses(t);
  await w.aws("s3", "CreateBucket", { Bucket: STAGING });
  await inOrder(w, deploy.before);
  const { id } = await openDeployment(w, deploy.scope ?? SCOPE);
  await inOrder(w, deploy.spoil);
  t.match(await finishDeployment(w, id), { status: "Completed" });
  await isRolledBack(t, w, { id, about: "with clear answers" });
  const back = await pictureOf(w);
  const seen = new Set<string>();
  for (const [name, always] of spoilings) {
    const about = `${name}, ${always ? "always" : "until the SDK gives up"}`;
    await inOrder(w, deploy.spoil);
    await forgetUploads(w);
    const answer = UNCLEAR_ANSWERS[name];
    if (!answer) throw new Error(`there is no answer ${name}`);
    const spoiled = spoilAnswers(w.sandbox.faults, answer, always);
    const said = await isRolledBack(t, w, { id, about });
    w.sandbox.faults.off();
    t.same(await pictureOf(w), back, `${about}: live is as with clear answers`);
    // Half of nothing is nothing: many answers have no body, and are clear.
    const isClear = (call: string) => answer.answer === null || call === KNOWN_BY_ITS_TOKEN;
    const unsaid = [...spoiled].filter((call) => !said.has(call) && !isClear(call));
    t.same(unsaid, [], `${about}: the log says what became of each call`);
    for (const call of spoiled) seen.add(call);
  }
  return seen;
}

async function inOrder(w: TestAccount, changes: readonly Change[]): Promise<void> {
  for (const change of changes) await change(w);
}

/** What was uploaded once is found the next time. */
async function forgetUploads(w: TestAccount): Promise<void> {
  const { Versions = [] } = await w.aws("s3", "ListObjectVersions", { Bucket: STAGING });
  for (const { Key } of Versions) await w.aws("s3", "DeleteObject", { Bucket: STAGING, Key });
}

interface Rolled {
  readonly id: string;
  readonly about: string;
}

/** Rolls everything back, and returns the calls of whose unreadable answers the log says what became. */
async function isRolledBack(t: Test, w: TestAccount, { id, about }: Rolled): Promise<ReadonlySet<string>> {
  w.sandbox.calls.clear();
  const request = { deployment: id, components: "all", allowDestructive: true, onConflict: "restore" };
  const opened = await w.api("POST", "/v1/rollbacks", request);
  const rollback = await ended(w, `/v1/rollbacks/${opened.body.id}`);
  t.match(rollback, { status: "Completed", result: { failed: 0, skipped: 0 } }, about);
  t.same(doubled(w.sandbox.calls.mutations()), [], `${about}: nothing is made twice`);
  const lines = await explained(w, opened.body.id);
  return new Set(lines.map((line) => line.split(" ").slice(3, 5).join(" ")));
}

/** The lines of a rollback's log that say what became of a call. */
export async function explained(w: TestAccount, id: string): Promise<string[]> {
  const ofLevel = async (level: string) =>
    (await w.api("GET", `/v1/rollbacks/${id}/logs?limit=200&level=${level}`)).body.items;
  const lines = [...(await ofLevel("warn")), ...(await ofLevel("info"))];
  return lines.map(({ message }) => message).filter((message) => message.includes("could not be read; it had"));
}

/** Calls that make one more thing each time that they take effect. */
const MAKES = /^(Create|Add|Execute|PublishLayer)/;

function doubled(mutations: readonly CallRecord[]): string[] {
  const made = mutations
    .filter(({ operation, performed }) => performed && MAKES.test(operation))
    .map(({ operation, input }) => `${operation} ${JSON.stringify(input)}`);
  return made.filter((key, index) => made.indexOf(key) !== index);
}

async function pictureOf(w: TestAccount): Promise<object> {
  const { StackSummaries } = await w.aws("cloudformation", "ListStacks");
  const live = StackSummaries.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE");
  const templates = live.map(async ({ StackName }) => [
    StackName,
    (await w.aws("cloudformation", "GetTemplate", { StackName })).TemplateBody,
  ]);
  const { EventSourceMappings } = await w.aws("lambda", "ListEventSourceMappings");
  const triggers = EventSourceMappings.map(
    ({ UUID: _, EventSourceMappingArn: __, LastModified: ___, ...settings }) => settings,
  );
  return { functions: await fingerprintOf(w), templates: await Promise.all(templates), triggers };
}
