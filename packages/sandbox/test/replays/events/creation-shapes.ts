import { DeleteStackCommand } from "@aws-sdk/client-cloudformation";
import { failing } from "../../cloudformation/fixtures.ts";
import type { Stage } from "../../cloudformation/stage.ts";
import { APP, after, deniedCreation, each, type Resources, type Shape, shown } from "./shape.ts";

const POLICY = { Type: "AWS::IAM::Policy", Properties: { PolicyName: "p", PolicyDocument: {} } };

/** What is under way goes on for so long after a failure. */
const GRACE_MS = 50;
/** Longer than any cancellation takes. */
const SLOW_MS = 500;

async function created(stage: Stage, resources: Resources, options: object = {}): Promise<string> {
  stage.sandbox.pace.cancelAfter(GRACE_MS);
  const { StackId = "" } = await stage.create("stack", { Resources: resources }, options);
  return StackId;
}

const retained = { DeletionPolicy: "Retain" };

/**
 * Ids with what they depend on. AWS had begun with Rule, the methods and the permissions when the functions' configuration was
 * complete, before the functions were; the sandbox begins dependents when a resource is complete, so these have no function here.
 */
const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  FnRole: [],
  Dlq: [],
  Queue: ["Dlq"],
  Table: [],
  BucketA: [],
  BucketB: [],
  FnPolicy: ["FnRole", "Queue", "Table", "BucketA", "BucketB"],
  Api: [],
  ResourceA: ["Api"],
  MethodA: ["ResourceA"],
  MethodB: ["ResourceA"],
  Rule: [],
  PermEvent: ["Rule"],
  ...Object.fromEntries(["PermApiA", "PermApiB", "LogApi", "LogAsync"].map((id) => [id, []])),
  FnApi: ["FnPolicy"],
  FnAsync: ["FnPolicy"],
  FnEvent: ["FnPolicy"],
};
const RETAINED = ["Table", "BucketA", "BucketB"];

