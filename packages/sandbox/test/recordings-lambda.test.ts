import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { type Recording, Stage } from "./replays/lambda/replay.ts";
import { findReplay, reasonToLeaveOut } from "./replays/lambda/table.ts";

const RECORDINGS = "../shared/aws-recordings/test_lambda_api.json";

type RecordedTests = Readonly<Record<string, { readonly "recorded-content": Recording }>>;

const isThere = existsSync(RECORDINGS);

t.test("responds as AWS did in the recordings", { skip: isThere ? false : `${RECORDINGS} is missing` }, async (t) => {
  const recorded = JSON.parse(readFileSync(RECORDINGS, "utf8")) as RecordedTests;
  const count = { matched: 0, leftOut: 0, compared: 0, equal: 0 };
  for (const [key, { "recorded-content": recording }] of Object.entries(recorded)) {
    const name = key.slice(key.indexOf("::") + 2);
    const replay = findReplay(name);
    if (!replay) {
      count.leftOut += 1;
      const reason = reasonToLeaveOut(name);
      t.ok(reason, `left out: ${name}: ${reason}`);
      continue;
    }
    const answers = Object.keys(recording).length;
    count.compared += answers;
    await t.test(`matched: ${name}`, async (t) => {
      const stage = await Stage.open(t, recording);
      await replay(stage);
      t.same(stage.differences, []);
      t.same(stage.unseen(), [], "every recorded step was repeated");
      if (!t.passing()) return;
      count.matched += 1;
      count.equal += answers;
    });
  }
  const { leftOut, compared, equal } = count;
  const row = `| \`test_lambda_api\` | ${Object.keys(recorded).length} | ${leftOut} | ${compared} | ${equal} |`;
  t.comment(row);
  t.match(readFileSync("packages/sandbox/BEHAVIOUR.md", "utf8"), row, "BEHAVIOUR.md has this count");
});
