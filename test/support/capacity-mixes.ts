import type { Test } from "tap";
import type { Rollback } from "#client/api-types";
import type { Reply } from "./answers.ts";
import { fc } from "./seeded.ts";
import {
  createFunction,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  updateCode,
  worldOf,
} from "./test-account.ts";

export const scope = { functions: ["shop-*"] };

export async function reserve(w: TestAccount, FunctionName: string, amount: number | null): Promise<void> {
  if (amount === null) await w.aws("lambda", "DeleteFunctionConcurrency", { FunctionName });
  else await w.aws("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: amount });
}

export async function provision(w: TestAccount, name: string, amount: number | null): Promise<void> {
  const [FunctionName = "", Qualifier = ""] = name.split(":");
  const at = { FunctionName, Qualifier };
  if (amount === null) await w.aws("lambda", "DeleteProvisionedConcurrencyConfig", at);
  else await w.aws("lambda", "PutProvisionedConcurrencyConfig", { ...at, ProvisionedConcurrentExecutions: amount });
}

/** A function with two versions, and an alias for each. */
export async function withAliases(w: TestAccount, FunctionName: string): Promise<void> {
  await createFunction(w, FunctionName, "v1");
  await w.aws("lambda", "PublishVersion", { FunctionName });
  await updateCode(w, FunctionName, "v2");
  await w.aws("lambda", "PublishVersion", { FunctionName });
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "beta", FunctionVersion: "2" });
}

/** Runs `deploy` inside a deployment, and rolls all of it back. */
export async function rolledBack(
  w: TestAccount,
  deploy: () => Promise<unknown>,
  more: { picked?: readonly string[]; scope?: object; onError?: string } = {},
): Promise<Reply<Rollback>> {
  const { picked = "all", scope: wide = scope, ...options } = more;
  const deployment = await openDeployment(w, wide);
  if (deployment.status !== "In Progress") throw new Error(`the backup: ${JSON.stringify(deployment)}`);
  await deploy();
  await finishDeployment(w, deployment.id);
  w.sandbox.calls.clear();
  return rollBack(w, deployment.id, picked, options);
}

/** Mutations that AWS refused. */
export const refused = (w: TestAccount) =>
  w.sandbox.calls
    .all()
    .filter(({ mutation, outcome }) => mutation && outcome === "error")
    .map(({ operation, errorCode }) => `${operation} ${errorCode}`);

/** What one function has: values near the limits of an account with 400 executions. */
interface Mix {
  readonly reserved: number | null;
  readonly provisioned: readonly (number | null)[];
  readonly weight: number | null;
  readonly tags: string;
  readonly policy: string;
}

const NAMES = ["shop-a", "shop-b", "shop-c"];
const LIMIT = 400;

const mix: fc.Arbitrary<Mix> = fc.record({
  reserved: fc.constantFrom(null, 0, 40, 150, 250),
  provisioned: fc.tuple(fc.constantFrom(null, 20, 100), fc.constantFrom(null, null, 40)),
  weight: fc.constantFrom(null, null, 0.2),
  tags: fc.constantFrom("x", "y"),
  policy: fc.constantFrom("", "p", "q"),
});

const total = ({ provisioned }: Mix) => provisioned.reduce<number>((sum, amount) => sum + (amount ?? 0), 0);
const isAllowed = (mixes: readonly Mix[]) =>
  mixes.every((one) => one.reserved === null || total(one) <= one.reserved) &&
  mixes.reduce((sum, one) => sum + (one.reserved ?? total(one)), 0) <= LIMIT - 100;

/** As a careful owner would: everything away, then everything again. */
async function putMixes(w: TestAccount, mixes: readonly Mix[]): Promise<void> {
  for (const FunctionName of NAMES) {
    const route = { FunctionName, Name: "live", RoutingConfig: { AdditionalVersionWeights: {} } };
    await w.aws("lambda", "UpdateAlias", route);
    for (const alias of ["live", "beta"]) await provision(w, `${FunctionName}:${alias}`, null);
    await reserve(w, FunctionName, null);
    await clearTagsAndPolicy(w, FunctionName);
  }
  for (const [index, one] of mixes.entries()) await putMix(w, NAMES[index] ?? "", one);
}

async function clearTagsAndPolicy(w: TestAccount, FunctionName: string): Promise<void> {
  const Resource = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
  const TagKeys = Object.keys((await w.aws("lambda", "ListTags", { Resource })).Tags ?? {});
  if (TagKeys.length > 0) await w.aws("lambda", "UntagResource", { Resource, TagKeys });
  const policy = await w.aws("lambda", "GetPolicy", { FunctionName }).catch(() => null);
  for (const { Sid } of policy ? (JSON.parse(policy.Policy).Statement as { Sid: string }[]) : [])
    await w.aws("lambda", "RemovePermission", { FunctionName, StatementId: Sid });
}

async function putMix(w: TestAccount, FunctionName: string, one: Mix): Promise<void> {
  const Resource = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
  if (one.reserved !== null) await reserve(w, FunctionName, one.reserved);
  for (const [index, alias] of ["live", "beta"].entries())
    await provision(w, `${FunctionName}:${alias}`, one.provisioned[index] ?? null);
  if (one.weight !== null) {
    const AdditionalVersionWeights = { 2: one.weight };
    await w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", RoutingConfig: { AdditionalVersionWeights } });
  }
  const keys = Array.from({ length: 30 }, (_, index) => [`${one.tags}${index}`, "v"]);
  await w.aws("lambda", "TagResource", { Resource, Tags: Object.fromEntries(keys) });
  for (let index = 0; one.policy && index < 6; index += 1)
    await w.aws("lambda", "AddPermission", {
      ...{
        FunctionName,
        StatementId: `${one.policy}${index}`.padEnd(100, one.policy),
        Action: "lambda:InvokeFunction",
      },
      ...{ Principal: "sns.amazonaws.com", SourceArn: `arn:aws:sns:us-east-1:000000000000:${"t".repeat(1700)}` },
    });
}

/**
 * Rolls `count` random mixes near their limits back to others: where the goal fits, nothing is refused on the way. A seed
 * of their own, so that more of them contain fewer.
 */
export async function rollBackMixes(t: Test, count: number): Promise<void> {
  const w = await worldOf(t, { accountConcurrency: LIMIT });
  for (const name of NAMES) await withAliases(w, name);
  const sides = fc.array(mix, { minLength: NAMES.length, maxLength: NAMES.length }).filter(isAllowed);
  const pairs = fc.sample(fc.tuple(sides, sides), { numRuns: count, seed: 7 });
  for (const [before, deployed] of pairs) {
    await putMixes(w, before);
    const rollback = await rolledBack(w, () => putMixes(w, deployed));
    const what = `${JSON.stringify(deployed)} back to ${JSON.stringify(before)}`;
    t.equal(rollback.status, "Completed", `${what}: ${JSON.stringify(rollback)}`);
    t.same(refused(w), [], what);
  }
}
