import {
  type ArtifactRef,
  type CapturedComponent,
  type ComponentState,
  captured,
  componentId,
} from "../domain/component.ts";
import { asObject, type Json, type JsonObject } from "../domain/json.ts";
import type { Action, Reason } from "../domain/plan.ts";
import { UPDATABLE } from "../domain/readiness.ts";
import { isNoEcho, NO_ECHO } from "../domain/secrets.ts";
import { holdsData } from "../domain/stateful.ts";
import type { CodeObject } from "../domain/template.ts";
import { importsOf, parseTemplate } from "../domain/template.ts";
import { codeObjectsIn } from "./archive.ts";
import { acting, actionBetween, type Kind, type PlanInput, refused, type StepPlan, unchanged } from "./kind.ts";
import type { LiveView, StackView } from "./live-view.ts";
import { settingsDiff, settle } from "./settling.ts";
import { restoreStack } from "./stack-restore.ts";

/** A whole CloudFormation stack: what is submitted, and the logical ids that come of it. */
export const stack: Kind = {
  name: "stack",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreStack,
  async verify(view, name, goal) {
    return settle(this, await capture(view, name), goal);
  },
};

async function capture(view: LiveView, name: string): Promise<CapturedComponent | null> {
  const read = await view.getStack(name);
  if (!read) return null;
  const { cloudFormation } = view.aws;
  const { stackId } = read.facts;
  const noEcho = new Set(await cloudFormation.listNoEcho(stackId));
  const policy = await cloudFormation.getStackPolicy(stackId);
  const objects = view.archives ? await archiveCodeObjects(view, read) : [];
  return captured(
    componentId("stack", name),
    {
      settings: stackSettings(read, noEcho, policy),
      evidence: {
        ...stackEvidence(read),
        importers: await importersOf(view, read),
        codeObjects: objects.map((object) => ({ ...object })),
      },
      artifacts: objects.flatMap(({ digest, sizeBytes }) => (digest ? [{ digest, sizeBytes }] : [])),
    },
    { parent: null, physicalId: stackId, incomplete: null },
  );
}

function stackSettings(read: StackView, noEcho: ReadonlySet<string>, policy: string | null): JsonObject {
  const { facts, resources, template } = read;
  return {
    template,
    parameters: Object.fromEntries(facts.parameters.map(({ key, value }) => [key, noEcho.has(key) ? NO_ECHO : value])),
    tags: { ...facts.tags },
    policy: policy === null ? null : readPolicy(policy),
    terminationProtection: facts.terminationProtection,
    resources: Object.fromEntries(resources.map(({ logicalId, type }) => [logicalId, type])),
  };
}

