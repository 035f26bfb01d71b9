import { AwsError } from "../../core/contract.ts";
import { now, setStackStatus } from "../engine/events.ts";
import type { PlannedChange } from "../model.ts";
import { assign, type Blueprint, type ChangeSet, type Site, STACK_TYPE } from "../model.ts";
import { planChanges } from "../plan/changes.ts";
import { VALIDATION_FAILED, validationFailures } from "../plan/early-validation.ts";
import { validationError } from "../template/parse.ts";
import { isUnprocessed } from "../template/template.ts";
import { checkOnlyImports, existingResources } from "./imports.ts";
import { nestedDraft, stackFor } from "./nested-stacks.ts";
import { consentedBlueprint, finishedBlueprint } from "./submission.ts";

/** The members of a request that a change set remembers. */
type ChangeSetRequest = Pick<
  ChangeSet,
  "name" | "type" | "description" | "onStackFailure" | "settings" | "includeNested" | "importExisting" | "validated"
> &
  Partial<Pick<ChangeSet, "parents">>;

/** Adds a set that is still to be computed to a stack that is at least in review from now on. */
export function addChangeSet(site: Site, blueprint: Blueprint, request: ChangeSetRequest): ChangeSet {
  const { account, stack } = site;
  const { region, accountId, uuid } = account.context;
  const set: ChangeSet = {
    parents: undefined,
    ...request,
    id: `arn:aws:cloudformation:${region}:${accountId}:changeSet/${request.name}/${uuid()}`,
    blueprint,
    createdAt: now(account),
    status: "CREATE_PENDING",
    statusReason: undefined,
    executionStatus: "UNAVAILABLE",
    changes: [],
    validationFailures: [],
    valuesWarning: undefined,
  };
  stack.changeSets.push(set);
  if (stack.events.length === 0) setStackStatus(site, { status: "REVIEW_IN_PROGRESS", reason: "User Initiated" });
  return set;
}

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

const NO_UPDATES = "No updates are to be performed.";

/** AWS says it in other words where a transform made the template. */
function noChangesOf({ template }: Blueprint): string {
  return template.transforms.length > 0 ? NO_UPDATES : NO_CHANGES;
}

function isEmpty({ status, statusReason }: ChangeSet): boolean {
  return status === "FAILED" && (statusReason === NO_CHANGES || statusReason === NO_UPDATES);
}

/**
 * Computes what the set would change, in the nested stacks too if the request asked for that. An error becomes the
 * set's failure.
 */
export async function computeChangeSet(site: Site, set: ChangeSet): Promise<void> {
  try {
    if (isUnprocessed(set.blueprint.template)) set.blueprint = await finishedBlueprint(site, set.blueprint);
    if (set.importExisting) {
      const imports = await existingResources(site, set.blueprint);
      set.blueprint = { ...set.blueprint, imports };
    }
    const { changes: planned, outputsChange, valuesWarning } = planChanges(site, set.blueprint);
    if (set.type === "IMPORT") checkOnlyImports(planned, outputsChange);
    const changes = set.includeNested ? await withNestedSets(site, set, planned) : planned;
    const empty = changes.length === 0 && !outputsChange && site.stack.recovery === null;
    if (empty && set.type !== "CREATE") throw validationError(noChangesOf(set.blueprint));
    assign(set, { changes, valuesWarning, validationFailures: set.validated ? validationFailures(site, changes) : [] });
    if (set.validationFailures.length > 0) throw validationError(VALIDATION_FAILED);
    assign(set, { status: "CREATE_COMPLETE", executionStatus: "AVAILABLE" });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    assign(set, { status: "FAILED", statusReason: error.message });
  }
}

/**
 * The changes, with a set for each nested stack. A nested stack in which nothing would change is dropped from its
 * parent's changes.
 */
async function withNestedSets(site: Site, set: ChangeSet, planned: readonly PlannedChange[]): Promise<PlannedChange[]> {
  const changes: PlannedChange[] = [];
  for (const change of planned) {
    const nested = change.type === STACK_TYPE && change.wanted ? await nestedSet(site, set, change) : null;
    const automatic = change.details.length > 0 && change.details.every(({ source }) => source === "Automatic");
    if (nested && isEmpty(nested) && automatic) continue;
    changes.push(nested ? { ...change, changeSetId: nested.id } : change);
  }
  return changes;
}

/** Throws ValidationError if the nested set fails for any reason other than having nothing to do. */
async function nestedSet({ account, stack: parent }: Site, set: ChangeSet, change: PlannedChange): Promise<ChangeSet> {
  const { logicalId, physicalId, wanted } = change;
  const existing = account.stacks.find(({ id }) => id === physicalId);
  const stack = existing ?? stackFor(account, parent, logicalId);
  const site = { account, stack };
  const { properties = {}, tags = {} } = wanted ?? {};
  const capabilities = set.blueprint.capabilities;
  const draft = { ...(await nestedDraft(site, { properties, tags })), capabilities };
  const blueprint = await consentedBlueprint(site, draft);
  if (!existing && !account.stacks.includes(stack)) account.stacks.push(stack);
  const nested = addChangeSet(site, blueprint, {
    name: `${set.name}-${stack.name}`,
    type: existing ? "UPDATE" : "CREATE",
    description: undefined,
    onStackFailure: set.onStackFailure,
    settings: {},
    includeNested: true,
    importExisting: set.importExisting,
    validated: set.validated,
    parents: { parentId: set.id, rootId: set.parents?.rootId ?? set.id },
  });
  await computeChangeSet(site, nested);
  if (nested.status === "FAILED" && !isEmpty(nested)) {
    throw validationError(`Nested change set ${nested.id} was not successfully created: Currently in FAILED.`);
  }
  return nested;
}
