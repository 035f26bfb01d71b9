import { createHash } from "node:crypto";
import t, { type Test } from "tap";
import type { Spliced } from "#src/domain/template/splice/request";
import { splice } from "#src/domain/template/splice/splice";
import { ALL_CAPABILITIES, Stage } from "../../../../packages/sandbox/test/cloudformation/stage.ts";
import { zip } from "../../../support/test-account.ts";
import { caseOf, FIXTURES, isDeclared, whole } from "./case.ts";

/** Keys that the fixtures name in their bucket. */
const CODE_KEYS = [
  "serverless/shop/prod/1700000000000-2023-11-14T22:13:20.000Z/shop.zip",
  "0f1e2d3c4b5a69788796a5b4c3d2e1f0.zip",
];

t.test("a change set of the spliced text changes only the picked resource and the affected ones", async (t) => {
  for (const fixture of FIXTURES.filter(({ plays }) => plays)) {
    await t.test(fixture.name, async (t) => {
      const stage = await stageWithCode(t);
      const { current, backup, bad, ids } = caseOf({ ...fixture, text: withRealDigest(fixture.text) });
      t.match(await stage.create("shop", bad), { StackStatus: "CREATE_COMPLETE" });
      let seen = 0;
      for (const id of ids) {
        const result = splice({ current, backup, parts: whole(id) });
        if (result.outcome === "refused") continue;
        const changed = await changedBy(t, stage, { id, result });
        const undeclared = changed.filter((other) => !isDeclared(result, other));
        t.same(undeclared, [], `${id} changes ${changed.join(", ")}`);
        seen += changed.length > 0 ? 1 : 0;
      }
      t.ok(seen >= 2, `${seen} change sets have changes`);
    });
  }
});

async function stageWithCode(t: Test): Promise<Stage> {
  const stage = new Stage();
  t.teardown(() => stage.close());
  await stage.call("s3", "CreateBucket", { Bucket: "code" });
  for (const Key of CODE_KEYS) await stage.call("s3", "PutObject", { Bucket: "code", Key, Body: zip("code") });
  return stage;
}

async function changedBy(t: Test, stage: Stage, splicing: { id: string; result: Spliced }): Promise<string[]> {
  const { id, result } = splicing;
  const set = await stage.changeSet({
    StackName: "shop",
    ChangeSetName: `alone-${id.replace(/[^A-Za-z0-9]/g, "")}`,
    Capabilities: [...ALL_CAPABILITIES],
    template: result.template,
    Parameters: Object.entries(result.parameters).map(([ParameterKey, value]) =>
      value === null ? { ParameterKey, UsePreviousValue: true } : { ParameterKey, ParameterValue: value },
    ),
  });
  const isEmpty = /didn't contain changes|No updates/.test(set.StatusReason ?? "");
  t.ok(set.Status === "CREATE_COMPLETE" || isEmpty, `${id}: ${set.StatusReason ?? "made"}`);
  return (set.Changes ?? []).map(({ ResourceChange }) => String(ResourceChange?.LogicalResourceId));
}

/** A version is published only where the code has the digest that it names. */
function withRealDigest(text: string): string {
  const digest = createHash("sha256").update(zip("code")).digest("base64");
  return text.replace(/("CodeSha256":\s*)"[^"]*"/g, `$1"${digest}"`);
}