/** Creations that fail, and deletions, by the ids of the published logs. */
export const CREATION_SHAPES: Readonly<Record<string, Shape>> = {
  "json-onfailure-delete": {
    from: "Stack CREATE_IN_PROGRESS",
    play: async (stage) => {
      const { StackId = "" } = await stage.create("stack", { Resources: APP }, { OnFailure: "DELETE" });
      return StackId;
    },
  },
  "create-rollback-failed": {
    from: "Policy CREATE_IN_PROGRESS",
    play: async (stage) => {
      const { StackId = "" } = await stage.create("stack", { Resources: { Policy: POLICY } });
      for (const RetainResources of [undefined, ["Policy"]]) {
        await stage.client.send(new DeleteStackCommand({ StackName: StackId, RetainResources }));
        await stage.settled(StackId);
      }
      return StackId;
    },
  },
  "delete-failed": {
    from: "Zone DELETE_FAILED",
    play: async (stage) => {
      const { StackId = "" } = await stage.create("stack", { Resources: { Zone: shown("1") } });
      stage.sandbox.permissions.deny("sns:DeleteTopic");
      await stage.client.send(new DeleteStackCommand({ StackName: StackId }));
      await stage.settled(StackId);
      return StackId;
    },
  },
  "create-cdk-bootstrap-hook": {
    from: "RoleB CREATE_IN_PROGRESS: Resource creation Initiated",
    play: async (stage) => {
      const { pace } = stage.sandbox;
      const Repo = shown("1", after("Param"));
      deniedCreation(stage, "Repo");
      pace.slow("Repo", { start: 5 });
      for (const id of ["RoleB", "RoleC", "RoleD"]) pace.slow(id, { settle: SLOW_MS });
      // They begin after the failure, and are cancelled before their services are called.
      for (const id of ["RoleA", "BucketRetain"]) pace.slow(id, { start: 30, request: SLOW_MS });
      const roles = each(["RoleB", "RoleC", "RoleD", "RoleA"], () => shown("1", after("Param")));
      const BucketRetain = shown("1", { ...after("Param"), ...retained });
      return await created(stage, { Param: shown("1"), ...roles, BucketRetain, Repo });
    },
  },
  "create-cdk-bootstrap-exists": {
    from: "BucketRetain CREATE_FAILED",
    says: { "BucketRetain CREATE_FAILED": "already exists" },
    play: async (stage) => {
      const { pace } = stage.sandbox;
      await stage.create("other", {
        Resources: { Taken: { Type: "AWS::SNS::Topic", Properties: { TopicName: "taken" } } },
      });
      const roles = ["RoleA", "RoleB", "RoleC", "RoleD"];
      for (const id of roles) pace.slow(id, { settle: SLOW_MS });
      pace.slow("RoleD", { answer: 40, settle: SLOW_MS });
      pace.slow("BucketRetain", { start: 30 });
      pace.slow("Repo", { settle: 20 });
      const BucketRetain = { ...shown("1", retained), Properties: { TopicName: "taken" } };
      return await created(stage, { ...each(["Param", "Repo", ...roles], () => shown("1")), BucketRetain });
    },
  },
  "create-eks": {
    from: "ManifestA CREATE_COMPLETE",
    cutOff: true,
    // The excerpt ends in the midst of what begins to be deleted.
    hidden: /^(Chart. DELETE|Chart[AB] CREATE_IN_PROGRESS)/,
    play: async (stage) => {
      const others = each(["RepoA", "Meta", "RepoB", "RepoC"], () => shown("1"));
      for (const id of ["ChartA", "ChartB"]) stage.sandbox.pace.slow(id, { settle: SLOW_MS });
      const charts = each(["ChartA", "ChartB"], () => shown("1"));
      stage.sandbox.pace.slow("ChartC", { start: 10, answer: 20 });
      return await created(stage, { ...others, ManifestA: shown("1"), ...charts, ChartC: failing() });
    },
  },
  "create-lambstatus": {
    from: "PermA CREATE_COMPLETE",
    cutOff: true,
    hidden: /(^(PermA|TableA|Custom.|Dist.|Profile) DELETE|CREATE_IN_PROGRESS)/,
    play: async (stage) => {
      const { pace } = stage.sandbox;
      const slow = ["DistA", "Profile", "DistB"];
      for (const id of slow) pace.slow(id, { settle: SLOW_MS });
      pace.slow("PermA", { start: 10 });
      pace.slow("CustomA", { start: 20 });
      // Ends well, and another one fails by itself, after the first failure.
      for (const id of ["TableA", "CustomB"]) pace.slow(id, { start: 50 });
      const others = each(["BucketPolicy", "Role", ...slow, "PermA", "TableA"], () => shown("1"));
      return await created(stage, { ...others, CustomA: failing(), CustomB: failing() });
    },
  },
  "create-rollback-failed-perm": {
    from: "Repo CREATE_FAILED",
    hidden: /^(Stack ROLLBACK_IN_PROGRESS|\w+ DELETE_(IN_PROGRESS|COMPLETE))/,
    says: {
      "Repo CREATE_FAILED": "is not authorized to perform",
      "Param DELETE_FAILED": "is not authorized to perform",
    },
    play: async (stage) => {
      deniedCreation(stage, "Repo");
      stage.sandbox.permissions.deny("sns:DeleteTopic", { logicalId: "Param" });
      return await created(stage, { Param: shown("1"), Repo: shown("1", after("Param")) });
    },
  },
  "create-cdk-lambda": {
    from: "FnEvent CREATE_COMPLETE",
    hidden: /^LogEvent2 DELETE_COMPLETE/,
    says: { "LogEvent CREATE_FAILED": "already exists in stack" },
    dependents: {
      Rule: ["PermEvent"],
      ResourceA: ["MethodA", "MethodB"],
      Api: ["ResourceA"],
      FnPolicy: ["FnApi", "FnAsync", "FnEvent"],
      ...Object.fromEntries(["FnRole", "Queue", ...RETAINED].map((id) => [id, ["FnPolicy"]])),
      Dlq: ["Queue"],
    },
    play: apiWithFunctions,
  },
};

async function apiWithFunctions(stage: Stage): Promise<string> {
  const { pace } = stage.sandbox;
  pace.slow("FnEvent", { start: 100 });
  pace.slow("FnAsync", { start: 100, settle: 10 });
  pace.slow("FnApi", { start: 50, settle: SLOW_MS });
  pace.slow("LogEvent", { request: 20 });
  const all = each(Object.keys(FUNCTIONS), (id) =>
    shown("1", { ...after(...(FUNCTIONS[id] ?? [])), ...(RETAINED.includes(id) ? retained : {}) }),
  );
  const Properties = { TopicName: "/aws/lambda/event" };
  const log = { ...shown("1"), Properties };
  const LogEvent = { ...log, ...after("FnEvent"), ...retained };
  return await created(stage, { ...all, LogEvent2: log, LogEvent });
}
