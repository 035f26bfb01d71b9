import { existsSync, readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { Stage } from "./cloudformation/stage.ts";
import { asRecorded, comesBefore, phasesOf, type RecordedEvent } from "./replays/events/compare.ts";
import type { Shape } from "./replays/events/shape.ts";
import { NOT_PLAYED, SHAPES } from "./replays/events/shapes.ts";

/** Logs of stack events that people published, read from issues, build logs and files. Relative to the repository's root. */
const FILE = "../shared/aws-events/sequences.json";
const skip = existsSync(FILE) ? false : `${FILE} is missing`;

interface Sequence {
  readonly id: string;
  readonly about: string;
  readonly events: readonly RecordedEvent[];
}

const sequences: readonly Sequence[] = skip ? [] : JSON.parse(readFileSync(FILE, "utf8"));

t.test("every published log is played or left out with a reason", { skip }, async (t) => {
  const ids = sequences.map(({ id }) => id).sort();
  t.same([...Object.keys(SHAPES), ...Object.keys(NOT_PLAYED)].sort(), ids);
  for (const [id, reason] of Object.entries(NOT_PLAYED)) t.comment(`not played: ${id}: ${reason}`);
});

for (const { id, about, events } of sequences) {
  const shapes = [SHAPES[id] ?? []].flat();
  if (shapes.length === 0) continue;
  t.test(`${id}: ${about}`, async (t) => {
    for (const shape of shapes) await played(t, shape, events);
  });
}

/** The published log and the sandbox's agree in the events of each phase and in the order of dependencies. */
async function played(t: Test, shape: Shape, recorded: readonly RecordedEvent[]): Promise<void> {
  const { stackName = "Stack", dependents = {} } = shape;
  const stage = new Stage();
  t.teardown(() => stage.close());
  const all = asRecorded(await stage.events(await shape.play(stage)), stackName);
  const [published, own] = [recorded, all].map((events) => comparable(shape, events));
  const answered = own?.slice(0, shape.cutOff ? published?.length : undefined) ?? [];
  t.same(
    phasesOf(withWordsOf(answered, published ?? []), stackName),
    phasesOf(withWordsOf(published ?? [], published ?? []), stackName),
  );
  for (const [event, words] of Object.entries(shape.says ?? {})) {
    for (const log of [published ?? [], answered]) {
      t.match(log.filter((entry) => keyOf(entry) === event).at(-1)?.reason, words, event);
    }
  }
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

/** Some clients print no reasons; what a log does not say, or its publisher replaced by `<…>`, is not compared. */
function withWordsOf(answered: readonly RecordedEvent[], published: readonly RecordedEvent[]): RecordedEvent[] {
  const says = new Set(published.filter(({ reason }) => reason !== undefined && !/\[<.*>\]/.test(reason)).map(keyOf));
  return answered.map((event) => {
    const { reason: _reason, ...silent } = event;
    return says.has(keyOf(event)) ? event : silent;
  });
}

function keyOf({ logicalId, status }: Pick<RecordedEvent, "logicalId" | "status">): string {
  return `${logicalId} ${status}`;
}

/** What begins phases in which dependents are deleted before what they depend on. */
const BACKWARDS = /_CLEANUP_IN_PROGRESS$|^(ROLLBACK|DELETE)_IN_PROGRESS$/;

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
    BACKWARDS.test(phase[0]?.status ?? "") ? comesBefore(phase, other, needed) : comesBefore(phase, needed, other),
  );
}
