import { AwsError, type AwsService, type SandboxContext, type Shape } from "../core/contract.ts";
import type { Account } from "./model.ts";
import {
  createChangeSet,
  deleteChangeSet,
  describeChangeSet,
  executeChangeSet,
  listChangeSets,
} from "./operations/change-sets.ts";
import {
  describeStackEvents,
  describeStackResource,
  describeStackResources,
  describeStacks,
  listStackResources,
  listStacks,
} from "./operations/describe.ts";
import { describeEvents } from "./operations/describe-events.ts";
import { listExports, listImports } from "./operations/exports.ts";
import { nestedStacks } from "./operations/nested-stacks.ts";
import { cancelUpdateStack, continueUpdateRollback, rollbackStack } from "./operations/recovery.ts";
import { getStackPolicy, setStackPolicy } from "./operations/stack-policies.ts";
import {
  createStackOperation,
  deleteStackOperation,
  updateStackOperation,
  updateTerminationProtection,
} from "./operations/stacks.ts";
import { getTemplate, getTemplateSummary, validateTemplate } from "./operations/templates.ts";
import type { ResourceRegistry } from "./providers/resource-registry.ts";

type Operation = (account: Account, input: Shape) => Promise<Shape>;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ["CancelUpdateStack", cancelUpdateStack],
  ["ContinueUpdateRollback", continueUpdateRollback],
  ["CreateChangeSet", createChangeSet],
  ["CreateStack", createStackOperation],
  ["DeleteChangeSet", deleteChangeSet],
  ["DeleteStack", deleteStackOperation],
  ["DescribeChangeSet", describeChangeSet],
  ["DescribeEvents", describeEvents],
  ["DescribeStackEvents", describeStackEvents],
  ["DescribeStackResource", describeStackResource],
  ["DescribeStackResources", describeStackResources],
  ["DescribeStacks", describeStacks],
  ["ExecuteChangeSet", executeChangeSet],
  ["GetStackPolicy", getStackPolicy],
  ["GetTemplate", getTemplate],
  ["GetTemplateSummary", getTemplateSummary],
  ["ListChangeSets", listChangeSets],
  ["ListExports", listExports],
  ["ListImports", listImports],
  ["ListStackResources", listStackResources],
  ["ListStacks", listStacks],
  ["RollbackStack", rollbackStack],
  ["SetStackPolicy", setStackPolicy],
  ["UpdateStack", updateStackOperation],
  ["UpdateTerminationProtection", updateTerminationProtection],
  ["ValidateTemplate", validateTemplate],
]);

/**
 * CloudFormation for one account in one region. It creates resources by calling the other services there; the registry has
 * those of types that no service implements.
 */
export function createCloudFormation(context: SandboxContext, registry: ResourceRegistry): AwsService {
  const account: Account = {
    context,
    registry,
    stacks: [],
    nested: nestedStacks(() => account),
  };
  return {
    name: "cloudformation",
    async call(operation, input) {
      const perform = OPERATIONS.get(operation);
      if (!perform)
        throw new AwsError("InvalidAction", `Could not find operation ${operation} for version 2010-05-15`, 400);
      return await perform(account, input);
    },
  };
}
