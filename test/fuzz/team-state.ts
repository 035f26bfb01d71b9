import type { Account } from "../support/answers.ts";
import { tarOf } from "../support/archives.ts";
import { createFunction, deployStack, firstOf, updateCode, zip } from "../support/test-account.ts";
import type { Ask } from "./ask.ts";
import type { Tenant } from "./logins.ts";

/** What is asked, and the account that the deploys change. */
export interface Stand {
  readonly ask: Ask;
  readonly account: Account;
}

const topicStack = (says: string) => ({
  Resources: { Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: says } } },
});

/** Creates what a team has in the account. */
export async function createTeam({ account }: Stand, tenant: Tenant): Promise<void> {
  for (const name of ["pay", "cart", "none"])
    await createFunction(account, `${tenant}-${name}`, "one", {
      Environment: { Variables: { KEY: `${tenant}-secret` } },
    });
  for (const name of ["api", "jobs"]) await deployStack(account, `${tenant}-${name}`, topicStack(`${tenant}-one`));
}

/** Activities in every status, of every way to get there. */
export async function playTeam(stand: Stand, tenant: Tenant): Promise<void> {
  const { ask } = stand;
  await storePackage(stand, tenant, "1");
  const first = await deploy(stand, tenant, "1");
  const picked = [`lambda-code:${tenant}-pay`];
  const part = await restore(stand, { deployment: first, components: picked, reason: `${tenant}-reason` });
  await restore(stand, { rollback: part, components: "all" });
  await deploy(stand, tenant, "2", "failed");
  // Ends in Exception: the second deploy has changed the same components since.
  await restore(stand, { deployment: first, components: "all" });
  await deploy(stand, tenant, "3");
  const { body: cancelled } = await ask(
    "POST",
    "/v1/deployments",
    opening(tenant, "9", { stacks: [`${tenant}-none`] }),
  );
  await ask("POST", `/v1/deployments/${cancelled.id}/cancel`);
  await ended(stand, `/v1/deployments/${cancelled.id}`);
  await ask("POST", `/v1/deployments/${first}/drill`);
}

/** What requests use up: an open deployment, a planned draft, one without a plan, and a rollback whose command is awaited. */
export async function openForTeam(stand: Stand, tenant: Tenant, round: string): Promise<string> {
  const { ask } = stand;
  const { body: open } = await ask("POST", "/v1/deployments", opening(tenant, round, { stacks: [`${tenant}-open`] }));
  if (open.id === undefined) throw new Error(JSON.stringify(open));
  await ask("GET", `/v1/deployments/${open.id}?wait=30`);
  const { body: done } = await ask("GET", `/v1/deployments?application=${tenant}&status=Completed&limit=1`);
  const deployment = done.items[0]?.id;
  await ask("POST", "/v1/rollbacks", { deployment, components: [], run: false });
  const { body: draft } = await ask("POST", "/v1/rollbacks", { deployment, components: "all", run: false });
  await ask("POST", `/v1/rollbacks/${draft.id}/plan`);
  await ask("GET", `/v1/rollbacks/${draft.id}/plan?wait=30`);
  await ask("POST", `/v1/applications/${tenant}/stages/prod/rollback`, { toBuild: "1", package: "api", run: true });
  return open.id;
}

export function opening(tenant: Tenant, build: string, scope: object): object {
  const texts = { reason: `${tenant}-reason`, ticket: `${tenant}-ticket` };
  return { application: tenant, stage: "prod", branch: "main", commit: `${tenant}-${build}`, build, scope, ...texts };
}

/** A deploy of a function and a stack, from its opening to its end. Returns the id of the deployment. */
async function deploy(stand: Stand, tenant: Tenant, build: string, outcome = "succeeded"): Promise<string> {
  const { ask, account } = stand;
  const scope = { functions: [`${tenant}-pay`, `${tenant}-cart`], stacks: [`${tenant}-api`] };
  const { status, body } = await ask("POST", "/v1/deployments", opening(tenant, build, scope));
  if (status !== 202) throw new Error(JSON.stringify(body));
  await ask("GET", `/v1/deployments/${body.id}?wait=30`);
  await updateCode(account, `${tenant}-pay`, `${tenant} build ${build}`);
  await updateCode(account, `${tenant}-cart`, `${tenant} build ${build}`);
  await deployStack(account, `${tenant}-api`, topicStack(`${tenant}-${build}`));
  await ask("POST", `/v1/deployments/${body.id}/finish`, { outcome, message: `${tenant}-message` });
  await ended(stand, `/v1/deployments/${body.id}`);
  return body.id;
}

async function restore(stand: Stand, request: object): Promise<string> {
  const { status, body } = await stand.ask("POST", "/v1/rollbacks", request);
  if (status !== 202) throw new Error(JSON.stringify(body));
  await ended(stand, `/v1/rollbacks/${body.id}`);
  return body.id;
}

/** Waits for the end of a job. */
export async function ended({ ask }: Pick<Stand, "ask">, url: string): Promise<void> {
  await firstOf(async () => {
    const { status } = (await ask("GET", `${url}?wait=30`)).body;
    return status === "Completed" || status === "Exception" ? true : undefined;
  }, 300_000);
}

async function storePackage({ ask }: Stand, tenant: Tenant, build: string): Promise<void> {
  const bytes = await tarOf({ "serverless-state.json": "{}", "code.zip": Buffer.from(zip(tenant)).toString("base64") });
  const url = `/v1/applications/${tenant}/stages/prod/builds/${build}/packages/api?commit=${tenant}-${build}`;
  const { status, body } = await ask("PUT", url, bytes);
  if (status !== 201) throw new Error(JSON.stringify(body));
}
