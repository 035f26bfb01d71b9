import { outputsOf } from "../engine/outputs.ts";
import { wantedResource } from "../engine/resource-operations.ts";
import { deploymentScope, exportedValue, shownScope, valueOfResource } from "../engine/scope.ts";
import type { Blueprint, ChangeDetail, PlannedChange, Site, StackResource } from "../model.ts";
import { deploymentOrder } from "../template/check-references.ts";
import { conditionHolds, evaluateMap, type Scope } from "../template/evaluate.ts";
import { validationError } from "../template/parse.ts";
import { isUnknown, KNOWN_AFTER_APPLY } from "../template/unknown.ts";
import type { Value, ValueMap } from "../template/value.ts";
import { type ChangedReferences, detailsOf } from "./details.ts";

interface Plan {
  readonly changes: readonly PlannedChange[];
  /** Whether outputs would change, which alone makes an update worth performing. */
  readonly outputsChange: boolean;
  readonly valuesWarning: string | undefined;
}

/** What deploying the blueprint would change. Throws ValidationError if the type of a resource would change. */
export function planChanges(site: Site, blueprint: Blueprint): Plan {
  const planned = new Map<string, PlannedChange>();
  const scope = planningScope(site, blueprint, planned);
  const wanted = deploymentOrder(blueprint.template).filter((id) =>
    conditionHolds(blueprint.template.resources.get(id)?.condition, scope),
  );
  refuseOtherTypes(site, blueprint, wanted);
  for (const logicalId of wanted) {
    const change = planResource(site, blueprint, { logicalId, scope, planned });
    if (change) planned.set(logicalId, change);
  }
  const dropped = [...site.stack.resources.values()].filter(({ logicalId }) => !wanted.includes(logicalId));
  const removals = dropped
    .filter(({ status }) => status !== "DELETE_COMPLETE")
    .map((resource) => removalOf(site, resource));
  const changes = [...planned.values(), ...removals].sort((a, b) => (a.logicalId < b.logicalId ? -1 : 1));
  return {
    changes,
    outputsChange: site.account.context.outputsCount && outputsDiffer(site, blueprint, scope),
    valuesWarning: missingExport(site, blueprint),
  };
}

interface ResourcePlanning {
  readonly logicalId: string;
  readonly scope: Scope;
  readonly planned: ReadonlyMap<string, PlannedChange>;
}

function planResource(site: Site, blueprint: Blueprint, at: ResourcePlanning): PlannedChange | null {
  const wanted = wantedResource(site, blueprint, at);
  const existing = site.stack.resources.get(at.logicalId);
  const after = shownProperties(site, blueprint, { ...at, known: (id) => isKept(site, at.planned.get(id), id) });
  const { logicalId, type } = wanted;
  if (!existing) {
    const physicalId = blueprint.imports.get(logicalId);
    const action = physicalId === undefined ? "Add" : "Import";
    const nothing = { physicalId, replacement: undefined, policyAction: undefined, before: undefined };
    return { action, logicalId, type, ...nothing, details: [], wanted, changeSetId: undefined, after };
  }
  const before = shownBefore(site, { logicalId, known: (id) => site.stack.resources.has(id) });
  const details = detailsOf(site, blueprint, {
    existing,
    wanted,
    references: changedReferences(at.planned),
    before,
    after,
  });
  if (details.length === 0) return null;
  const replacement = replacementOf(details);
  const policyAction = replacement === "True" ? replacePolicy(wanted.updateReplacePolicy) : undefined;
  return {
    action: "Modify",
    logicalId,
    type,
    physicalId: existing.physicalId,
    replacement,
    policyAction,
    details,
    wanted,
    changeSetId: undefined,
    before,
    after,
  };
}

function removalOf(site: Site, resource: StackResource): PlannedChange {
  const { logicalId, type, physicalId, deletionPolicy } = resource;
  const policyAction = deletionPolicy?.startsWith("Retain") ? "Retain" : (deletionPolicy ?? "Delete");
  const before = shownBefore(site, { logicalId, known: () => false });
  return {
    action: "Remove",
    logicalId,
    type,
    physicalId,
    replacement: undefined,
    policyAction,
    details: [],
    wanted: undefined,
    changeSetId: undefined,
    before,
    after: undefined,
  };
}

function replacePolicy(policy: string | undefined): string {
  return `ReplaceAnd${policy ?? "Delete"}`;
}

/** A certain change that requires a new resource replaces the resource; one that only may come replaces it perhaps. */
function replacementOf(details: readonly ChangeDetail[]): "True" | "False" | "Conditional" {
  const recreating = details.filter(({ target }) => target.requiresRecreation === "Always");
  if (recreating.some(({ evaluation }) => evaluation === "Static")) return "True";
  return recreating.length > 0 ? "Conditional" : "False";
}

