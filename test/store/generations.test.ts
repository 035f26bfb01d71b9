import t from "tap";
import { NOW, tokenRow } from "./builders.ts";
import { fileIn, open } from "./open-store.ts";

const AT_HOME = { host: "home", pid: 11 };
const AWAY = { host: "away", pid: 12 };

t.test("each write of a service is refused once another one has taken over, and changes nothing", async (t) => {
  const file = fileIn(t);
  const [first, second] = [await open(t, file), await open(t, file)];
  t.same(await first.takeOver(AT_HOME, NOW), []);
  await first.insertToken("early", tokenRow("early"));
  await t.resolves(first.requireCurrent());
  t.same(await second.takeOver(AWAY, NOW), [{ number: 1, ...AT_HOME }], "it may still be at work");

  t.equal(first.fenced.aborted, false, "nobody has told it");
  await t.rejects(first.insertToken("late", tokenRow("late")), { code: "FENCED" });
  t.equal(first.fenced.aborted, true, "a refused write tells it");
  await t.rejects(first.ping(), { code: "FENCED" });
  await t.rejects(first.requireCurrent(), { code: "FENCED" });
  await t.rejects(first.claimJob(NOW, 1), { code: "FENCED" });
  t.match(await first.findToken("early"), { hash: "early" }, "it can still read");
  t.equal(await first.findToken("late"), null);
  await t.resolves(second.ping());
  t.equal(second.fenced.aborted, false);
});

t.test("a transaction that began before the takeover is committed before it, or refused after it", async (t) => {
  const file = fileIn(t);
  const [first, second] = [await open(t, file), await open(t, file)];
  await first.takeOver(AT_HOME, NOW);
  const insert = (hash: string) => first.insertToken(hash, tokenRow(hash));
  const writes = Array.from({ length: 40 }, (_, n) => insert(`token ${n}`));
  const outcomes = Promise.allSettled(writes);
  await second.takeOver(AWAY, NOW);
  const kept = await Promise.all(writes.map((_, n) => second.findToken(`token ${n}`)));
  const expected = (await outcomes).map(({ status }) => status === "fulfilled");
  t.same(
    kept.map((row) => row !== null),
    expected,
    "what the later service saw at its start is all that the earlier one ever wrote",
  );
});

t.test("a fenced service can still say that it has ended, and the next one hears it", async (t) => {
  const file = fileIn(t);
  const [first, second, third] = [await open(t, file), await open(t, file), await open(t, file)];
  await first.endOwnGeneration(NOW);
  await first.takeOver(AT_HOME, NOW);
  await second.takeOver(AWAY, NOW);
  t.same(await second.stillAtWork([1]), [{ number: 1, ...AT_HOME }]);
  await first.endOwnGeneration(NOW);
  t.same(await second.stillAtWork([1]), []);
  t.same(await third.takeOver(AT_HOME, NOW), [{ number: 2, ...AWAY }]);
  await t.rejects(second.endGenerations([3], NOW), { code: "FENCED" }, "nobody ends the one that is at work");
  await third.endGenerations([2], NOW);
  t.same(await third.stillAtWork([1, 2, 3]), [{ number: 3, ...AT_HOME }]);
});
