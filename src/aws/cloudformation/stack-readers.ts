import type {
  CloudFormationClient,
  CloudFormationClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
  Stack,
} from "@aws-sdk/client-cloudformation";
import { StepbackError } from "../../domain/errors.ts";
import { readOptional, whyUnavailable } from "../availability.ts";
import type { Call } from "../call.ts";
import { isAwsError, nullIfMissing } from "../error-mapping.ts";
import type { CloudFormationGateway, StackEvent } from "../gateways/cloudformation.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";
import type { CloudFormationSdk } from "../sdk-clients.ts";
import { toStackEvent, toStackFacts, toStackResource } from "./stack-facts.ts";

export type CloudFormationCall = Call<
  CloudFormationSdk,
  CloudFormationClient,
  ServiceInputTypes,
  ServiceOutputTypes,
  CloudFormationClientResolvedConfig
>;

type StackReaders = Pick<
  CloudFormationGateway,
  | "getStack"
  | "listStacks"
  | "getTemplate"
  | "listNoEcho"
  | "getStackPolicy"
  | "listResources"
  | "listImporters"
  | "listExports"
  | "listEvents"
  | "listEventsOf"
  | "awaitStack"
>;

/** The empty shell around a change set of type CREATE, and deleted stacks, which stay in listings for 90 days. */
const NO_STACK = new Set(["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"]);

/** A failing operation writes two or three events per resource, and a stack has at most 500 resources. */
const MOST_EVENTS = 1_000;

/** The longest timeout that a template can set (43,200 s, for a wait condition), and an hour for rolling back. */
const STACK_LIMIT_MS = 13 * 60 * 60_000;

export function createStackReaders(call: CloudFormationCall, polling: Polling): StackReaders {
  return {
    getStack: async (nameOrId) => {
      const stack = await describe(call, nameOrId);
      return stack && !NO_STACK.has(stack.StackStatus ?? "") ? toStackFacts(stack) : null;
    },
    listStacks: () => listStacks(call),
    getTemplate: (nameOrId) => getTemplate(call, nameOrId),
    listNoEcho: (nameOrId) => listNoEcho(call, nameOrId),
    getStackPolicy: (nameOrId) => readOptional(getStackPolicy(call, nameOrId), null),
    listResources: (nameOrId) => listResources(call, nameOrId),
    listImporters: (exportName) => listImporters(call, exportName),
    listExports: () => listExports(call),
    listEvents: (nameOrId, untilId) => listEvents(call, nameOrId, ({ id }) => id === untilId),
    listEventsOf: (nameOrId, token) => listEventsOf(call, nameOrId, token),
    awaitStack: (stackId, between = async () => {}) =>
      poll(polling, { what: `the stack ${stackId}`, limitMs: STACK_LIMIT_MS }, async () => {
        const stack = await describe(call, stackId);
        if (!stack) throw new StepbackError("AWS_NOT_FOUND", `CloudFormation does not know the stack ${stackId}.`);
        if (!stack.StackStatus?.endsWith("_IN_PROGRESS")) return toStackFacts(stack);
        await between();
        return NOT_YET;
      }),
  };
}

/** Always by name or id: without either, AWS describes every stack of the account (facts C). */
export async function describe(call: CloudFormationCall, nameOrId: string): Promise<Stack | null> {
  const response = await nullIfMissing(call((sdk) => new sdk.DescribeStacksCommand({ StackName: nameOrId })));
  return response?.Stacks?.[0] ?? null;
}

async function getTemplate(call: CloudFormationCall, nameOrId: string): Promise<string> {
  const response = await call((sdk) => new sdk.GetTemplateCommand({ StackName: nameOrId, TemplateStage: "Original" }));
  return response.TemplateBody ?? "";
}

async function getStackPolicy(call: CloudFormationCall, nameOrId: string): Promise<string | null> {
  const response = await call((sdk) => new sdk.GetStackPolicyCommand({ StackName: nameOrId }));
  return response.StackPolicyBody || null;
}

/** Whoever cannot have a summary reads the template, which the caller does anyway. */
async function listNoEcho(call: CloudFormationCall, nameOrId: string): Promise<string[]> {
  const reading = call((sdk) => new sdk.GetTemplateSummaryCommand({ StackName: nameOrId }));
  const summary = await readOptional(reading, null);
  const parameters = "value" in summary ? (summary.value?.Parameters ?? []) : [];
  return parameters.flatMap(({ NoEcho, ParameterKey }) => (NoEcho && ParameterKey ? [ParameterKey] : []));
}

async function listStacks(call: CloudFormationCall): ReturnType<CloudFormationGateway["listStacks"]> {
  const stacks = await call.list(
    (sdk, client) => {
      const existing = Object.values(sdk.StackStatus).filter((status) => !NO_STACK.has(status));
      return sdk.paginateListStacks({ client }, { StackStatusFilter: existing });
    },
    (page) => page.StackSummaries,
  );
  return stacks.map(({ StackName = "", StackId = "", StackStatus = "", ParentId }) => ({
    name: StackName,
    stackId: StackId,
    status: StackStatus,
    parentId: ParentId ?? null,
  }));
}

async function listResources(
  call: CloudFormationCall,
  nameOrId: string,
): ReturnType<CloudFormationGateway["listResources"]> {
  const resources = await call.list(
    (sdk, client) => sdk.paginateListStackResources({ client }, { StackName: nameOrId }),
    (page) => page.StackResourceSummaries,
  );
  return resources.map(toStackResource);
}

async function listImporters(call: CloudFormationCall, exportName: string): Promise<string[]> {
  try {
    return await call.list(
      (sdk, client) => sdk.paginateListImports({ client }, { ExportName: exportName }),
      (page) => page.Imports,
    );
  } catch (error) {
    if (isNoImporter(error)) return [];
    throw error;
  }
}

async function listExports(call: CloudFormationCall): ReturnType<CloudFormationGateway["listExports"]> {
  try {
    const exports = await call.list(
      (sdk, client) => sdk.paginateListExports({ client }, {}),
      (page) => page.Exports,
    );
    // An id is `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID`.
    return exports.map(({ Name = "", ExportingStackId = "" }) => ({
      name: Name,
      stack: ExportingStackId.split("/")[1] ?? ExportingStackId,
    }));
  } catch (error) {
    if (whyUnavailable(error)) return null;
    throw error;
  }
}

/** AWS returns an error where no stack imports the export (facts D). */
function isNoImporter(error: unknown): boolean {
  return isAwsError(error, "ValidationError") || whyUnavailable(error) !== null;
}

/** Newest first, up to and without the event for which `isEnd` is true. */
async function listEvents(
  call: CloudFormationCall,
  nameOrId: string,
  isEnd: (event: StackEvent) => boolean,
): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  const pages = call.pages((sdk, client) => sdk.paginateDescribeStackEvents({ client }, { StackName: nameOrId }));
  for await (const page of pages) {
    for (const event of (page.StackEvents ?? []).map(toStackEvent)) {
      if (isEnd(event) || events.length === MOST_EVENTS) return events;
      events.push(event);
    }
  }
  return events;
}

/** A stack runs one operation at a time, so the events of one operation stand together: the first event after them ends the search. */
async function listEventsOf(call: CloudFormationCall, nameOrId: string, token: string): Promise<StackEvent[]> {
  let wasSeen = false;
  const events = await listEvents(call, nameOrId, (event) => {
    if (event.token === token) wasSeen = true;
    return wasSeen && event.token !== token;
  });
  return events.filter((event) => event.token === token);
}
