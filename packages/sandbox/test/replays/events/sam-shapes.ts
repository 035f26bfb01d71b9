import type { ResourcePace } from "#sandbox/core/pace";
import type { Stage } from "../../cloudformation/stage.ts";
import { after, BACK, deniedCreation, each, NEXT, type Resources, type Shape, shown, updated } from "./shape.ts";

/** Longer than any cancellation takes. */
const SLOW_MS = 500;
/** What is under way goes on for so long after a failure. */
const GRACE_MS = 30;

const ids = (prefix: string, numbers: readonly number[]) => numbers.map((number) => `${prefix}${number}`);
const NEW = [1, 2, 3, 4, 5, 6];
const CHANGED = [1, 2, 3, 4];
const MAPPED = [2, 3, 4, 5, 6];

/**
 * One of three tries of the same deployment: a table and four functions changed, six functions with roles, log groups and event
 * source mappings added, of which three are refused. They differ in what was under way when the first one failed.
 */
async function samLambda(stage: Stage, paces: Readonly<Record<string, ResourcePace>>): Promise<string> {
  const { pace } = stage.sandbox;
  for (const id of ["TableOld", "TableNew", ...ids("LogN", NEW)]) pace.slow(id, { settle: SLOW_MS });
  for (const [id, slow] of Object.entries(paces)) pace.slow(id, slow);
  const functions = (value: string, more: object) => each(ids("FnM", CHANGED), () => shown(value, more));
  const before = { TableOld: shown("1"), ...functions("1", {}), LayerOld: shown("1", { DeletionPolicy: "Retain" }) };
  await stage.create("stack", { Resources: before });
  pace.cancelAfter(GRACE_MS);
  deniedCreation(stage, "EsmN2", "EsmN3", "EsmN6");
  const numbered = (prefix: string, numbers: readonly number[], needed: string): Resources =>
    each(ids(prefix, numbers), (id) => shown("1", after(needed + id.slice(prefix.length))));
  const Resources = {
    TableOld: shown("2"),
    TableNew: shown("1"),
    Secret1: shown("1"),
    LayerNew: shown("1", { DeletionPolicy: "Retain" }),
    ...functions("2", after("LayerNew")),
    ...each(ids("RoleN", NEW), () => shown("1", after("Secret1"))),
    ...numbered("FnN", NEW, "RoleN"),
    ...numbered("LogN", NEW, "FnN"),
    ...numbered("EsmN", MAPPED, "FnN"),
  };
  await stage.update("stack", { Resources });
  return "stack";
}

const NOT_BEGUN: ResourcePace = { start: SLOW_MS };
/** Cancelled before the service was called, so that it never had an id. */
const NOT_CALLED: ResourcePace = { request: SLOW_MS };
/** The service was called, and cancelled before CloudFormation said so. */
const NOT_ANSWERED: ResourcePace = { answer: SLOW_MS };

const DEPENDENTS: Readonly<Record<string, readonly string[]>> = {
  LayerNew: ids("FnM", CHANGED),
  Secret1: ids("RoleN", NEW),
  ...Object.fromEntries(NEW.map((n) => [`RoleN${n}`, [`FnN${n}`]])),
  ...Object.fromEntries(NEW.map((n) => [`FnN${n}`, [`LogN${n}`, `EsmN${n}`]])),
};

/** Deployments with SAM, by the ids of the published logs. */
export const SAM_SHAPES: Readonly<Record<string, Shape>> = {
  "sam-lambda-1": {
    from: NEXT,
    play: (stage) => samLambda(stage, { EsmN4: NOT_ANSWERED, EsmN5: NOT_ANSWERED }),
    dependents: DEPENDENTS,
  },
  "sam-lambda-2": {
    from: BACK,
    play: (stage) =>
      samLambda(stage, {
        ...{ EsmN4: NOT_BEGUN, LogN4: NOT_BEGUN, EsmN5: NOT_ANSWERED },
        ...{ LogN1: NOT_CALLED, LogN6: NOT_CALLED },
      }),
    dependents: DEPENDENTS,
  },
  "sam-lambda-3": {
    from: "FnM1 UPDATE_IN_PROGRESS",
    play: (stage) =>
      samLambda(stage, {
        ...{ EsmN2: NOT_BEGUN, LogN2: NOT_BEGUN },
        ...{ EsmN4: NOT_ANSWERED, EsmN5: NOT_ANSWERED },
      }),
    dependents: DEPENDENTS,
  },
  "sam-role-ok": {
    from: NEXT,
    play: (stage) => {
      const LogB = (name: string) => ({ Type: "AWS::SNS::Topic", Properties: { TopicName: name } });
      const before = { Role: shown("1"), FnOld: shown("1"), LogB: { ...LogB("old"), ...after("FnOld") } };
      return updated(stage, before, {
        BucketNew: shown("1"),
        Role: shown({ Ref: "BucketNew" }),
        FnA: shown("1", after("Role")),
        FnB: shown("1", after("Role")),
        LogA: shown("1", after("FnA")),
        LogB: { ...LogB("new"), ...after("FnB") },
        Rule: shown("1", after("FnA")),
        PermA: shown("1", after("Rule")),
      });
    },
    dependents: {
      BucketNew: ["Role"],
      Role: ["FnA", "FnB"],
      FnA: ["LogA", "Rule"],
      Rule: ["PermA"],
    },
  },
};