/** As data where it is JSON, so that a policy that was only reformatted is the same one. */
function readPolicy(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function stackEvidence({ facts, resources, parsed }: StackView): JsonObject {
  return {
    stackId: facts.stackId,
    parentId: facts.parentId,
    status: facts.status,
    capabilities: [...facts.capabilities].sort(),
    roleArn: facts.roleArn,
    notificationArns: [...facts.notificationArns],
    rollbackTriggers: facts.rollbackTriggers,
    resolvedParameters: Object.fromEntries(
      facts.parameters.flatMap(({ key, resolvedValue }) => (resolvedValue === null ? [] : [[key, resolvedValue]])),
    ),
    outputs: Object.fromEntries(facts.outputs.map(({ key, value }) => [key, value])),
    exports: Object.fromEntries(
      facts.outputs.flatMap(({ exportName, value }) => (exportName ? [[exportName, value]] : [])),
    ),
    imports: parsed ? importsOf(parsed) : [],
    physicalIds: Object.fromEntries(resources.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
  };
}

/** Who imports each export: the order over stacks and the refusals are made of it (facts E4). */
async function importersOf(view: LiveView, { facts }: StackView): Promise<JsonObject> {
  const importers: Record<string, Json> = {};
  for (const { exportName } of facts.outputs) {
    if (exportName) importers[exportName] = (await view.aws.cloudFormation.listImporters(exportName)).sort();
  }
  return importers;
}

type ArchivedObject = Omit<CodeObject, "logicalId"> & { readonly digest: string | null; readonly sizeBytes: number };

/** The objects that the template names, with their bytes: the bucket may lose them (P4). A lost one has no digest. */
async function archiveCodeObjects(view: LiveView, read: StackView): Promise<ArchivedObject[]> {
  const places = new Map(
    codeObjectsIn(read).map((object) => [`${object.bucket}/${object.key}@${object.version}`, object]),
  );
  const archived: ArchivedObject[] = [];
  for (const { bucket, key, version } of places.values()) {
    const bytes = await view.aws.objects.open(bucket, key, version ?? undefined);
    const stored: ArtifactRef | null = bytes && (await view.artifacts.put(bytes));
    archived.push({ bucket, key, version, digest: stored?.digest ?? null, sizeBytes: stored?.sizeBytes ?? 0 });
  }
  return archived;
}

function plan(input: PlanInput): StepPlan {
  const { goal, live, name } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (action === "remove") return planRemoval(name, live?.state ?? null);
  const reasons = [...statusWalls(name, live), ...lostNoEcho(goal, live)];
  if (reasons.length > 0) return refused(...reasons);
  const losing = removedDataHolders(goal, live);
  const actions: Action[] = [
    { do: "put-code-objects", name },
    ...submitting(action, goal, live, name),
    ...protecting(goal, live, name),
  ];
  return acting(action, actions, { destructive: losing.length > 0, reasons: losing });
}

/** The deployment created it. Only with consent, and never against its protection. */
function planRemoval(name: string, live: ComponentState | null): StepPlan {
  if (live?.settings["terminationProtection"] === true) {
    return refused({
      code: "STACK_NOT_UPDATABLE",
      detail: `${name} has termination protection; it is never taken off by a rollback.`,
    });
  }
  const reason: Reason = { code: "DESTRUCTIVE", detail: `The stack ${name} and everything in it is deleted.` };
  return acting("remove", [{ do: "delete-stack", name }], { destructive: true, reasons: [reason] });
}

function statusWalls(name: string, live: CapturedComponent | null): Reason[] {
  const status = live?.state.evidence["status"];
  if (!live || UPDATABLE.has(String(status))) return [];
  return [{ code: "STACK_NOT_UPDATABLE", detail: `The stack ${name} is in ${status}.` }];
}

/** A NoEcho value goes back by UsePreviousValue, which needs a live parameter of that name; or by the template's default. */
function lostNoEcho(goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  const wanted = asObject(goal?.state.settings["parameters"]);
  const present = asObject(live?.state.settings["parameters"]);
  const lost = Object.keys(wanted).filter(
    (key) => isNoEcho(wanted[key]) && !(key in present) && !hasDefault(goal, key),
  );
  return lost.map((key) => ({
    code: "NOECHO_VALUE_LOST",
    detail: `The parameter ${key} is NoEcho and the live stack has no value for it.`,
  }));
}

function hasDefault(goal: CapturedComponent | null, key: string): boolean {
  const parameters = asObject(parseTemplate(String(goal?.state.settings["template"] ?? "{}"))["Parameters"]);
  return "Default" in asObject(parameters[key]);
}

/** Resources that the backup does not have and that hold data: they go. Replacements are found by the gate, before it runs. */
function removedDataHolders(goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  const wanted = asObject(goal?.state.settings["resources"]);
  const present = Object.entries(asObject(live?.state.settings["resources"]));
  const losing = present.filter(([logicalId, type]) => wanted[logicalId] !== type && holdsData(String(type)));
  return losing.map(([logicalId, type]) => ({
    code: "DESTRUCTIVE",
    detail: `${logicalId} (${type}) is not in the backup and is deleted.`,
  }));
}

function submitting(
  action: "restore" | "recreate" | "refused",
  goal: CapturedComponent | null,
  live: CapturedComponent | null,
  name: string,
): Action[] {
  if (action === "recreate") return [{ do: "create-stack", name }];
  const submitted = ["template", "parameters", "tags", "resources"];
  const differing = goal && live ? settingsDiff(goal.state, live.state) : [];
  return differing.some((path) => submitted.includes(path.split("/")[1] ?? "")) ? [{ do: "update-stack", name }] : [];
}

function protecting(goal: CapturedComponent | null, live: CapturedComponent | null, name: string): Action[] {
  const differs = (key: string) =>
    JSON.stringify(goal?.state.settings[key] ?? null) !== JSON.stringify(live?.state.settings[key] ?? null);
  const actions: Action[] = [];
  // A policy, once set, can be changed but not taken off (facts E2): there is no action for "none".
  if (differs("policy") && goal?.state.settings["policy"]) actions.push({ do: "put-stack-policy", name });
  if (
    (goal?.state.settings["terminationProtection"] ?? false) !==
    (live?.state.settings["terminationProtection"] ?? false)
  ) {
    actions.push({ do: "put-termination-protection", name });
  }
  return actions;
}