/** Existing resources return their current values; values of new or replaced resources are unknown. */
function planningScope(site: Site, blueprint: Blueprint, planned: ReadonlyMap<string, PlannedChange>): Scope {
  return {
    ...deploymentScope(site, blueprint, new Set()),
    resourceValue: (id, attribute) => {
      const change = planned.get(id);
      const fresh = change?.action === "Add" || change?.replacement === "True" || !site.stack.resources.has(id);
      return fresh ? KNOWN_AFTER_APPLY : valueOfResource(site, id, attribute);
    },
    importValue: (name) => exportedValue(site.account, name) ?? KNOWN_AFTER_APPLY,
  };
}

/** A replaced resource has another id and other attributes for certain; any change may bring other attributes. */
function changedReferences(planned: ReadonlyMap<string, PlannedChange>): ChangedReferences {
  const ref = (id: string) => {
    const { replacement = "False" } = planned.get(id) ?? {};
    if (replacement === "True") return "Static";
    return replacement === "Conditional" ? "Dynamic" : null;
  };
  return { ref, attribute: (id) => ref(id) ?? (planned.get(id)?.action === "Modify" ? "Dynamic" : null) };
}

interface Shown {
  readonly logicalId: string;
  /** Whether `Ref` of a resource shows its id; attributes are never shown. */
  known(logicalId: string): boolean;
}

/** A removed resource is shown with nothing that it referred to, any other with the ids that it refers to. */
function shownBefore(site: Site, shown: Shown): ValueMap {
  return site.stack.blueprint ? shownProperties(site, site.stack.blueprint, shown) : {};
}

/** Whether a resource exists and keeps its id for certain. */
function isKept(site: Site, change: PlannedChange | undefined, logicalId: string): boolean {
  const { replacement = "False" } = change ?? {};
  return replacement === "False" && site.stack.resources.has(logicalId);
}

function shownProperties(site: Site, blueprint: Blueprint, { logicalId, known }: Shown): ValueMap {
  const properties = evaluateMap(blueprint.template.resources.get(logicalId)?.properties ?? {}, {
    ...shownScope(site, blueprint),
    resourceValue: (id, attribute) =>
      attribute === null && known(id) ? valueOfResource(site, id, null) : KNOWN_AFTER_APPLY,
  });
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, unknownIfPartly(value)]));
}

/** A property is unknown if any part of it is. */
function unknownIfPartly(value: Value): Value {
  return isUnknown(value) ? KNOWN_AFTER_APPLY : value;
}

function refuseOtherTypes({ stack }: Site, { template }: Blueprint, wanted: readonly string[]): void {
  const changed = wanted.filter((id) => {
    const existing = stack.resources.get(id);
    return existing !== undefined && existing.type !== template.resources.get(id)?.type;
  });
  if (changed.length > 0) {
    const why = "The new template modifies resource type of the following resources:";
    throw validationError(`Update of resource type is not permitted. ${why} [${changed.join(", ")}]`);
  }
}

/** An output that only follows a resource's change cannot be compared beforehand and is not a change of its own. */
function outputsDiffer({ stack }: Site, blueprint: Blueprint, scope: Scope): boolean {
  if (stack.blueprint === null) return false;
  const wanted = outputsOf(blueprint, scope);
  const known = new Map(stack.outputs.map((output) => [output.key, output]));
  return (
    wanted.length !== known.size ||
    wanted.some((output) => {
      const before = known.get(output.key);
      const same = (name: "value" | "exportName" | "description") =>
        isUnknown(output[name]) || output[name] === before?.[name];
      return !before || !same("value") || !same("exportName") || !same("description");
    })
  );
}

/** AWS's warning for a change set whose values cannot be shown because an import cannot be resolved. */
function missingExport(site: Site, blueprint: Blueprint): string | undefined {
  for (const [logicalId, { properties }] of blueprint.template.resources) {
    const missing: string[] = [];
    const scope = {
      ...shownScope(site, blueprint),
      importValue: (name: string) => {
        if (exportedValue(site.account, name) === undefined) missing.push(name);
        return KNOWN_AFTER_APPLY;
      },
    };
    evaluateMap(properties, scope);
    if (missing.length > 0) {
      const why = "[WARN] --include-property-values option can return incomplete ChangeSet data because:";
      return `${why} ChangeSet creation failed for resource [${logicalId}] because: No export named ${missing[0]}`;
    }
  }
  return undefined;
}
