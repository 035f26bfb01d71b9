import type { Sandbox } from "#sandbox/sandbox";
import type { Account, Api } from "../support/answers.ts";
import { fingerprintOf, until } from "../support/test-account.ts";
import { effectsOf } from "./account-calls.ts";

/** The activities in the recorded database, by their ids. */
export interface Recorded {
  /** In milliseconds since the epoch. */
  readonly killedAt: number;
  /** Everything was deployed, badly. */
  readonly deployment: string;
  /** Its backup was taken, and nobody has reported its end. */
  readonly open: string;
  readonly completed: string;
  /** Killed between the intent of an action and its call. */
  readonly beforeCall: string;
  /** Killed between a call's effect and its answer. */
  readonly afterCall: string;
  /** Killed while it was being planned. */
  readonly queued: string;
  readonly draft: string;
}

/** The activities that had not ended when the earlier version was killed. */
const UNFINISHED = ["open", "beforeCall", "afterCall", "queued", "draft"] as const;

/** The result of finishing everything, without times and digests: two versions that behave alike have equal results. */
export interface Outcome {
  readonly activities: Readonly<Record<(typeof UNFINISHED)[number], object>>;
  readonly effects: readonly string[];
  readonly account: object;
}

/** Waits for the killed jobs, reports the end of the open deployment, plans the draft again and runs it. */
export async function goOn(api: Api, recorded: Recorded, sandbox: Sandbox, account: Account): Promise<Outcome> {
  for (const id of [recorded.beforeCall, recorded.afterCall, recorded.queued]) await ended(api, `/v1/rollbacks/${id}`);
  await api("POST", `/v1/deployments/${recorded.open}/finish`, { outcome: "succeeded" });
  await ended(api, `/v1/deployments/${recorded.open}`);
  const draft = `/v1/rollbacks/${recorded.draft}`;
  await api("POST", `${draft}/plan`);
  const { digest } = await api("GET", `${draft}/plan?wait=30`);
  await api("POST", `${draft}/run`, { planDigest: digest });
  await ended(api, draft);
  return {
    activities: await activitiesOf(api, recorded),
    effects: effectsOf(sandbox.calls.mutations()),
    account: await accountOf(account),
  };
}

async function ended(api: Api, path: string): Promise<void> {
  await until(async () => ["Completed", "Exception"].includes((await api("GET", `${path}?wait=30`)).status), 120_000);
}

async function activitiesOf(api: Api, recorded: Recorded): Promise<Outcome["activities"]> {
  const outcomes = UNFINISHED.map(async (name) => {
    const path = `/v1/${name === "open" ? "deployments" : "rollbacks"}/${recorded[name]}`;
    const { status, error, altered, result } = await api("GET", path);
    const { items } = await api("GET", `${path}/components?limit=200`);
    const rows = items.map(({ startedAt: _from, finishedAt: _to, ...row }) => row);
    return [name, { status, error, altered, result, rows }];
  });
  // Through JSON, as the recorded outcome: members that are undefined are left out.
  return JSON.parse(JSON.stringify(Object.fromEntries(await Promise.all(outcomes))));
}

/** Functions, triggers and the template of the stack, as AWS returns them. */
async function accountOf(account: Account): Promise<object> {
  const { EventSourceMappings } = await account.aws("lambda", "ListEventSourceMappings");
  const triggers = EventSourceMappings.map(({ LastModified: _time, ...rest }) => rest);
  const { TemplateBody } = await account.aws("cloudformation", "GetTemplate", { StackName: "shop" });
  return JSON.parse(JSON.stringify({ functions: await fingerprintOf(account), triggers, template: TemplateBody }));
}
