import t, { type Test } from "tap";
import {
  configure,
  createFunction,
  finishDeployment,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
  updateCode,
} from "../support/test-account.ts";

const CODE = "lambda-code:shop-pay";
const scope = { functions: ["shop-*"] };

async function account(t: Test): Promise<TestAccount> {
  const made = await startTestAccount();
  t.teardown(() => made.close());
  return made;
}

async function deploy(w: TestAccount, build: string, change: () => Promise<void>): Promise<string> {
  const opened = await openDeployment(w, scope, { build });
  await change();
  return (await finishDeployment(w, opened.id)).id;
}

/** What a rollback's plan says of later deployments. */
async function overwritten(w: TestAccount, rollback: string): Promise<string[]> {
  const { steps } = (await w.api("GET", `/v1/rollbacks/${rollback}/plan`)).body;
  const details = steps.flatMap((step) => step.details);
  return details.filter(({ code }) => code === "OVERWRITES_LATER_DEPLOYMENT").map(({ detail }) => detail);
}

t.test("rolling back a build after a later one altered the same code names the later one, and runs", async (t) => {
  const w = await account(t);
  await createFunction(w, "shop-pay", "good");
  const first = await deploy(w, "b1", () => updateCode(w, "shop-pay", "bad"));
  const second = await deploy(w, "b2", () => updateCode(w, "shop-pay", "newer"));

  const back = await rollBack(w, first, [CODE]);
  t.match(back, { status: "Completed", result: { restored: 1 } });
  const [overwrites] = await overwritten(w, back.id);
  t.match(overwrites, new RegExp(`^${second} \\(build b2\\) altered ${CODE} later, recorded at 20..-.*Z;`));
  const { items } = (await w.api("GET", `/v1/rollbacks/${back.id}/logs?level=warn`)).body;
  t.ok(items.some(({ message }) => message.includes(`OVERWRITES_LATER_DEPLOYMENT: ${second} (build b2)`)));

  const again = await rollBack(w, second, [CODE]);
  t.same(await overwritten(w, again.id), [], "no deployment comes after the second");
});

t.test("a later build that left the component as it was, or was rolled back, is not named", async (t) => {
  const w = await account(t);
  await createFunction(w, "shop-pay", "good");
  const first = await deploy(w, "b1", () => updateCode(w, "shop-pay", "bad"));
  const second = await deploy(w, "b2", () => updateCode(w, "shop-pay", "newer"));
  await deploy(w, "b3", () => configure(w, "shop-pay", { Environment: { Variables: { MODE: "x" } } }));
  t.match(await rollBack(w, second, [CODE]), { status: "Completed" });
  const back = await rollBack(w, first, [CODE]);
  t.match(back, { status: "Completed", result: { restored: 1 } });
  t.same(await overwritten(w, back.id), []);
});
