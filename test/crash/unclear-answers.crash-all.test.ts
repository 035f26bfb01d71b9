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

/** Calls that these rollbacks do not make, and where they meet such answers. */
const NOT_HERE = [
  // Only with somebody's consent. It has a token, and looks at the stack's status first: test/kinds/blocking-status.test.ts.
  "ContinueUpdateRollback",
  // Only of a change set that will not run: the walk through faults at the calls of stacks, stack-faults-….
  "DeleteChangeSet",
  // Of the master key, which change nothing in AWS: test/jobs/kms-outages.test.ts.
  "Decrypt",
  "Encrypt",
];

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
