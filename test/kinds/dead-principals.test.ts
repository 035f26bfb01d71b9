import t from "tap";
import { AwsError } from "#sandbox/core/contract";
import { statementChanges } from "#src/kinds/lambda/policy-statements";
import {
  createFunction,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

const FunctionName = "shop-pay";
const ROLE = "arn:aws:iam::000000000000:role/caller";
const allow = (Principal: object | string) => ({ Effect: "Allow", Action: "lambda:InvokeFunction", Principal });
const [NAMED, DEAD, PUBLIC] = [allow({ AWS: ROLE }), allow({ AWS: "AROAEXAMPLEEXAMPLE" }), allow("*")];

t.test("a statement whose role was deleted is left alone, and everything else is compared", async (t) => {
  const said = (wanted: object, live: object) => {
    const { adding, removing, dead } = statementChanges(wanted as never, live as never);
    return { adding, removing, dead };
  };
  const none = { adding: [], removing: [], dead: [] };
  t.same(said({ a: NAMED }, { a: NAMED }), none);
  t.same(said({ a: DEAD }, { a: DEAD }), none);
  t.same(said({ a: NAMED }, { a: DEAD }), { ...none, dead: ["a"] }, "the role was deleted since");
  t.same(said({ a: DEAD }, {}), { ...none, dead: ["a"] }, "a dead statement lets nobody in");
  t.same(said({ a: NAMED }, { a: DEAD, b: PUBLIC }), { adding: [], removing: ["b"], dead: ["a"] });
  t.same(said({ a: DEAD }, { a: PUBLIC }), { adding: [], removing: ["a"], dead: ["a"] }, "what lets someone in goes");
  t.same(said({ a: PUBLIC }, { a: DEAD }), { adding: ["a"], removing: ["a"], dead: [] });
  t.same(said({}, { a: DEAD }), { adding: [], removing: ["a"], dead: [] });
  const other = { ...DEAD, Action: "lambda:GetFunction" };
  t.same(
    said({ a: NAMED }, { a: other }),
    { adding: ["a"], removing: ["a"], dead: [] },
    "more than the principal differs",
  );
});

const permit = (w: TestAccount, StatementId: string, Principal: string) =>
  w.aws("lambda", "AddPermission", { FunctionName, StatementId, Action: "lambda:InvokeFunction", Principal });

async function sidsOf(w: TestAccount): Promise<string[]> {
  const { Policy } = await w.aws("lambda", "GetPolicy", { FunctionName });
  return JSON.parse(Policy)
    .Statement.map(({ Sid }: { Sid: string }) => Sid)
    .sort();
}

const invalid = new AwsError(
  "InvalidParameterValueException",
  "The provided principal was invalid. Please check it.",
  400,
);

t.test("a principal that is seconds old is waited for", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "good");
  await permit(w, "caller", ROLE);
  const { id } = await openDeployment(w, { functions: ["shop-*"] });
  await w.aws("lambda", "RemovePermission", { FunctionName, StatementId: "caller" });
  await permit(w, "open", "*");
  await finishDeployment(w, id);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "AddPermission", times: 2, error: invalid });
  t.match(await rollBack(w, id, "all"), { status: "Completed", result: { restored: 1 } });
  t.same(await sidsOf(w), ["caller"]);
});

t.test("a statement whose principal is gone fails by name, and the rest of the policy is restored", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "good");
  for (const sid of ["caller", "changed"]) await permit(w, sid, ROLE);
  await permit(w, "kept", "s3.amazonaws.com");
  const { id } = await openDeployment(w, { functions: ["shop-*"] });
  for (const sid of ["caller", "changed"])
    await w.aws("lambda", "RemovePermission", { FunctionName, StatementId: sid });
  await permit(w, "changed", "sns.amazonaws.com");
  await permit(w, "open", "*");
  await finishDeployment(w, id);
  const isGone = ({ input }: { input: Readonly<Record<string, unknown>> }) => input["Principal"] === ROLE;
  w.sandbox.faults.fail({ match: isGone, error: invalid });
  const rollback = await rollBack(w, id, "all");
  t.match(rollback, { status: "Exception", result: { failed: 1 } });
  const [row] = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body.items;
  t.match(row, { error: { code: "STATEMENT_LOST", detail: /caller, changed/ } });
  t.same(await sidsOf(w), ["changed", "kept"], "what let everybody in is gone, and nothing was lost on the way");
});
