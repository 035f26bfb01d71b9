import type { StackEvent } from "@aws-sdk/client-cloudformation";

/** An event as people published it. */
export interface RecordedEvent {
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

/** The sandbox's events in the form of the published ones. `stackName` is what the publishers call the stack. */
export function asRecorded(events: readonly StackEvent[], stackName: string): RecordedEvent[] {
  return events.map((event) => ({
    logicalId: event.PhysicalResourceId === event.StackId ? stackName : (event.LogicalResourceId ?? ""),
    type: event.ResourceType ?? "",
    status: event.ResourceStatus ?? "",
    ...(event.ResourceStatusReason === undefined ? {} : { reason: event.ResourceStatusReason }),
  }));
}

/** CloudFormation's own words; what services say is another matter. */
const OWN_WORDS =
  /^(User Initiated|Resource creation Initiated|Resource \w+ cancelled|Resource skipped|Update successful|The following res)/;

/**
 * The log as phases, each one beginning with an event of the stack itself. Within a phase AWS keeps no order among resources,
 * only that of each resource's events and of the dependencies.
 */
export function phasesOf(events: readonly RecordedEvent[], stackName: string): string[][] {
  const phases: string[][] = [[]];
  for (const event of events) {
    const isStack = event.logicalId === stackName;
    const line = `${event.logicalId} ${event.status}${wordsOf(event)}`;
    if (isStack) phases.push([line]);
    else phases.at(-1)?.push(line);
  }
  return phases.filter((lines) => lines.length > 0).map((lines) => byResource(lines));
}

function byResource(lines: readonly string[]): string[] {
  const idOf = (line: string) => line.slice(0, line.indexOf(" "));
  return lines
    .map((line, index) => ({ line, index }))
    .sort((a, b) => (idOf(a.line) === idOf(b.line) ? a.index - b.index : idOf(a.line) < idOf(b.line) ? -1 : 1))
    .map(({ line }) => line);
}

/** Lists of resources are sorted, and the words of before 2020 had one point more. */
function wordsOf({ reason }: RecordedEvent): string {
  if (reason === undefined || !OWN_WORDS.test(reason)) return "";
  const sorted = reason.replace(/\[([^\]]+)\]/g, (_, list: string) => `[${list.split(", ").sort().join(", ")}]`);
  return `: ${sorted.replace(". . ", ". ").trimEnd()}`;
}

/** Whether everything of `first` has ended in a phase before anything of `second` begins; true if one of them has no event. */
export function comesBefore(phase: readonly RecordedEvent[], first: string, second: string): boolean {
  const ended = phase.findLastIndex(({ logicalId }) => logicalId === first);
  const begun = phase.findIndex(({ logicalId }) => logicalId === second);
  return ended < 0 || begun < 0 || ended < begun;
}
