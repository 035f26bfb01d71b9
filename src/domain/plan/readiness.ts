import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  kindOf,
  nameOf,
  splitName,
  splitResource,
  stackOf,
} from "../component/component.ts";
import { versionsIn } from "../component/function-versions.ts";
import { unkeptPart } from "../component/kept-version.ts";
import { lambdaCodeState } from "../component/states/lambda.ts";
import { stackState } from "../component/states/stack.ts";
import { stackResourceState } from "../component/states/stack-resource.ts";
import { followsLatest, pointedVersions } from "../component/version-content.ts";
import type { Reason } from "../errors.ts";
import { asObject } from "../json.ts";
import { lostSecrets } from "../stack/lost-secrets.ts";
import { listsUnder, triggerRemovedOutside } from "../stack/removed-outside.ts";
import { isNamed, isRetained, retainedWithout } from "../stack/retained.ts";
import { type LossFacts, lossesOfStack, lostHolders, withoutResources } from "../stack/stack-losses.ts";
import { dataOf, hasNoPosition, holdsData, lostWith } from "../stack/stateful-types.ts";
import { ownedElsewhere, statusBlockers, unprotecting } from "../stack/status.ts";
import { dynamicReferences } from "../template/dynamic-references.ts";
import { resourcesOf, templateOf } from "../template/template.ts";
import { triggerLoss, urlLoss } from "./lambda-losses.ts";
import { asksForConsent, type Loss, lossReasons } from "./losses.ts";

/** How well a component can be restored, from best to worst. */
export const READINESS = ["reversible", "reversible-with-loss", "irreversible"] as const;
export type Readiness = (typeof READINESS)[number];
export type ReadinessCounts = Readonly<Record<Readiness, number>>;

/** How well one component can be restored, with the reasons where it is not fully reversible. */
export interface Verdict {
  readonly readiness: Readiness;
  readonly reasons: readonly Reason[];
}

/** What a verdict depends on besides the states. */
export interface ReadinessFacts {
  /** Whether there is a staging bucket, which code over 50 MB needs. */
  readonly hasStagingBucket: boolean;
  /** Whether the same backup has another component. */
  readonly isBackedUp: (id: ComponentId) => boolean;
  /** Numbers of the versions that a function has after the deploy, or in the backup before one; null if nobody listed them. */
  readonly versionsOf: (functionName: string) => readonly string[] | null;
}

/** The states of a component before and after the deploy. A null side did not exist. */
export interface Sides {
  readonly before: CapturedComponent | null;
  readonly deployed: CapturedComponent | null;
}

/** What a verdict after the deploy depends on, too. */
export interface AlteredFacts extends ReadinessFacts {
  readonly losses: LossFacts;
  /** Both states of another component: of the stack that owns a resource. */
  readonly sidesOf: (id: ComponentId) => Sides;
  /** Whether no update restores the trigger, so that it is created again. */
  readonly isRecreated: (sides: Sides) => boolean;
}

/** The zipped size that UpdateFunctionCode takes directly (facts B5); larger code needs the staging bucket. */
export const DIRECT_UPLOAD_LIMIT_BYTES = 52_428_800;

/** The verdict from the backup alone, before anybody has deployed. Pure. */
export function backupReadiness(backup: CapturedComponent, facts: ReadinessFacts): Verdict {
  if (backup.incomplete !== null) return incompleteVerdict(backup.incomplete);
  // The live stack still has the values; they would be lost if the deploy deleted the stack.
  const secrets = { blockers: [], losses: secretFindings(backup, null).blockers };
  return verdictOf(ownFindings(backup, backup, facts), secrets);
}

/** The verdict from the backup and the record after the deploy. Pure. */
export function alteredReadiness(sides: Sides, facts: AlteredFacts): Verdict {
  const { before, deployed } = sides;
  const lost = lossFindings(lossesOf(sides, facts));
  if (!before) return verdictOf(addedFindings(deployed), lost);
  if (before.incomplete !== null) return incompleteVerdict(before.incomplete);
  const secrets = secretFindings(before, deployed);
  const removed = removedOutside(sides, facts);
  return verdictOf(ownFindings(before, deployed, facts), secrets, lost, deployedFindings(before, deployed), removed);
}

