import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { isReadCall } from "#src/domain/read-calls";
import { ROOT } from "../support/root.ts";
import { DEPLOYS, rollBackSpoiled, SPOILINGS } from "../support/unclear-rollbacks.ts";

const seen = new Set<string>();

t.test(
  `${DEPLOYS.length * SPOILINGS.length} rollbacks complete although no answer to a mutation can be read`,
  async (t) => {
    for (const [what, deploy] of DEPLOYS) {
      await t.test(what, async (t) => {
        for (const call of await rollBackSpoiled(t, deploy, SPOILINGS)) seen.add(call.split(" ")[1] ?? "");
      });
    }
  },
);

/** Only with somebody's consent. It has a token, and looks at the stack's status first: test/kinds/blocking-status.test.ts. */
const NOT_HERE = ["ContinueUpdateRollback"];

t.test("and these take every call by which the product changes something", (t) => {
  t.same(
    [...seen].sort(),
    writesOf("src/aws").filter((call) => !NOT_HERE.includes(call)),
  );
  t.end();
});

function writesOf(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const sources = files.map((name) => readFileSync(join(ROOT, folder, name), "utf8")).join("\n");
  const calls = [...sources.matchAll(/new sdk\.(\w+)Command/g)].map(([, call = ""]) => call);
  return [...new Set(calls)].filter((call) => !isReadCall(call)).sort();
}
