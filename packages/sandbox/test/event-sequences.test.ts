import { readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { Stage } from "./cloudformation/stage.ts";
import { asRecorded, comesBefore, phasesOf, type RecordedEvent } from "./replays/events/compare.ts";
import { NOT_PLAYED, SHAPES, type Shape } from "./replays/events/shapes.ts";

/** Logs of stack events that people published, read from issues, build logs and files. */
const FILE = "packages/sandbox/test/fixtures/stack-events.json";

interface Sequence {
  readonly id: string;
  readonly about: string;
  readonly events: readonly RecordedEvent[];
}

const sequences = JSON.parse(readFileSync(FILE, "utf8")) as Sequence[];

t.test("every published log is played or left out with a reason", async (t) => {
  const ids = sequences.map(({ id }) => id).sort();
  t.same([...Object.keys(SHAPES), ...Object.keys(NOT_PLAYED)].sort(), ids);
  for (const [id, reason] of Object.entries(NOT_PLAYED)) t.comment(`not played: ${id}: ${reason}`);
});

for (const { id, about, events } of sequences) {
  const shape = SHAPES[id];
  if (shape) t.test(`${id}: ${about}`, (t) => played(t, shape, events));
}

/** The published log and the sandbox's agree in the events of each phase and in the order of dependencies. */
async function played(t: Test, shape: Shape, recorded: readonly RecordedEvent[]): Promise<void> {
  const { stackName = "Stack", dependents = {} } = shape;
  const stage = new Stage();
  t.teardown(() => stage.close());
  const all = asRecorded(await stage.events(await shape.play(stage)), stackName);
  const [published, own] = [recorded, all].map((events) => comparable(shape, events));
  const answered = own?.slice(0, shape.cutOff ? published?.length : undefined) ?? [];
  t.same(phasesOf(withWordsOf(answered, published ?? []), stackName), phasesOf(published ?? [], stackName));
  for (const [needed, others] of Object.entries(dependents)) {
    for (const other of others) {
      for (const [whose, log] of [["AWS", published ?? []] as const, ["the sandbox", answered] as const]) {
        t.ok(ordered(log, stackName, { needed, other }), `${whose}: ${needed} before ${other}, after it in a cleanup`);
      }
    }
  }
}

/** From the first published event on, without what the client hid and without repeated attempts. */
function comparable({ from, hidden, stackName = "Stack" }: Shape, events: readonly RecordedEvent[]): RecordedEvent[] {
  const lineOf = ({ reason, ...event }: RecordedEvent) => `${keyOf(event)}: ${reason}`;
  const begin = events.findLastIndex((event) => lineOf(event).startsWith(from));
  const shown = events.slice(Math.max(begin, 0)).filter((event) => !hidden?.test(lineOf(event)));
  return shown.filter((event, index) => {
    const phase = shown.slice(0, index).findLastIndex(({ logicalId }) => logicalId === stackName);
    const before = shown.slice(phase + 1, index).findLast(({ logicalId }) => logicalId === event.logicalId);
    return before?.status !== event.status || event.reason === "Resource creation Initiated";
  });
}

/** Some clients print no reasons of their own stack; what a log does not say is not compared. */
function withWordsOf(answered: readonly RecordedEvent[], published: readonly RecordedEvent[]): RecordedEvent[] {
  const says = new Set(published.filter(({ reason }) => reason !== undefined).map(keyOf));
  return answered.map((event) => {
    const { reason: _reason, ...silent } = event;
    return says.has(keyOf(event)) ? event : silent;
  });
}

function keyOf({ logicalId, status }: Pick<RecordedEvent, "logicalId" | "status">): string {
  return `${logicalId} ${status}`;
}

function ordered(
  events: readonly RecordedEvent[],
  stackName: string,
  { needed, other }: { needed: string; other: string },
): boolean {
  const phases: RecordedEvent[][] = [[]];
  for (const event of events) {
    if (event.logicalId === stackName) phases.push([event]);
    else phases.at(-1)?.push(event);
  }
  return phases.every((phase) =>
    phase[0]?.status.endsWith("_CLEANUP_IN_PROGRESS")
      ? comesBefore(phase, other, needed)
      : comesBefore(phase, needed, other),
  );
}