/** A trigger that is gone while its stack lists it: nothing that a rollback may call creates it in its place. */
function removedOutside({ before, deployed }: Sides, { sidesOf }: AlteredFacts): Findings {
  const stack = stackOf(before?.parent ?? null);
  if (!before || deployed || !stack || kindOf(before.id) !== "lambda-trigger") return NOTHING;
  if (!listsUnder(sidesOf(stack).deployed, before.physicalId)) return NOTHING;
  return { blockers: [triggerRemovedOutside(nameOf(before.id), stack)], losses: [] };
}

function secretFindings(backup: CapturedComponent, present: CapturedComponent | null): Findings {
  return kindOf(backup.id) === "stack" ? lostSecrets(backup, present) : NOTHING;
}

function lossFindings(losses: readonly Loss[]): Findings {
  const [asked, told] = [losses.filter(asksForConsent), losses.filter((one) => !asksForConsent(one))];
  return { blockers: [], losses: lossReasons(asked), told: lossReasons(told) };
}

/** What a rollback of the component loses, by the functions that its plan asks, too. */
export function lossesOf({ before, deployed }: Sides, facts: AlteredFacts): Loss[] {
  const [id, kind] = [(before ?? deployed)?.id, kindOf((before ?? deployed)?.id ?? "stack:")];
  const one = kind === "lambda-url" ? urlLoss(before, deployed) : lostPosition({ before, deployed }, facts);
  if (one) return [one];
  if (!id || !deployed) return [];
  if (kind === "stack") return lossesOfStack(before, deployed, facts.losses);
  return kind === "stack-resource" ? lostResource(before, deployed, facts) : [];
}

/** Of a trigger that no stack has as a resource: CloudFormation says itself what becomes of the others. */
function lostPosition({ before, deployed }: Sides, { isRecreated }: AlteredFacts): Loss | null {
  if (!before || kindOf(before.id) !== "lambda-trigger" || before.parent?.startsWith("stack-resource:")) return null;
  if (!isRecreated({ before, deployed })) return null;
  return triggerLoss(before, `${nameOf(before.id)} is created again`);
}

/** A resource that the deploy added or replaced goes with its stack, or as a part of it. */
function lostResource(before: CapturedComponent | null, deployed: CapturedComponent, facts: AlteredFacts): Loss[] {
  const { sidesOf, losses } = facts;
  const stack = stackOf(deployed.id);
  const sides = stack && sidesOf(stack);
  if (!sides?.deployed) return before ? [] : lostByItself(deployed);
  const type = stackState(sides.deployed.state).settings.resources[splitResource(nameOf(deployed.id)).logicalId];
  // Most types lose nothing: the templates, which take tens of milliseconds, are not read for each of their resources.
  if (type === undefined || lostWith(type) === null) return [];
  const all = lostHolders(sides.before ?? withoutResources(sides.deployed), sides.deployed, losses);
  return all.filter(({ id }) => id === deployed.id);
}

/** Without its stack, nothing is known of what it holds. */
function lostByItself({ id, state }: CapturedComponent): Loss[] {
  const { definition } = stackResourceState(state).settings;
  const type = String(definition["Type"]);
  const by = isRetained(definition) || hasNoPosition(type, definition) ? null : lostWith(type);
  return by ? [{ id, class: by, type, detail: `${nameOf(id)} (${type}) is not in the backup and is deleted.` }] : [];
}

/** The facts about versions that a capture of whole functions has. */
export function versionsAmong(components: Components): ReadinessFacts["versionsOf"] {
  return (functionName) => {
    const code = components.get(componentId("lambda-code", functionName));
    return code ? versionsIn(code.state) : null;
  };
}

export function countReadiness(verdicts: Iterable<Verdict>): ReadinessCounts {
  const counts = { reversible: 0, "reversible-with-loss": 0, irreversible: 0 };
  for (const { readiness } of verdicts) counts[readiness] += 1;
  return counts;
}

