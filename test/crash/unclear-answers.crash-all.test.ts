import t from "tap";
import { isReadCall } from "#src/domain/read-calls";
import { commandsOf } from "../support/sent-commands.ts";
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
  return commandsOf(folder).filter((call) => !isReadCall(call));
}
