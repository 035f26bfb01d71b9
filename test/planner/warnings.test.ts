import t from "tap";
import { type CapturedComponent, type ComponentId, captured } from "#src/domain/component/component";
import type { JsonObject } from "#src/domain/json";
import type { LaterDeployment } from "#src/domain/plan/later-deployment";
import { type PlanCase, planFor } from "../support/plan-case.ts";

const CONFIG: ComponentId = "lambda-config:pay";
const STACK: ComponentId = "stack:shop";

function component(id: ComponentId, settings: JsonObject): CapturedComponent {
  const evidence = { status: "UPDATE_COMPLETE" };
  return captured(id, { settings, evidence, artifacts: [] }, { parent: null, physicalId: null });
}

const variables = (Environment: JsonObject) => component(CONFIG, { MemorySize: 128, Environment });

function stack(parameters: JsonObject, resources: JsonObject = {}): CapturedComponent {
  const template = JSON.stringify({ Resources: resources });
  const rest = { tags: {}, policy: null, terminationProtection: false, resources: {} };
  return component(STACK, { template, parameters, ...rest });
}

/** The case in which a deployment made `deployed` of `before`, and the component is as `live` says. */
function between(before: CapturedComponent, deployed: CapturedComponent, live = deployed): PlanCase {
  const sides = { before: new Map([[before.id, before]]), deployed: new Map([[before.id, deployed]]) };
  return { picked: [before.id], sources: sides, live: new Map([[live.id, live]]), exports: [] };
}

function reasonsOf(given: PlanCase, code: string, asked: Parameters<typeof planFor>[1] = {}): string[] {
  const { steps } = planFor(given, asked);
  return steps.flatMap(({ reasons }) => reasons.filter((reason) => reason.code === code).map(({ detail }) => detail));
}

t.test("every changed variable that is rolled back is named by its key, in one reason without its value", async (t) => {
  const before = variables({ DB_PASSWORD: "old-1", TABLE: "orders", MODE: "a", GONE: "g" });
  const after = variables({ DB_PASSWORD: "new-2", TABLE: "orders", MODE: "b", NEW: "n" });
  const given = between(before, after);
  t.same(reasonsOf(given, "VALUE_ROLLED_BACK"), ["DB_PASSWORD, MODE were changed by the deploy and are rolled back."]);
  t.notMatch(JSON.stringify(planFor(given).steps.map(({ reasons }) => reasons)), /old-1|new-2/);
  const one = between(variables({ DB_PASSWORD: "old-1" }), variables({ DB_PASSWORD: "new-2" }));
  t.same(reasonsOf(one, "VALUE_ROLLED_BACK"), ["DB_PASSWORD was changed by the deploy and is rolled back."]);
  t.same(reasonsOf(one, "VALUE_ROLLED_BACK", { undoes: "rbk_1" }), [
    "DB_PASSWORD was changed by the rollback and is rolled back.",
  ]);
});

t.test("a value that is not rolled back is not named", async (t) => {
  const [old, rotated, again] = ["1", "2", "3"].map((DB_PASSWORD) => variables({ DB_PASSWORD }));
  if (!old || !rotated || !again) throw new Error("There are three.");
  const kept = between(old, rotated, again);
  t.same(reasonsOf(kept, "VALUE_ROLLED_BACK", { onConflict: "keep-live" }), [], "keep-live keeps it");
  t.same(reasonsOf(between(old, rotated, old), "VALUE_ROLLED_BACK"), [], "it is back already");
  const memory = component(CONFIG, { MemorySize: 256, Environment: { DB_PASSWORD: "1" } });
  t.same(reasonsOf(between(old, memory), "VALUE_ROLLED_BACK"), [], "another setting is no value with a key");
});

t.test("parameters, variables in the template and references to secrets of a stack are named", async (t) => {
  const resources = (version: string, table: string) => ({
    Db: {
      Type: "AWS::RDS::DBInstance",
      Properties: {
        MasterUserPassword: `{{resolve:secretsmanager:db:SecretString:password::${version}}}`,
        Port: version,
      },
    },
    Pay: { Type: "AWS::Lambda::Function", Properties: { Environment: { Variables: { TABLE: table } } } },
  });
  const before = stack({ Size: "1", Kept: "k" }, resources("1", "orders"));
  const given = between(before, stack({ Size: "2", Kept: "k" }, resources("2", "orders-2")));
  t.same(reasonsOf(given, "VALUE_ROLLED_BACK"), [
    "Db/MasterUserPassword, Size, TABLE were changed by the deploy and are rolled back.",
  ]);
});

t.test("a step names the later deployment that it overwrites, with its id, build and time", async (t) => {
  const [first, second, third] = [{ A: "1" }, { A: "2" }, { A: "3" }].map(variables);
  if (!first || !second || !third) throw new Error("There are three.");
  const later: LaterDeployment = { id: "dep_2", build: "b2", recordedAt: 0, digest: third.digest };
  const given = {
    ...between(first, second, third),
    lastRecorded: new Map([[CONFIG, third.digest]]),
    later: new Map([[CONFIG, [later]]]),
  };
  const [step] = planFor(given).steps;
  t.match(step, { action: "restore", conflict: false });
  t.same(reasonsOf(given, "OVERWRITES_LATER_DEPLOYMENT"), [
    "dep_2 (build b2) altered lambda-config:pay later, recorded at 1970-01-01T00:00:00.000Z; the rollback overwrites that.",
  ]);
  const back = { ...given, live: new Map([[CONFIG, second]]), lastRecorded: new Map([[CONFIG, second.digest]]) };
  t.same(reasonsOf(back, "OVERWRITES_LATER_DEPLOYMENT"), [], "it was rolled back meanwhile");
  const done = { ...given, live: new Map([[CONFIG, first]]) };
  t.same(reasonsOf(done, "OVERWRITES_LATER_DEPLOYMENT"), [], "nothing is left to restore");
});
