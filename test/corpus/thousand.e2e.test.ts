import t from "tap";
import { fc } from "../support/seeded.ts";
import { countsText, runCorpus } from "./corpus.ts";

const SEED = Number(fc.readConfigureGlobal().seed) + 1000;

t.test("every splice of a thousand generated templates is right or refused", async (t) => {
  const counts = runCorpus(1000, SEED);
  t.comment(countsText(counts));
  t.same(counts.wrong, []);
  t.same(counts.crashed, []);
  t.ok(counts.splices > 5000, "it is a corpus");
});
