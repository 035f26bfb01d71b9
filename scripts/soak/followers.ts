import { Agent, get, type IncomingMessage } from "node:http";
import { createParser } from "eventsource-parser";
import type { Dice } from "../../test/corpus/dice.ts";
import { type Ledger, pause } from "./ledger.ts";
import type { SoakService } from "./service.ts";

export interface Followed {
  readonly job: string;
  /** The `seq` of the last line before the `end` event. */
  readonly lines: number;
}

interface Parts {
  readonly service: SoakService;
  readonly ledger: Ledger;
  /** Paths of jobs that can be followed, the latest last. */
  readonly jobs: readonly string[];
  readonly dice: Dice;
}

const AGAIN_MS = 200;
/** Most followers follow what happens now. */
const LATEST = 12;
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

/** Follows one job after the other to their ends, over every broken connection, until `isOver`. Returns what it has read. */
export async function followJobs(parts: Parts, isOver: () => boolean): Promise<Followed[]> {
  const { jobs, dice } = parts;
  const followed: Followed[] = [];
  while (!isOver()) {
    const job = dice.pick(jobs.slice(-LATEST));
    if (job === undefined) await pause(AGAIN_MS);
    else followed.push({ job, lines: await followToEnd(parts, job) });
  }
  return followed;
}

/** Each line once and in order: the next one is always the one behind the last. */
async function followToEnd({ service, ledger }: Parts, job: string): Promise<number> {
  let last = 0;
  for (;;) {
    const response = await open(await service.url(), { path: `${job}/logs/stream`, token: service.token, last });
    if (response?.statusCode === 200) {
      const end = await readEvents(response, (seq) => {
        ledger.count("followers", "lines");
        if (seq !== last + 1)
          ledger.breakRule("followers see each line once and in order", `${job}: line ${seq} came behind ${last}`);
        last = seq;
      });
      if (end) return last;
    } else response?.resume();
    noteBreak(ledger, job, response?.statusCode);
    await pause(AGAIN_MS);
  }
}

function noteBreak(ledger: Ledger, job: string, status: number | undefined): void {
  ledger.count("followers", status === 200 ? "broken streams" : `opened with ${status ?? "no answer"}`);
  const isDesigned = status === undefined || status === 200 || [429, 503, 507].includes(status);
  if (!isDesigned) ledger.breakRule("followers see each line once and in order", `${job}/logs/stream: ${status}`);
}

function open(
  url: string,
  { path, token, last }: { path: string; token: string; last: number },
): Promise<IncomingMessage | null> {
  const headers = { authorization: `Bearer ${token}`, "last-event-id": String(last) };
  return new Promise((resolve) => {
    get(url + path, { agent, headers }, resolve).on("error", () => resolve(null));
  });
}

/** Resolves to whether the job's end was announced. */
function readEvents(response: IncomingMessage, onLine: (seq: number) => void): Promise<boolean> {
  let hasEnded = false;
  const parser = createParser({
    onEvent: ({ event, id }) => {
      if (event === "end") hasEnded = true;
      else onLine(Number(id));
    },
  });
  response.setEncoding("utf8");
  response.on("data", (text: string) => parser.feed(text));
  response.on("error", () => {});
  return new Promise((resolve) => response.once("close", () => resolve(hasEnded)));
}
