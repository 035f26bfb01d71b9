import t, { type Test } from "tap";
import type { CallRecord } from "#sandbox/core/contract";
import { shortenPauses } from "../support/short-pauses.ts";
import {
  createFunction,
  ended,
  finishDeployment,
  openDeployment,
  type TestAccount,
  updateCode,
  worldOf,
} from "../support/test-account.ts";
import { UNCLEAR_ANSWERS } from "../support/unclear-answers.ts";
import { DEPLOYS, explained, rollBackSpoiled, SPOILINGS } from "../support/unclear-rollbacks.ts";

const FunctionName = "pay";

/** Of the three deploys of a kind (changed, added, deleted) one is here, in turn. */
const isInSample = (nth: number) => nth % 3 === Math.floor(nth / 3) % 3;

/** Each deploy of the sample meets one way to spoil answers; `npm run test:crash:all` tries all deploys and ways. */
for (const [nth, [what, deploy]] of DEPLOYS.entries()) {
  if (!isInSample(nth)) continue;
  t.test(`${what}: is rolled back although no answer to a mutation can be read`, async (t) => {
    const nthSpoiling = SPOILINGS[nth % SPOILINGS.length];
    t.ok((await rollBackSpoiled(t, deploy, nthSpoiling ? [nthSpoiling] : [])).size > 0);
  });
}

/** Code that a deployment spoiled. */
async function badCode(t: Test): Promise<{ w: TestAccount; request: object }> {
  const w = await worldOf(t);
  shortenPauses(t);
  await createFunction(w, FunctionName, "good");
  const { id } = await openDeployment(w, { functions: [FunctionName] });
  await updateCode(w, FunctionName, "bad");
  await finishDeployment(w, id);
  return { w, request: { deployment: id, components: "all" } };
}

async function codeOf(w: TestAccount): Promise<string | undefined> {
  return (await w.aws("lambda", "GetFunctionConfiguration", { FunctionName })).CodeSha256;
}

const updatingCode = ({ operation }: CallRecord) => operation === "UpdateFunctionCode";

for (const [name, { answer, isRepeated }] of Object.entries(UNCLEAR_ANSWERS)) {
  if (answer === null) continue;
  t.test(
    `${name} in AWS's place, without an effect: sent again; after the third time it fails by its code`,
    async (t) => {
      const { w, request } = await badCode(t);
      const bad = await codeOf(w);
      w.sandbox.faults.fail({ match: updatingCode, error: answer });
      const failing = (await w.api("POST", "/v1/rollbacks", request)).body;
      t.match(await ended(w, `/v1/rollbacks/${failing.id}`), { status: "Exception", result: { failed: 1 } });
      const [row] = (await w.api("GET", `/v1/rollbacks/${failing.id}/components`)).body.items;
      t.match(row, { status: "Failed", error: { code: /^AWS_(UNAVAILABLE|ANSWER_UNREADABLE|ANSWER_TOO_LARGE)$/ } });
      t.equal(await codeOf(w), bad);
      w.sandbox.faults.off();
      w.sandbox.faults.fail({ match: updatingCode, error: answer, times: isRepeated ? 8 : 1 });
      const passing = (await w.api("POST", "/v1/rollbacks", request)).body;
      t.match(await ended(w, `/v1/rollbacks/${passing.id}`), { status: "Completed", error: null });
      t.match(await explained(w, passing.id), [/UpdateFunctionCode could not be read; it had not taken full effect/]);
      t.not(await codeOf(w), bad);
    },
  );
}

t.test("what took effect is found at the final read, where nothing could be read in between", async (t) => {
  const { w, request } = await badCode(t);
  w.sandbox.faults.fail({ match: updatingCode, error: "reset", when: "after" });
  let hasTaken = false;
  const isLooking = (record: CallRecord) => {
    hasTaken ||= updatingCode(record);
    return hasTaken && record.operation === "GetFunctionConfiguration";
  };
  w.sandbox.faults.fail({ match: isLooking, error: "reset", times: 8 });
  const { id } = (await w.api("POST", "/v1/rollbacks", request)).body;
  t.match(await ended(w, `/v1/rollbacks/${id}`), { status: "Completed", error: null, result: { restored: 1 } });
});
