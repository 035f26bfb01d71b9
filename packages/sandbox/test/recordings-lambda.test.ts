import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { type Recording, Stage } from "./replays/lambda/replay.ts";
import { findReplay, reasonToLeaveOut } from "./replays/lambda/table.ts";

const RECORDINGS = "../shared/aws-recordings/test_lambda_api.json";

type RecordedTests = Readonly<Record<string, { readonly "recorded-content": Recording }>>;

const isThere = existsSync(RECORDINGS);

t.test("responds as AWS did in the recordings", { skip: isThere ? false : `${RECORDINGS} is missing` }, async (t) => {
  const recorded = JSON.parse(readFileSync(RECORDINGS, "utf8")) as RecordedTests;
  let matched = 0;
  let leftOut = 0;
  for (const [key, { "recorded-content": recording }] of Object.entries(recorded)) {
    const name = key.slice(key.indexOf("::") + 2);
    const replay = findReplay(name);
    if (!replay) {
      leftOut += 1;
      const reason = reasonToLeaveOut(name);
      t.ok(reason, `left out: ${name}: ${reason}`);
      continue;
    }
    await t.test(`matched: ${name}`, async (t) => {
      const stage = await Stage.open(t, recording);
      await replay(stage);
      t.same(stage.differences, []);
      t.same(stage.unseen(), [], "every recorded step was repeated");
      if (t.passing()) matched += 1;
    });
  }
  t.comment(`${matched} recordings matched, ${leftOut} left out, of ${Object.keys(recorded).length}`);
});
