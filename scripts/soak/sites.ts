import type { Dice } from "../../test/corpus/dice.ts";
import type { Account } from "../../test/support/answers.ts";
import { configure, createFunction, deployStack, settled, updateCode } from "../../test/support/test-account.ts";

/** What one story deploys and rolls back, and nobody else touches: functions outside stacks, and a stack of topics. */
export interface Site {
  readonly name: string;
  readonly stack: string;
  /** Whether they exist changes from deploy to deploy, but for the first. */
  readonly functions: readonly string[];
}

/** Each component of a site as AWS has it, read past Stepback; null where it does not exist. */
export type Sight = Readonly<Record<string, string | null>>;

export function siteOf(index: number): Site {
  const name = `soak-${index}`;
  return { name, stack: `${name}-stack`, functions: [`${name}-fn-a`, `${name}-fn-b`, `${name}-fn-c`] };
}

const LOGICAL_IDS = ["Orders", "Refunds", "Returns"];

export async function createSite(account: Account, site: Site): Promise<void> {
  const [first = "", second = ""] = site.functions;
  for (const name of [first, second]) await createWithAlias(account, name, `${name} 0`);
  await deployStack(account, site.stack, templateOf(site, new Map(LOGICAL_IDS.map((id) => [id, `${id} 0`]))));
}

async function createWithAlias(account: Account, name: string, says: string): Promise<void> {
  await createFunction(account, name, says, { Description: says, Tags: { says } });
  const { Version } = await account.aws("lambda", "PublishVersion", { FunctionName: name });
  await account.aws("lambda", "CreateAlias", { FunctionName: name, Name: "live", FunctionVersion: Version });
}

function templateOf({ name }: Site, topics: ReadonlyMap<string, string>) {
  const resources = [...topics].map(([id, DisplayName]) => {
    const Properties = { TopicName: `${name}-${id}`, DisplayName };
    return [id, { Type: "AWS::SNS::Topic", Properties }] as const;
  });
  return { Resources: Object.fromEntries(resources) };
}

/** Deploys what the dice say: at least one change, of code, settings, aliases, topics, or of what exists. */
export async function deployTo(account: Account, site: Site, dice: Dice): Promise<void> {
  const says = dice.word();
  const [, ...coming] = site.functions;
  for (const name of site.functions) {
    const exists = await isThere(account, name);
    if (!exists) {
      if (dice.chance(0.5)) await createWithAlias(account, name, says);
    } else if (coming.includes(name) && dice.chance(0.15)) {
      await account.aws("lambda", "DeleteFunction", { FunctionName: name });
    } else {
      await changeFunction(account, name, { says, dice });
    }
  }
  await changeStack(account, site, { says, dice });
}

async function isThere(account: Account, FunctionName: string, alias?: string): Promise<boolean> {
  const asked = { FunctionName, ...(alias === undefined ? {} : { Qualifier: alias }) };
  return account.aws("lambda", "GetFunction", asked).then(
    () => true,
    () => false,
  );
}

interface Change {
  readonly says: string;
  readonly dice: Dice;
}

async function changeFunction(account: Account, name: string, { says, dice }: Change): Promise<void> {
  const FunctionName = name;
  if (dice.chance(0.6)) await updateCode(account, name, says);
  if (dice.chance(0.5))
    await configure(account, name, { Description: says, Environment: { Variables: { SAYS: says } } });
  if (dice.chance(0.4)) {
    const { Version } = await account.aws("lambda", "PublishVersion", { FunctionName });
    const alias = { FunctionName, Name: "live", FunctionVersion: Version };
    const hasAlias = await isThere(account, FunctionName, "live");
    await account.aws("lambda", hasAlias ? "UpdateAlias" : "CreateAlias", alias);
  }
  if (dice.chance(0.3)) {
    const { Configuration } = await account.aws("lambda", "GetFunction", { FunctionName });
    await account.aws("lambda", "TagResource", { Resource: Configuration.FunctionArn, Tags: { says } });
  }
  if (dice.chance(0.3)) {
    await account.aws("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: dice.int(20) });
  }
  await settled(account, name);
}

async function changeStack(account: Account, site: Site, { says, dice }: Change): Promise<void> {
  const topics = new Map([["Orders", `Orders ${says}`]]);
  for (const id of LOGICAL_IDS.slice(1)) if (dice.chance(0.7)) topics.set(id, `${id} ${dice.chance(0.5) ? says : "0"}`);
  await deployStack(account, site.stack, templateOf(site, topics));
}

export async function lookAt(account: Account, site: Site): Promise<Sight> {
  const sight: Record<string, string | null> = {};
  for (const name of site.functions) Object.assign(sight, await lookAtFunction(account, name));
  const { TemplateBody } = await account.aws("cloudformation", "GetTemplate", { StackName: site.stack });
  const { Resources } = JSON.parse(TemplateBody) as { Resources: Record<string, unknown> };
  for (const id of LOGICAL_IDS)
    sight[`stack-resource:${site.stack}/${id}`] = id in Resources ? JSON.stringify(Resources[id]) : null;
  return sight;
}

async function lookAtFunction(account: Account, FunctionName: string): Promise<Record<string, string | null>> {
  const kinds = ["code", "config", "tags", "concurrency"];
  const absent = Object.fromEntries(kinds.map((kind) => [`lambda-${kind}:${FunctionName}`, null]));
  const alias = `lambda-alias:${FunctionName}:live`;
  if (!(await isThere(account, FunctionName))) return { ...absent, [alias]: null };
  const { Configuration, Tags, Concurrency } = await account.aws("lambda", "GetFunction", { FunctionName });
  // AWS keeps an empty set of variables where there were some: no variables either way.
  const settings = ({ Description, Environment, MemorySize, Timeout }: typeof Configuration) =>
    JSON.stringify([Description, Environment?.Variables ?? {}, MemorySize, Timeout]);
  // A rollback that failed between the two may have left the function without its alias.
  const live = await account.aws("lambda", "GetFunctionConfiguration", { FunctionName, Qualifier: "live" }).then(
    (found) => `${found.CodeSha256} ${settings(found)}`,
    () => null,
  );
  return {
    [`lambda-code:${FunctionName}`]: Configuration.CodeSha256,
    [`lambda-config:${FunctionName}`]: settings(Configuration),
    [`lambda-tags:${FunctionName}`]: JSON.stringify(Tags ?? {}),
    [`lambda-concurrency:${FunctionName}`]: JSON.stringify(Concurrency ?? null),
    [alias]: live,
  };
}