/** What prevents restoring a component, and what would be lost when it is restored. */
interface Findings {
  readonly blockers: readonly Reason[];
  readonly losses: readonly Reason[];
  /** What people are told, and what makes a verdict no worse. */
  readonly told?: readonly Reason[];
}

const NOTHING: Findings = { blockers: [], losses: [] };

function verdictOf(...all: readonly Findings[]): Verdict {
  const blockers = all.flatMap((found) => found.blockers);
  const losses = all.flatMap((found) => found.losses);
  const reasons = [...blockers, ...losses, ...all.flatMap(({ told = [] }) => told)];
  if (blockers.length > 0) return { readiness: "irreversible", reasons };
  return { readiness: losses.length > 0 ? "reversible-with-loss" : "reversible", reasons };
}

function incompleteVerdict(why: string): Verdict {
  return verdictOf(blocker("INCOMPLETE_BACKUP", why));
}

/** `present` is the component before the rollback: the backup itself or the record; null where it does not exist. */
function ownFindings(backup: CapturedComponent, present: CapturedComponent | null, facts: ReadinessFacts): Findings {
  const kind = kindOf(backup.id);
  if (kind === "lambda-code") return codeFindings(backup, facts);
  if (kind === "lambda-alias") return aliasFindings(backup, facts);
  if (kind !== "stack") return NOTHING;
  return {
    blockers: [...ownershipBlockers(backup, facts), ...statusBlockers(nameOf(backup.id), present)],
    losses: [...dynamicReferences(backup), ...nestedTemplates(backup), ...lostObjects(backup)],
  };
}

/** A version that AWS still has needs nothing but the pointer; a deleted one needs everything that it consisted of. */
function aliasFindings({ id, state }: CapturedComponent, { versionsOf }: ReadinessFacts): Findings {
  const versions = versionsOf(splitName(nameOf(id)).functionName);
  const found = pointedVersions(state).map((pointed): Findings => {
    const lacking = followsLatest(pointed.content) ? null : unkeptPart(state, pointed);
    if (lacking === null || pointed.number === null) return NOTHING;
    if (versions?.includes(pointed.number) === false)
      return blocker(
        "VERSION_GONE",
        `Version ${pointed.number} was deleted, and it cannot be published again: ${lacking}`,
      );
    return loss(
      "VERSION_NOT_KEPT",
      `Version ${pointed.number} cannot be published again once it is deleted: ${lacking}`,
    );
  });
  return { blockers: found.flatMap(({ blockers }) => blockers), losses: found.flatMap(({ losses }) => losses) };
}

function codeFindings({ state }: CapturedComponent, { hasStagingBucket }: ReadinessFacts): Findings {
  const { PackageType, ImageUri } = lambdaCodeState(state).settings;
  if (PackageType === "Image") {
    const detail = `The image ${ImageUri} exists in its registry only: once it is deleted there, it cannot be restored.`;
    return loss("IMAGE_NOT_KEPT", detail);
  }
  const sizeBytes = state.artifacts[0]?.sizeBytes ?? 0;
  if (sizeBytes <= DIRECT_UPLOAD_LIMIT_BYTES || hasStagingBucket) return NOTHING;
  const detail = `The code has ${sizeBytes} bytes; without a staging bucket, at most ${DIRECT_UPLOAD_LIMIT_BYTES} can be uploaded.`;
  return blocker("STAGING_BUCKET_NEEDED", detail);
}

/** A nested stack is restored by its parent, where the same backup has the parent. */
function ownershipBlockers(backup: CapturedComponent, { isBackedUp }: ReadinessFacts): Reason[] {
  const { id, parent } = backup;
  return parent !== null && isBackedUp(parent) ? [] : ownedElsewhere(nameOf(id), backup);
}

/** Nested stacks whose templates the backup does not have, so that they are read from their addresses again. */
function nestedTemplates(backup: CapturedComponent): Reason[] {
  const kept = stackState(backup.state).evidence.codeObjects.flatMap(({ logicalIds }) => logicalIds ?? []);
  const nested = resourcesOf(templateOf(backup.state)).filter(
    ({ type, logicalId }) => type === "AWS::CloudFormation::Stack" && !kept.includes(logicalId),
  );
  if (nested.length === 0) return [];
  const names = nested.map(({ logicalId }) => logicalId).join(", ");
  return [{ code: "NESTED_TEMPLATES", detail: `The templates of ${names} are read from their addresses again.` }];
}

