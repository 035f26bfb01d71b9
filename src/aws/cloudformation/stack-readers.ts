import type {
  CloudFormationClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
  Stack,
} from "@aws-sdk/client-cloudformation";
import { StepbackError } from "../../domain/errors.ts";
import { asObject } from "../../domain/json.ts";
import { parseTemplate } from "../../domain/template/template.ts";
import type { Call } from "../call.ts";
import { isAnswer, isCode, nullIfMissing } from "../error-mapping.ts";
import type { CloudFormationGateway, StackEvent } from "../gateways/cloudformation.ts";
import { allPages } from "../paging.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";
import type { CloudFormationSdk } from "../sdk-clients.ts";
import { toStackEvent, toStackFacts, toStackResource } from "./stack-facts.ts";

export type CloudFormationCall = Call<
  CloudFormationSdk,
  ServiceInputTypes,
  ServiceOutputTypes,
  CloudFormationClientResolvedConfig
>;

export type StackReaders = Pick<
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

/** An empty shell around a change set that creates, and what a listing still shows for 90 days. */
const NO_STACK = new Set(["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"]);

/** A failing operation writes two or three events per resource, and a stack has 500 of these at most. */
const MOST_EVENTS = 1_000;

/** The longest timeout that a template can set (a wait condition's, 43,200 s), and then some for rolling back. */
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
    getStackPolicy: async (nameOrId) => {
      const answer = await call((sdk) => new sdk.GetStackPolicyCommand({ StackName: nameOrId }));
      return answer.StackPolicyBody || null;
    },
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

/** Always by name or id: without one, every stack of the account is described (facts C). */
async function describe(call: CloudFormationCall, nameOrId: string): Promise<Stack | null> {
  const answer = await nullIfMissing(call((sdk) => new sdk.DescribeStacksCommand({ StackName: nameOrId })));
  return answer?.Stacks?.[0] ?? null;
}

async function getTemplate(call: CloudFormationCall, nameOrId: string): Promise<string> {
  const answer = await call((sdk) => new sdk.GetTemplateCommand({ StackName: nameOrId, TemplateStage: "Original" }));
  return answer.TemplateBody ?? "";
}

/** Where the summary is not to be had, the template itself says it: a secret must not pass for an ordinary value. */
async function listNoEcho(call: CloudFormationCall, nameOrId: string): Promise<string[]> {
  try {
    const answer = await call((sdk) => new sdk.GetTemplateSummaryCommand({ StackName: nameOrId }));
    return (answer.Parameters ?? []).flatMap(({ NoEcho, ParameterKey }) =>
      NoEcho && ParameterKey ? [ParameterKey] : [],
    );
  } catch (error) {
    if (!isAnswer(error, "NotImplemented")) throw error;
    const parameters = asObject(parseTemplate(await getTemplate(call, nameOrId))["Parameters"]);
    return Object.keys(parameters).filter((key) => String(asObject(parameters[key])["NoEcho"]) === "true");
  }
}

async function listStacks(call: CloudFormationCall): ReturnType<CloudFormationGateway["listStacks"]> {
  const stacks = await allPages(async (token) => {
    const page = await call((sdk) => {
      const existing = Object.values(sdk.StackStatus).filter((status) => !NO_STACK.has(status));
      return new sdk.ListStacksCommand({ NextToken: token, StackStatusFilter: existing });
    });
    return { items: page.StackSummaries ?? [], next: page.NextToken };
  });
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
  const resources = await allPages(async (token) => {
    const page = await call((sdk) => new sdk.ListStackResourcesCommand({ StackName: nameOrId, NextToken: token }));
    return { items: page.StackResourceSummaries ?? [], next: page.NextToken };
  });
  return resources.map(toStackResource);
}

async function listImporters(call: CloudFormationCall, exportName: string): Promise<string[]> {
  try {
    return await allPages(async (token) => {
      const page = await call((sdk) => new sdk.ListImportsCommand({ ExportName: exportName, NextToken: token }));
      return { items: page.Imports ?? [], next: page.NextToken };
    });
  } catch (error) {
    if (isNoImporter(error)) return [];
    throw error;
  }
}

async function listExports(call: CloudFormationCall): ReturnType<CloudFormationGateway["listExports"]> {
  try {
    const exports = await allPages(async (token) => {
      const page = await call((sdk) => new sdk.ListExportsCommand({ NextToken: token }));
      return { items: page.Exports ?? [], next: page.NextToken };
    });
    // An id is `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID`.
    return exports.map(({ Name = "", ExportingStackId = "" }) => ({
      name: Name,
      stack: ExportingStackId.split("/")[1] ?? ExportingStackId,
    }));
  } catch (error) {
    if (isNotToBeHad(error)) return null;
    throw error;
  }
}

/** AWS answers an error when nobody imports (facts D). */
function isNoImporter(error: unknown): boolean {
  return isAnswer(error, "ValidationError") || isNotToBeHad(error);
}

/** Some principals may not ask, and some servers lack the call. */
function isNotToBeHad(error: unknown): boolean {
  return ["InvalidAction", "NotImplemented"].some((name) => isAnswer(error, name)) || isCode(error, "AWS_DENIED");
}

/** Newest first, up to the one that `isEnd` knows. */
async function listEvents(
  call: CloudFormationCall,
  nameOrId: string,
  isEnd: (event: StackEvent) => boolean,
): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  let token: string | undefined;
  do {
    const page = await call((sdk) => new sdk.DescribeStackEventsCommand({ StackName: nameOrId, NextToken: token }));
    for (const event of (page.StackEvents ?? []).map(toStackEvent)) {
      if (isEnd(event) || events.length === MOST_EVENTS) return events;
      events.push(event);
    }
    token = page.NextToken || undefined;
  } while (token !== undefined);
  return events;
}

/** A stack does one operation at a time: once its events were seen, the first one of another is the end of them. */
async function listEventsOf(call: CloudFormationCall, nameOrId: string, token: string): Promise<StackEvent[]> {
  let wasSeen = false;
  const events = await listEvents(call, nameOrId, (event) => {
    if (event.token === token) wasSeen = true;
    return wasSeen && event.token !== token;
  });
  return events.filter((event) => event.token === token);
}
