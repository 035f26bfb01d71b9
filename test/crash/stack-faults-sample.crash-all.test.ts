import t from "tap";
import { createSample } from "../support/fault-walk/choice.ts";
import { WALK_FAULTS } from "../support/fault-walk/faults.ts";
import { SCENES } from "../support/fault-walk/scenes/all-scenes.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";
import { commandsOf } from "../support/sent-commands.ts";

/*
 * Faults at a sample of the calls of a backup, a record and a rollback of stacks. Every fault meets every call in the files
 * `stack-faults-….crash-all.test.ts`.
 */

const tally = new Tally();
const choose = createSample();

for (const scene of SCENES) {
  t.test(`${scene.name}: each job has a clear end, and a repetition completes`, (t) =>
    walkScene(t, scene, { choose, tally }),
  );
}

t.test("the sample has every fault and every operation", async (t) => {
  t.same([...tally.struck("fault")].sort(), WALK_FAULTS.map(({ name }) => name).sort());
  t.same([...tally.struck("call")].sort(), tally.operations);
  t.comment(tally.lines());
});

t.test("the scenes take every call of CloudFormation that the product sends, and those of S3 and STS", async (t) => {
  const sent = [
    ...commandsOf("src/aws/cloudformation"),
    ...commandsOf("src/aws/objects"),
    ...commandsOf("src/aws/identity"),
  ];
  t.same(
    [...new Set(sent)].filter((command) => !tally.operations.includes(command)),
    [],
  );
});