/** Objects that their bucket had lost before the backup was taken. */
function lostObjects({ state }: CapturedComponent): Reason[] {
  const lost = stackState(state).evidence.codeObjects.filter(({ digest }) => digest === null);
  return lost.map(({ bucket, key }) => ({
    code: "ARTIFACT_MISSING",
    detail: `The template names ${key}, which the bucket ${bucket} no longer had.`,
  }));
}

/** Losses that follow from how the deploy changed or deleted a component of the backup. */
function deployedFindings(before: CapturedComponent, deployed: CapturedComponent | null): Findings {
  const kind = kindOf(before.id);
  const type = kind === "stack-resource" ? dataTypeOf(before) : null;
  if (type && !deployed && !isImported(before)) {
    const detail = `The deploy deleted ${nameOf(before.id)}; it is created again without ${dataOf(type)}.`;
    return loss("PHYSICAL_ID_CHANGED", detail);
  }
  if (kind !== "stack") return NOTHING;
  if (!deployed) return loss("PHYSICAL_ID_CHANGED", "The stack is created again with new physical ids.");
  return stackLosses(before, deployed);
}

/** Resources with data that the rollback of a stack creates again without their data. */
function stackLosses(before: CapturedComponent, deployed: CapturedComponent): Findings {
  const [was, is] = [templateOf(before.state), templateOf(deployed.state)];
  const imported = new Set(
    retainedWithout(was, is).flatMap(({ logicalId, isNamed: named }) => (named ? [logicalId] : [])),
  );
  const recreated = dataHoldersOnlyIn(before, deployed)
    .filter(({ logicalId }) => !imported.has(logicalId))
    .map(({ logicalId, type }): Reason => {
      const detail = `The deploy deleted ${logicalId} (${type}); it is created again without ${dataOf(type)}.`;
      return { code: "PHYSICAL_ID_CHANGED", detail };
    });
  return { blockers: [], losses: recreated };
}

function dataHoldersOnlyIn(one: CapturedComponent, other: CapturedComponent): { logicalId: string; type: string }[] {
  const elsewhere = stackState(other.state).settings.resources;
  const definitions = asObject(templateOf(one.state)["Resources"]);
  return Object.entries(stackState(one.state).settings.resources).flatMap(([logicalId, type]) => {
    const holds = holdsData(type) && !hasNoPosition(type, asObject(definitions[logicalId]));
    return elsewhere[logicalId] !== type && holds ? [{ logicalId, type }] : [];
  });
}

/** Whether a resource stayed in the account when it left the stack, under a name by which it is imported (facts E3). */
function isImported({ state }: CapturedComponent): boolean {
  const { definition } = stackResourceState(state).settings;
  return isRetained(definition) && isNamed(String(definition["Type"]), asObject(definition["Properties"]));
}

/** The type of a resource that holds data; null for a resource without data. */
function dataTypeOf({ state }: CapturedComponent): string | null {
  const { definition } = stackResourceState(state).settings;
  const type = String(definition["Type"]);
  return holdsData(type) && !hasNoPosition(type, definition) ? type : null;
}

/** A stack that the deploy added has to be deletable. */
function addedFindings(deployed: CapturedComponent | null): Findings {
  if (!deployed || kindOf(deployed.id) !== "stack") return NOTHING;
  if (!stackState(deployed.state).settings.terminationProtection) return NOTHING;
  const detail = `${nameOf(deployed.id)} has termination protection, which a rollback never removes. ${unprotecting(nameOf(deployed.id))}`;
  return blocker("STACK_NOT_UPDATABLE", detail);
}

function blocker(code: Reason["code"], detail: string): Findings {
  return { blockers: [{ code, detail }], losses: [] };
}

function loss(code: Reason["code"], detail: string): Findings {
  return { blockers: [], losses: [{ code, detail }] };
}
