import type { Shape } from "../../core/contract.ts";
import { defined } from "../../core/shape.ts";
import type { ChangeDetail, ChangeSet, PlannedChange, Stack } from "../model.ts";
import { isUnknown } from "../template/unknown.ts";
import type { Value, ValueMap } from "../template/value.ts";
import { scalarText } from "../template/value.ts";
import { parametersShape } from "./describe.ts";

/** One page of a change set. With property values, each change shows the resource before and after. */
export function changeSetShape(
  stack: Stack,
  set: ChangeSet,
  page: { changes: readonly PlannedChange[]; withValues: boolean },
): Shape {
  const { blueprint, settings } = set;
  return {
    ...changeSetSummary(stack, set),
    Parameters: parametersShape(blueprint.parameters),
    OnStackFailure: set.onStackFailure,
    NotificationARNs: [...(settings.notificationArns ?? stack.settings.notificationArns)],
    RollbackConfiguration: settings.rollbackConfiguration ?? {},
    Capabilities: [...blueprint.capabilities],
    Tags: blueprint.tags.length > 0 ? blueprint.tags.map((tag) => ({ ...tag })) : undefined,
    StatusReason: set.statusReason ?? (page.withValues ? set.valuesWarning : undefined),
    Changes: page.changes.map((change) => ({ Type: "Resource", ResourceChange: changeShape(change, page.withValues) })),
  };
}

export function changeSetSummary(stack: Stack, set: ChangeSet): Shape {
  return defined({
    ChangeSetName: set.name,
    ChangeSetId: set.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: set.description,
    CreationTime: set.createdAt,
    ExecutionStatus: set.executionStatus,
    Status: set.status,
    StatusReason: set.statusReason,
    IncludeNestedStacks: set.includeNested,
    ParentChangeSetId: set.parents?.parentId,
    RootChangeSetId: set.parents?.rootId,
  });
}

function changeShape(change: PlannedChange, withValues: boolean): Shape {
  return defined({
    PolicyAction: change.policyAction,
    Action: change.action,
    LogicalResourceId: change.logicalId,
    PhysicalResourceId: change.physicalId,
    ResourceType: change.type,
    Replacement: change.replacement,
    ChangeSetId: change.changeSetId,
    Scope: [...new Set(change.details.map(({ target }) => target.attribute))].sort(),
    Details: (withValues ? withUnknownValues(change.details) : change.details).map((detail) =>
      detailShape(detail, withValues),
    ),
    BeforeContext: withValues ? contextText(change.before) : undefined,
    AfterContext: withValues ? contextText(change.after) : undefined,
  });
}

/** With values, a reference whose value is not known yet is listed once more, as a direct change. */
function withUnknownValues(details: readonly ChangeDetail[]): ChangeDetail[] {
  const direct = details
    .filter(({ source, target }) => source === "ResourceReference" && isUnknown(target.after))
    .filter(({ target }) => !details.some((other) => other.source === "DirectModification" && other.target === target));
  return [
    ...direct.map(
      ({ target }): ChangeDetail => ({
        target,
        evaluation: "Dynamic",
        source: "DirectModification",
        causingEntity: undefined,
      }),
    ),
    ...details,
  ];
}

function contextText(properties: ValueMap | undefined): string | undefined {
  return properties && JSON.stringify({ Properties: properties });
}

function detailShape({ target, evaluation, source, causingEntity }: ChangeDetail, withValues: boolean): Shape {
  return defined({
    Target: defined({
      Attribute: target.attribute,
      Name: target.name,
      RequiresRecreation: target.requiresRecreation,
      ...(withValues && target.name !== undefined ? valuesShape(target) : {}),
    }),
    Evaluation: evaluation,
    ChangeSource: source,
    CausingEntity: causingEntity,
  });
}

function valuesShape({ name, before, after }: ChangeDetail["target"]): Shape {
  const type = before === undefined ? "Add" : after === undefined ? "Remove" : "Modify";
  return {
    Path: `/Properties/${name}`,
    BeforeValue: valueText(before),
    AfterValue: valueText(after),
    AttributeChangeType: type,
  };
}

function valueText(value: Value | undefined): string | undefined {
  return value === undefined ? undefined : (scalarText(value) ?? JSON.stringify(value));
}
