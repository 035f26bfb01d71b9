import t from "tap";
import { type PlanStep, planDigest } from "#src/domain/plan/plan";
import { type CodePlace, type ObjectState, planCode } from "#src/domain/template/code-relocation";

const DIGEST = "d".repeat(64);
const place = (state: ObjectState, more: Partial<CodePlace> = {}): CodePlace => ({
  ...{ logicalId: "Pay", property: "Code", bucket: "b", key: "v1/pay.zip", version: null },
  ...{ digest: DIGEST, sizeBytes: 5, isBelow: false, state },
  ...more,
});
const STAGING = { bucket: "staging", region: "eu-west-1" };

/** The plan for one place: a move, the code of a refusal, or nothing. */
function outcome(state: ObjectState, more: Partial<CodePlace> = {}, staging: string | null = STAGING.bucket): string {
  const { moves, refusals } = planCode([place(state, more)], { ...STAGING, bucket: staging });
  return [...moves.map(({ key }) => `to ${key}`), ...refusals.map(({ code }) => code)].join() || "nothing";
}

t.test("a missing object is put back under its key, and where that is impossible its reference moves", async (t) => {
  const staged = `stepback/code/${DIGEST}.zip`;
  t.equal(outcome("same"), "nothing");
  t.equal(outcome("gone"), "nothing", "it is put back");
  t.equal(outcome("other"), `to ${staged}`);
  t.equal(outcome("denied"), `to ${staged}`);
  t.equal(outcome("gone", { version: "7" }), `to ${staged}`);
  t.equal(outcome("same", { version: "7" }), "nothing");
  t.equal(outcome("other", { key: "no-ending" }), `to stepback/code/${DIGEST}`);
  const own = { bucket: "staging", key: staged };
  t.equal(outcome("gone", own), "nothing", "the template of an earlier rollback names the place already");
  t.equal(outcome("denied", own), "nothing");
});

t.test("an object that cannot be restored is refused with the object, the cause and the way out", async (t) => {
  t.equal(outcome("other", {}, null), "STAGING_BUCKET_NEEDED");
  t.equal(outcome("gone", { version: "7" }, null), "STAGING_BUCKET_NEEDED");
  t.equal(outcome("gone", {}, null), "nothing", "putting back needs no bucket");
  t.equal(outcome("other", { isBelow: true }), "SPLICE_IMPOSSIBLE");
  t.equal(outcome("gone", { isBelow: true }), "nothing");
  for (const state of ["gone", "denied"] as const) t.equal(outcome(state, { digest: null }), "ARTIFACT_MISSING");
  const { refusals } = planCode([place("gone", { version: "7" })], { ...STAGING, bucket: null });
  t.match(
    refusals[0]?.detail,
    /^Pay needs v1\/pay.zip in the bucket b: its version 7 is gone, .*STEPBACK_STAGING_BUCKET.*direct/,
  );
});

t.test("the digest of a plan covers the moves of references", async (t) => {
  const [move] = planCode([place("other")], STAGING).moves;
  const step = (moves: object): PlanStep =>
    ({
      bridges: [],
      reasons: [],
      losses: [],
      goal: null,
      actions: [{ do: "splice-stack", name: "shop", ...moves }],
    }) as unknown as PlanStep;
  const digests = [{}, { moves: [move] }, { moves: [{ ...move, bucket: "another" }] }].map((moves) =>
    planDigest([step(moves)]),
  );
  t.equal(new Set(digests).size, 3);
});
